import CKernels

/// A pitch is not repeated again and again.
///
/// Holds if m is not 0, if there are fewer than R - 1 movements yet, or if one of the last R - 1 is not 0. With R = 1
/// that looks, as in the original, at *all* movements: a note may be repeated as soon as one of them was not 0.
///
/// Parameter: `max_n_repetitions` R (2).
struct AbsenceOfStalledPitches: CounterpointRule {
  static let name = "absence_of_stalled_pitches"

  let limit: Int

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    limit = try section.integer("max_n_repetitions", default: 2, in: 1...200)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    guard next.movement == 0 else { return true }
    if limit == 1 { return line.pastMovements.contains { $0 != 0 } }
    return line.pastMovements.count < limit - 1 || line.pastMovements.suffix(limit - 1).contains { $0 != 0 }
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.repetitions = Int32(limit) }
}
