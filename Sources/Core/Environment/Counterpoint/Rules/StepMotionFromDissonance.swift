import CKernels

/// A dissonance is left by a step: the last note was consonant with the melody at its end, or |m| = 1.
struct StepMotionFromDissonance: CounterpointRule {
  static let name = "step_motion_from_dissonance"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    next.isStep || line.isLastConsonant
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.from_dissonance = 1 }
}
