/// A bar that is new is no stammer: four different notes and more earn 0.6, three 0.2, fewer cost 0.6.
///
/// Source: own.
enum SongTheme: SongRule {
  static let name = "theme"
  static let coefficient = 1.0
}
