/// The highest note comes once, near two thirds of the piece: + 5, every further time - 1.
///
/// Source: Jaques et al. 2017 (unique highest note).
enum SongClimax: SongRule {
  static let name = "climax"
  static let coefficient = 1.0
}
