/// Chords change, most of all on strong beats (- 0.4 for one that stays), do not come in the same pairs (- 0.6) nor again
/// within four spans (- 0.15 each); an applied dominant earns 0.2.
///
/// Source: own.
enum SongHarmonicVariety: SongRule {
  static let name = "harmonic_variety"
  static let coefficient = 1.0
}
