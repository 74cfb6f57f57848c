import CKernels

/// A suspension resolves downwards: after a note of 8 steps that ended dissonant, m is -1 and x is consonant with what
/// the melody has at the end of the new note.
struct ResolutionOfSuspendedDissonance: CounterpointRule {
  static let name = "resolution_of_suspended_dissonance"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    guard let last = line.notes.last, last.end - last.onset == 8, !line.isLastConsonant else { return true }
    return next.movement == -1 && line.isConsonant(next.position, atStep: next.end - 1)
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.suspensions = 1 }
}
