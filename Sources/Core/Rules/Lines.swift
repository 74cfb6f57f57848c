/// A fixed number of voices should sound at every step.
///
///     score = -(sum over columns j of |n_lines - cells in column j|)
///
/// Parameter: `n_lines` (3).
struct Lines: Rule {
  static let name = "lines"

  let lineCount: Int

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    lineCount = try section.integer("n_lines", default: 3, in: 0...1_000_000_000)
  }

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    FastScore(.deviation(cells: lineCount), shape: .linear(slope: -1)) { -$0 }
  }

  func score(_ roll: PianoRoll) -> Double {
    var deviation = 0
    for step in 0..<roll.stepCount {
      deviation += abs(lineCount - roll.column(step).reduce(0) { $0 + $1.nonzeroBitCount })
    }
    return Double(-deviation)
  }
}
