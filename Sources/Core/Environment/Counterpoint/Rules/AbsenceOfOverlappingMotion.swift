import CKernels

/// The line does not move past where the melody just was: x lies on its own side of what the melody had at step t - 1.
///
/// The same pitch is forbidden always.
struct AbsenceOfOverlappingMotion: CounterpointRule {
  static let name = "absence_of_overlapping_motion"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    let previous = line.task.melodyKeys[next.onset - 1]
    guard previous >= 0 else { return true }
    let key = line.key(next)
    return line.task.isAbove ? key > previous : key < previous
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.overlapping = 1 }
}
