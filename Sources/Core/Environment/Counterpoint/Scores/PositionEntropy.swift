/// A line should use its range evenly: the entropy of its pitches, relative to the greatest there could be.
///
///     score = -(sum over positions of f * log f) / log(positions of the range),
///
/// where f is a position's share of the line's notes, the first and the last among them, each once whatever its length.
/// Notes outside the range are left out.
struct PositionEntropy: CounterpointScore {
  static let name = "entropy"

  init(_ section: ConfigurationSection) throws(ConfigurationError) {}

  func score(_ line: CounterpointLine) -> Double {
    let range = line.task.range
    var counts = Array(repeating: 0.0, count: range.count)
    for note in line.notes where range.contains(note.position) { counts[note.position - range.lowerBound] += 1 }
    let total = counts.reduce(0, +)
    guard total > 0, counts.count > 1 else { return 0 }
    let sum = counts.reduce(0) { $0 + ($1 > 0 ? $1 * Self.logarithm($1) : 0) }
    return (Self.logarithm(total) - sum / total) / Self.logarithm(Double(counts.count))
  }

  /// ln x for x > 0 in plain arithmetic, so that it has the same bits on every machine, unlike a C library's.
  ///
  /// x = m * 2^e with m between the square roots of 1/2 and 2; ln m = 2 * artanh((m - 1) / (m + 1)) as a series.
  static func logarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    var series = 0.0
    for power in stride(from: 25.0, through: 1, by: -2) { series = series * square + 1 / power }
    return exponent * 0.693147180559945309 + 2 * ratio * series
  }

  func fold(into parameters: inout CounterpointScoreParameters) {}
}
