/// Notes that sound together, or near each other in time, should be consonant.
///
///     score = sum over d in distance_weights, over pairs of columns (j, k) with |j - k| = d,
///             over pairs of cells roll[r, j] = roll[s, k] = 1 with r < s (each pair once for d = 0)
///             of distance_weights[d] * interval_consonances[(s - r) mod period]
///
/// So the same row at another time is never counted, and octaves are counted as interval 0. With
/// `interval_consonances: auto` the interval is not reduced to a period, and in a tuning of unequal steps it is the one
/// above the degree of row s.
/// Parameters: `interval_consonances` (the table of the default configuration; `auto` outside twelve equal divisions),
/// `harmonic_entropy` (0, only with `auto`), `distance_weights` ({0: 1}).
struct Consonances: Rule {
  static let name = "consonances"

  let intervals: IntervalConsonances
  /// Distances in columns with their weights, ascending, each once; weights are not 0.
  let distances: [(distance: Int, weight: Double)]

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    intervals = try IntervalConsonances(section, context: context)
    let weights = try section.section("distance_weights")
    if section.has("distance_weights") {
      distances = try weights.numbersByInteger(keys: 0...1_000_000_000, in: -1e9...1e9)
        .filter { $0.value != 0 }.map { ($0.key, $0.value) }
    } else {
      distances = [(0, 1)]
    }
  }

  func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {
    if !distances.isEmpty { try intervals.check(rowCount: rowCount) }
  }

  func score(_ roll: PianoRoll) -> Double {
    var score = 0.0
    // Pairs by interval, in unequal tunings for each degree of the lower note.
    let lowerDegrees = min(intervals.values.count, roll.rowCount)
    var counts = Array(repeating: 0, count: lowerDegrees * roll.rowCount)
    for (distance, weight) in distances where distance < roll.stepCount {
      for index in counts.indices { counts[index] = 0 }
      for step in 0..<roll.stepCount - distance {
        count(roll, upper: step, lower: step + distance, into: &counts)
        if distance != 0 { count(roll, upper: step + distance, lower: step, into: &counts) }
      }
      for lower in 0..<lowerDegrees {
        for interval in 1..<max(1, roll.rowCount) where counts[lower * roll.rowCount + interval] != 0 {
          score +=
            weight * intervals.value(ofInterval: interval, aboveDegree: lower)
            * Double(counts[lower * roll.rowCount + interval])
        }
      }
    }
    return score
  }

  /// Adds, for every interval, the number of pairs of a cell of the column `upper` and one of the column `lower` that
  /// lies that many rows below it.
  private func count(_ roll: PianoRoll, upper: Int, lower: Int, into counts: inout [Int]) {
    let width = roll.wordsPerColumn
    let upper = upper * width
    let lower = lower * width
    guard let last = (0..<width).last(where: { roll.words[lower + $0] != 0 }) else { return }
    let lowestRow = last * 64 + 63 - roll.words[lower + last].leadingZeroBitCount
    for word in 0..<width {
      var cells = roll.words[upper + word]
      while cells != 0 {
        let row = word * 64 + cells.trailingZeroBitCount
        cells &= cells - 1
        guard row < lowestRow else { return }
        countBelow(roll, row: row, column: lower, last: last, into: &counts)
      }
    }
  }

  private func countBelow(_ roll: PianoRoll, row: Int, column: Int, last: Int, into counts: inout [Int]) {
    let lowerDegrees = counts.count / roll.rowCount
    for word in row / 64...last {
      var cells = roll.words[column + word]
      // Only what lies below the row itself.
      if word == row / 64 { cells &= (~0 << UInt64(row % 64)) << 1 }
      while cells != 0 {
        let below = word * 64 + cells.trailingZeroBitCount
        let lower = lowerDegrees == 1 ? 0 : (roll.rowCount - 1 - below) % lowerDegrees
        counts[lower * roll.rowCount + below - row] += 1
        cells &= cells - 1
      }
    }
  }
}
