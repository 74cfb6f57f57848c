import CKernels

/// Only notes of the tonic triad are repeated: m is not 0, or x has degree 1, 3 or 5.
struct RearticulationStability: CounterpointRule {
  static let name = "rearticulation_stability"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    next.movement != 0 || line.task.scale.isStable(next.position)
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.stable_repetitions = 1 }
}
