/// The bass should come home to the tonic, but not rest there.
///
///     share = |{j : the lowest cell of column j is a tonic}| / m       (empty columns count in m)
///     score = 1 if min_share <= share <= max_share, else 0
///
/// A tonic is a row with degree(r) mod period = tonic_position mod period. A roll too small to have one has the share
/// 0; composing with such a roll is an error of the configuration.
/// Parameters: `tonic_position` (4), `min_share` (0.2), `max_share` (0.4).
struct UsageOfTonic: Rule {
  static let name = "usage_of_tonic"

  let tonic: Tonic
  let minimumShare: Double
  let maximumShare: Double

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    tonic = try Tonic(section, tuning: context.tuning)
    minimumShare = try section.number("min_share", default: 0.2, in: 0...1)
    maximumShare = try section.number("max_share", default: 0.4, in: 0...1)
  }

  func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {
    try tonic.check(rowCount: rowCount, use: use)
  }

  /// A prefix's share of tonics says little of the finished roll's: before the first columns are full it is too small,
  /// and the draw that happens to cross a limit has not decided it alone.
  var credit: Credit { .end }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    var rows = Array(repeating: UInt64(0), count: (rowCount + 63) / 64)
    for row in 0..<rowCount where tonic.interval(toDegree: rowCount - 1 - row) == 0 {
      rows[row / 64] |= 1 << UInt64(row % 64)
    }
    let (least, most, columns) = (minimumShare, maximumShare, Double(stepCount))
    return FastScore(.lowestCell(rows: rows)) { count in
      let share = count / columns
      return SIMD8(repeating: 0).replacing(with: 1, where: (share .>= least) .& (share .<= most))
    }
  }

  func score(_ roll: PianoRoll) -> Double {
    var count = 0
    for step in 0..<roll.stepCount {
      let column = roll.column(step)
      guard let word = column.lastIndex(where: { $0 != 0 }) else { continue }
      let lowestRow = (word - column.startIndex) * 64 + 63 - column[word].leadingZeroBitCount
      if tonic.interval(toDegree: roll.rowCount - 1 - lowestRow) == 0 { count += 1 }
    }
    let share = Double(count) / Double(roll.stepCount)
    return minimumShare <= share && share <= maximumShare ? 1 : 0
  }
}
