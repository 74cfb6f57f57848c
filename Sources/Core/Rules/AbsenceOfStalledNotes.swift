/// Notes held for too long are wrong.
///
///     score = -|{(r, j) : roll[r, j] = roll[r, j - 1] = ... = roll[r, j - max_n_time_steps] = 1}|
///
/// Columns before the first are empty. Parameter: `max_n_time_steps` (4).
struct AbsenceOfStalledNotes: Rule {
  static let name = "absence_of_stalled_notes"

  let window: Int

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    window = try section.integer("max_n_time_steps", default: 4, in: 1...1_000_000_000)
  }

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    FastScore(.heldCells(window: window), shape: .linear(slope: -1)) { -$0 }
  }

  func score(_ roll: PianoRoll) -> Double {
    let before = roll.soundedInAll(ofPrevious: window)
    var count = 0
    for (index, word) in roll.words.enumerated() { count += (word & before[index]).nonzeroBitCount }
    return Double(-count)
  }
}
