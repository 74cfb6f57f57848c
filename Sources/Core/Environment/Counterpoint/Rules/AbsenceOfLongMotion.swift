import CKernels

/// A line does not go too far in one direction: |x - pitch where the motion began| <= D semitones.
///
/// The motion begins at the last turning point before this note; a note that turns is still measured from the old one.
///
/// Parameter: `max_distance_in_semitones` D (9).
struct AbsenceOfLongMotion: CounterpointRule {
  static let name = "absence_of_long_motion"

  let limit: Int

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    limit = try section.integer("max_distance_in_semitones", default: 9, in: 0...1000)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    abs(line.key(next) - line.task.key(line.motionStart.position)) <= limit
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.motion = Int32(limit) }
}
