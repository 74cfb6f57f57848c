/// Roots move as they mostly do: 0.6 times 0.8 for a fourth up, 0.6 for a third down, 0.5 for a second up, 0.1 for a fifth up,
/// - 0.2 for a third up, - 0.1 for a second down; + 0.3 when an applied dominant reaches its chord.
///
/// Source: Piston 1941, table of usual root progressions.
enum SongProgression: SongRule {
  static let name = "progression"
  static let coefficient = 1.0
}
