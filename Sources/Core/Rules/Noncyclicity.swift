/// Music should not go in circles.
///
///     score = min over k in 1...max_n_time_steps of
///             min(1, |{(r, j) : roll[r, j] = 1, roll[r, j - k] = 0}| / (max_share * n * m))
///
/// Columns before the first are empty. With `max_share` 0 any cell at all is enough for 1; an empty roll has 0.
/// Parameters: `max_n_time_steps` (8), `max_share` (0.125).
struct Noncyclicity: Rule {
  static let name = "noncyclicity"

  let window: Int
  let maximumShare: Double

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    window = try section.integer("max_n_time_steps", default: 8, in: 1...1_000_000_000)
    maximumShare = try section.number("max_share", default: 0.125, in: 0...1)
  }

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    let limit = maximumShare * Double(rowCount) * Double(stepCount)
    return FastScore(.newCells(window: window), shape: .ramp(limit: limit)) { fewest in
      // Replaced where nothing is new: 0 / 0 would be no number.
      (fewest / limit).replacing(with: 1, where: fewest .> limit).replacing(with: 0, where: fewest .== 0)
    }
  }

  func score(_ roll: PianoRoll) -> Double {
    // A shift by the whole roll compares with nothing but emptiness, and so do all larger ones.
    var fewest = roll.cellCount
    for shift in 1..<max(1, min(window + 1, roll.stepCount)) {
      fewest = min(fewest, newCells(roll, shift: shift, limit: fewest))
    }
    if fewest == 0 { return 0 }
    let limit = maximumShare * Double(roll.rowCount) * Double(roll.stepCount)
    return min(Double(fewest) / limit, 1)
  }

  /// The number of cells that were off `shift` columns before; counting stops at `limit`.
  private func newCells(_ roll: PianoRoll, shift: Int, limit: Int) -> Int {
    let offset = shift * roll.wordsPerColumn
    var count = 0
    for index in 0..<offset { count += roll.words[index].nonzeroBitCount }
    for index in offset..<roll.words.count {
      count += (roll.words[index] & ~roll.words[index - offset]).nonzeroBitCount
      if count >= limit { break }
    }
    return count
  }
}
