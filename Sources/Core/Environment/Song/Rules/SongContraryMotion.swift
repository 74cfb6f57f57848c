/// Melody and bass move in different directions: + 0.2; in the same one: - 0.15.
///
/// Source: Fux 1725; Huron 2001.
enum SongContraryMotion: SongRule {
  static let name = "contrary_motion"
  static let coefficient = 1.0
}
