import CKernels

/// The line comes near its end in time: with q quarters left after the new note, it is at most q + 1 degrees away from
/// the last note.
///
///     q = ceil((onset of the last note - (t + d)) / 2)
///
/// The note before the last one is not the last one's pitch already, if P.
///
/// Parameter: `prohibit_rearticulation` P (true).
struct StepMotionToEnd: CounterpointRule {
  static let name = "step_motion_to_end"

  let prohibitsRepetition: Bool

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    prohibitsRepetition = try section.boolean("prohibit_rearticulation", default: true)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    let distance = abs(next.position - line.task.end)
    let quarters = (line.task.lastOnset - next.end + 1) >> 1
    if quarters == 0, distance == 0 { return !prohibitsRepetition }
    return distance <= quarters + 1
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.to_end = prohibitsRepetition ? 1 : 2 }
}
