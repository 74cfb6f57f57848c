/// Chords that are not consonant are spice: a seventh chord costs 0.7, a diminished triad 0.5, before a cadence 0.3 of that.
///
/// Source: own.
enum SongDissonance: SongRule {
  static let name = "dissonance"
  static let coefficient = 1.0
}
