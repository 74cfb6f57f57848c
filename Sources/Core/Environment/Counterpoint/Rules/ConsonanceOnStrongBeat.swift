import CKernels

/// Notes that begin at a half bar (t mod 4 = 0) are consonant with the melody there.
struct ConsonanceOnStrongBeat: CounterpointRule {
  static let name = "consonance_on_strong_beat"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    next.onset % 4 != 0 || line.isConsonant(next.position, atStep: next.onset)
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.strong_beats = 1 }
}
