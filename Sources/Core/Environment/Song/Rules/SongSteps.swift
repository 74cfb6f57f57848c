/// The melody moves mostly by step: an interval of a second earns 0.12, a third 0.08, a fourth 0.02, a repeated note
/// costs 0.5, a sixth or an octave 0.3, a seventh 1; going to and fro between two notes costs 0.3, going on so 1.2, a third
/// note on the same pitch 1.
///
/// Source: Huron, *Sweet Anticipation* (2006), ch. 5: step motion and pitch proximity.
enum SongSteps: SongRule {
  static let name = "steps"
  static let coefficient = 1.0
}
