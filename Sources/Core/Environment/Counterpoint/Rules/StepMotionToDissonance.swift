import CKernels

/// A dissonance is reached by a step: x is consonant with the melody at t, or |m| = 1.
struct StepMotionToDissonance: CounterpointRule {
  static let name = "step_motion_to_dissonance"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    next.isStep || line.isConsonant(next.position, atStep: next.onset)
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.to_dissonance = 1 }
}
