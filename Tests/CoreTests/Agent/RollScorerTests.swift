import Testing

@testable import Core

/// The kernels' scores against the rules' own, for every path that this processor can run.
@Suite struct RollScorerTests {
  private static let sizes = [
    (1, 2), (5, 3), (12, 9), (25, 33), (31, 40), (32, 33), (33, 20), (49, 33), (64, 70), (65, 33), (88, 33), (128, 129),
    (200, 40), (256, 33),
  ]

  private static let parameters = [
    "",
    """
    noncyclicity: {max_n_time_steps: 100, max_share: 0.01}
    usage_of_tonic: {tonic_position: 0, min_share: 0, max_share: 0.5}
    lines: {n_lines: 1000000000}
    conjunct_motion: {max_n_semitones: 7, max_n_time_steps: 3}
    consonances: {interval_consonances: {0: 0.1, 1: -3, 2: 1.7, 3: 1, 4: 1, 5: 0, 6: -5, 7: 2, 8: 1, 9: 1, 10: -3, 11: -3}, distance_weights: {0: 1, 1: 0.3, 5: -0.7}}
    absence_of_outer_notes: {scale: minor, tonic_position: 2}
    absence_of_stalled_notes: {max_n_time_steps: 1}
    """,
    """
    noncyclicity: {max_n_time_steps: 1, max_share: 0}
    lines: {n_lines: 0}
    conjunct_motion: {max_n_semitones: 300, max_n_time_steps: 100000}
    consonances: {distance_weights: {2: 2}}
    absence_of_stalled_notes: {max_n_time_steps: 20}
    """,
  ]

  private func configuration(rows: Int, steps: Int, parameters: String, extra: String = "") throws -> Configuration {
    let text = parameters.split(separator: "\n").map { "    \($0)\n" }.joined()
    return try Configuration(
      text: "environment:\n  n_semitones: \(rows)\n  n_roll_steps: \(steps)\n\(extra)"
        + (text.isEmpty ? "" : "  scoring_fn_params:\n" + text),
      file: "test")
  }

  /// A roll of about `cells` cells a column; some columns repeat the one before, so that notes are held.
  private func roll(rows: Int, steps: Int, cells: Int, _ random: inout RandomSource) -> PianoRoll {
    var roll = PianoRoll(rowCount: rows, stepCount: steps)
    for step in 0..<steps {
      if step > 0, Int.random(in: 0..<3, using: &random) == 0 {
        for row in 0..<rows { roll[row, step] = roll[row, step - 1] }
      }
      for _ in 0..<Int.random(in: 0...cells, using: &random) {
        roll[Int.random(in: 0..<rows, using: &random), step] = true
      }
    }
    return roll
  }

  @Test(arguments: sizes, parameters)
  func totalsAreTheRules(size: (rows: Int, steps: Int), parameters: String) throws {
    // The tonic of the smallest roll has to lie on it.
    let small =
      size.rows < 5 ? "usage_of_tonic: {tonic_position: 0}\nabsence_of_outer_notes: {tonic_position: 0}" : parameters
    let rules = try configuration(rows: size.rows, steps: size.steps, parameters: small).environment.rules
    var random = RandomSource(seed: 7, purpose: .actions, population: size.rows, candidate: size.steps)
    for cells in [1, 3, 40] {
      // Held notes come on top of a column's own cells.
      try check(
        rules, (0..<21).map { _ in roll(rows: size.rows, steps: size.steps, cells: cells, &random) }, mostCells: 256)
    }
  }

  /// Both scores of these rolls, on every path.
  private func check(_ rules: WeightedRules, _ rolls: [PianoRoll], mostCells: Int) throws {
    let first = try #require(rolls.first)
    let batch = RollBatch(rowCount: first.rowCount, stepCount: first.stepCount, capacity: rolls.count)
    for (slot, roll) in rolls.enumerated() { batch[slot] = roll }
    #expect(rolls.indices.map { batch[$0] } == rolls)
    let expected = rolls.map { rules.evaluate($0).total }
    for kernels in Kernels.available {
      let scorer = RollScorer(
        rules: rules, rowCount: first.rowCount, stepCount: first.stepCount, mostCells: mostCells, kernels: kernels)
      let totals = UnsafeMutableBufferPointer<Double>.allocate(capacity: batch.capacity)
      defer { totals.deallocate() }
      scorer.score(batch, count: rolls.count, totals: totals)
      #expect(Array(totals[..<rolls.count]) == expected, "\(kernels.name)")
    }
  }

  /// An interval has another value above every degree there.
  @Test(
    arguments: [("slendro", 11), ("pelog", 33), ("meantone", 64), ("just-major", 40)], ["{0: 1}", "{0: 1, 2: 0.3}"])
  func totalsInUnequalTunings(tuning: (name: String, rows: Int), distances: String) throws {
    let rules = try Configuration(
      text: """
        tuning: \(tuning.name)
        environment:
          n_semitones: \(tuning.rows)
          rendering_params: {lowest_note: C2}
          scoring_fn_params: {consonances: {interval_consonances: auto, distance_weights: \(distances)}}
        """, file: "test"
    ).environment.rules
    #expect(
      rules.entries.first { $0.rule is Consonances }?.rule.fastScore(rowCount: tuning.rows, stepCount: 33) != nil)
    var random = RandomSource(seed: 9, purpose: .actions, population: tuning.rows, candidate: 0)
    for cells in [3, 40] {
      try check(
        rules, (0..<21).map { _ in roll(rows: tuning.rows, steps: 33, cells: cells, &random) }, mostCells: 256)
    }
  }

  @Test func columnsOfThreeCellsAtMost() throws {
    let rules = try configuration(rows: 25, steps: 33, parameters: "").environment.rules
    var random = RandomSource(seed: 8, purpose: .actions, population: 0, candidate: 0)
    var rolls: [PianoRoll] = []
    for _ in 0..<400 {
      var roll = PianoRoll(rowCount: 25, stepCount: 33)
      for step in 0..<32 {
        for _ in 0..<Int.random(in: 0...3, using: &random) { roll[Int.random(in: 0..<25, using: &random), step] = true }
      }
      rolls.append(roll)
    }
    try check(rules, rolls, mostCells: 3)
  }

  /// In meantone, what is a small step or a consonance differs from degree to degree.
  @Test func unequalTunings() throws {
    let rules = try configuration(
      rows: 70, steps: 20, parameters: "conjunct_motion: {max_cents: 200}", extra: "  tuning: meantone\n"
    ).environment.rules
    var random = RandomSource(seed: 10, purpose: .actions, population: 0, candidate: 0)
    try check(rules, (0..<40).map { _ in roll(rows: 70, steps: 20, cells: 5, &random) }, mostCells: 70)
  }

  /// A rule that has no fast form, as a ninth one may.
  private struct CountsCells: Rule {
    static let name = "counts_cells"
    init() {}
    init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {}
    func score(_ roll: PianoRoll) -> Double { Double(roll.cellCount) }
  }

  @Test func aRuleWithoutAFastFormIsAskedRollByRoll() throws {
    let rules = WeightedRules(entries: [.init(rule: CountsCells(), coefficient: 0.5)])
    var random = RandomSource(seed: 9, purpose: .actions, population: 0, candidate: 0)
    try check(rules, (0..<10).map { _ in roll(rows: 40, steps: 5, cells: 4, &random) }, mostCells: 40)
  }
}
