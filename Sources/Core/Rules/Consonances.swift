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

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    // In unequal tunings an interval has another value above every degree.
    let lowerDegrees = min(intervals.values.count, rowCount)
    guard lowerDegrees * rowCount <= RollFeature.mostPairValues else { return nil }
    return FastScore(
      distances.filter { $0.distance < stepCount }.map { distance, weight in
        .pairs(
          distance: distance,
          values: (0..<lowerDegrees).map { lower in
            (0..<rowCount).map { weight * intervals.value(ofInterval: $0, aboveDegree: lower) }
          })
      }, shape: .linear(slope: 1)
    ) { $0 }
  }

  func score(_ roll: PianoRoll) -> Double {
    let lowerDegrees = min(intervals.values.count, roll.rowCount)
    var score = 0.0
    for (distance, weight) in distances where distance < roll.stepCount {
      let pairs = IntervalCounts(roll, distance: distance, lowerDegrees: lowerDegrees)
      for (index, count) in pairs.counts.enumerated() where count != 0 {
        let (lower, interval) = index.quotientAndRemainder(dividingBy: roll.rowCount)
        score += weight * intervals.value(ofInterval: interval, aboveDegree: lower) * Double(count)
      }
    }
    return score
  }
}
