import CKernels

/// A bar's durations must be the beginning of one of nine patterns.
///
///     4 4 | 4 2 2 | 4 2 1 1 | 2 2 2 2 | 2 2 2 1 1 | 2 1 1 2 2 | 4 8 | 2 2 8 | 2 1 1 8
///
/// The last three are held over the bar line: an 8 always begins in the middle of a bar and leaves a 4 to the next.
struct RhythmicPatternValidity: CounterpointRule {
  static let name = "rhythmic_pattern_validity"

  /// The patterns, in steps.
  static let patterns = [
    [4, 4], [4, 2, 2], [4, 2, 1, 1], [2, 2, 2, 2], [2, 2, 2, 1, 1], [2, 1, 1, 2, 2], [4, 8], [2, 2, 8], [2, 1, 1, 8],
  ]

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool {
    let durations = line.barDurations + [next.duration]
    return Self.patterns.contains { $0.starts(with: durations) }
  }

  func fold(into rules: inout ck_counterpoint_rules) { rules.rhythm = 1 }
}
