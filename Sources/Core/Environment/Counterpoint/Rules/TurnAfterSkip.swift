import CKernels

/// After a large skip the line turns by a step: if the last movement was of S degrees or more, m is one degree the other
/// way.
///
/// The movement to the given last note is not asked.
///
/// Parameter: `min_n_scale_degrees` S (3).
struct TurnAfterSkip: CounterpointRule {
  static let name = "turn_after_skip"

  let least: Int

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    least = try section.integer("min_n_scale_degrees", default: 3, in: 1...1000)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    guard let last = line.pastMovements.last, abs(last) >= least else { return true }
    return next.movement == -last.signum()
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.turn = Int32(least) }
}
