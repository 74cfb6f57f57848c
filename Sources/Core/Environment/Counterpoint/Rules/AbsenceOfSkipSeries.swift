import CKernels

/// No skip after K skips in a row.
///
/// Holds if |m| <= 1, if there are fewer than K movements yet, or if one of the last K is no skip.
///
/// Parameter: `max_n_skips` K (2).
struct AbsenceOfSkipSeries: CounterpointRule {
  static let name = "absence_of_skip_series"

  let limit: Int

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    limit = try section.integer("max_n_skips", default: 2, in: 1...200)
  }

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    let past = line.pastMovements
    return !next.isSkip || past.count < limit || past.suffix(limit).contains { abs($0) <= 1 }
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.skips = Int32(limit) }
}
