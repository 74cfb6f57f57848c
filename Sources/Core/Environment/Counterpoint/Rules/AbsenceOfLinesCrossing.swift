import CKernels

/// The lines do not cross: x lies on its own side of every note of the melody that sounds with it.
///
/// The same pitch is forbidden too, if U.
///
/// Parameter: `prohibit_unisons` U (true).
struct AbsenceOfLinesCrossing: CounterpointRule {
  static let name = "absence_of_lines_crossing"

  let prohibitsUnisons: Bool

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    prohibitsUnisons = try section.boolean("prohibit_unisons", default: true)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    let key = line.key(next)
    return line.soundingKeys(next).allSatisfy { other in
      key == other ? !prohibitsUnisons : (key > other) == line.task.isAbove
    }
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.crossing = prohibitsUnisons ? 1 : 2 }
}
