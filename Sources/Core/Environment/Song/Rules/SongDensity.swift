/// A part has as many onsets in a bar as the plan wants: + 0.3, one more or less - 0.1, every further one - 0.5.
///
/// Source: own.
enum SongDensity: SongRule {
  static let name = "density"
  static let coefficient = 1.0
}
