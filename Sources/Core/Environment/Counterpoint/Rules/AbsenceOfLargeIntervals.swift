import CKernels

/// The two lines stay near each other: |x - c| <= M semitones for every note c of the melody that sounds with x.
///
/// Parameter: `max_n_semitones` M (16).
struct AbsenceOfLargeIntervals: CounterpointRule {
  static let name = "absence_of_large_intervals"

  let limit: Int

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    limit = try section.integer("max_n_semitones", default: 16, in: 0...1000)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    let key = line.key(next)
    return line.soundingKeys(next).allSatisfy { abs(key - $0) <= limit }
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.interval = Int32(limit) }
}
