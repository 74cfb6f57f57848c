/// Notes outside the scale are wrong.
///
///     score = -|{(r, j) : roll[r, j] = 1, (degree(r) - tonic_position) mod period not in scale}|
///
/// Parameters: `scale` (major; minor; a list of degrees above the tonic), `tonic_position` (4).
struct AbsenceOfOuterNotes: Rule {
  static let name = "absence_of_outer_notes"

  let scale: ScaleDegrees
  let tonic: Tonic

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    scale = try ScaleDegrees(section, tuning: context.tuning)
    tonic = try Tonic(section, tuning: context.tuning)
  }

  func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {
    try tonic.check(rowCount: rowCount, use: use)
  }

  /// The rows outside the scale, one bit a row, laid out like a column.
  func outerRows(rowCount: Int) -> [UInt64] {
    var mask = Array(repeating: UInt64(0), count: (rowCount + 63) / 64)
    for row in 0..<rowCount where !scale.contains[tonic.interval(toDegree: rowCount - 1 - row)] {
      mask[row / 64] |= 1 << UInt64(row % 64)
    }
    return mask
  }

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    FastScore(.cells(rows: outerRows(rowCount: rowCount)), shape: .linear(slope: -1)) { -$0 }
  }

  func score(_ roll: PianoRoll) -> Double {
    let outer = outerRows(rowCount: roll.rowCount)
    var count = 0
    for start in stride(from: 0, to: roll.words.count, by: outer.count) {
      for word in 0..<outer.count { count += (roll.words[start + word] & outer[word]).nonzeroBitCount }
    }
    return Double(-count)
  }
}
