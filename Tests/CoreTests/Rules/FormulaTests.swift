import Testing

@testable import Core

/// The rules against their formulas, written down cell by cell, on rolls of several words a column and odd parameters.
///
/// The golden rolls have at most 49 rows, so they never leave the first word.
@Suite struct FormulaTests {
  /// Rows by columns, what the words of the column hide.
  private struct Cells {
    let rows: Int
    let columns: Int
    let cell: (Int, Int) -> Bool

    init(_ roll: PianoRoll) {
      rows = roll.rowCount
      columns = roll.stepCount
      cell = { row, column in column >= 0 && roll[row, column] }
    }

    var all: [(Int, Int)] {
      (0..<rows).flatMap { row in (0..<columns).map { (row, $0) } }.filter { cell($0.0, $0.1) }
    }
  }

  /// Random rolls of all densities and column widths.
  private static let rolls: [PianoRoll] = {
    var random = RandomSource(seed: 7, purpose: .actions, population: 0, candidate: 0)
    let sizes = [(1, 1), (2, 9), (63, 12), (64, 7), (65, 9), (128, 6), (129, 10), (200, 5), (256, 8)]
    return sizes.flatMap { rows, columns in
      [2, 5, 40].map { sparsity in
        var roll = PianoRoll(rowCount: rows, stepCount: columns)
        for row in 0..<rows {
          for column in 0..<columns { roll[row, column] = Int.random(in: 0..<sparsity, using: &random) == 0 }
        }
        return roll
      }
    }
  }()

  private static let nineteen = Tuning(
    name: "19edo", degreesInCents: (0..<19).map { 1200 * Double($0) / 19 }, periodInCents: 1200)

  private func raw(_ rule: String, _ parameters: String, _ roll: PianoRoll, tuning: Tuning = .twelveToneEqual) throws
    -> Double
  {
    let rules = try WeightedRules(
      yaml: "{scoring_coefs: {\(rule): 1}, scoring_fn_params: {\(rule): {\(parameters)}}}", tuning: tuning)
    try rules.check(rowCount: roll.rowCount, use: .scoring)
    return try #require(rules.evaluate(roll).entries.first?.raw)
  }

  @Test(arguments: [1, 2, 3, 7, 1_000_000_000]) func windows(window: Int) throws {
    for roll in Self.rolls {
      let cells = Cells(roll)
      let lags = 1...min(window, cells.columns)
      let stalled = cells.all.filter { row, column in lags.allSatisfy { cells.cell(row, column - $0) } }
      #expect(try raw("absence_of_stalled_notes", "max_n_time_steps: \(window)", roll) == Double(-stalled.count))

      for reach in [1, 2, 70] {
        let conjunct = cells.all.filter { row, column in
          !cells.cell(row, column - 1)
            && lags.contains { lag in
              (0..<cells.rows).contains {
                $0 != row && abs($0 - row) <= reach && cells.cell($0, column - lag)
              }
            }
        }
        let parameters = "max_n_semitones: \(reach), max_n_time_steps: \(window)"
        #expect(try raw("conjunct_motion", parameters, roll) == Double(conjunct.count))
      }

      let shares = lags.map { lag in
        Double(cells.all.filter { !cells.cell($0, $1 - lag) }.count) / (0.3 * Double(cells.rows * cells.columns))
      }
      let noncyclicity = min(1, try #require(shares.min()))
      #expect(isClose(try raw("noncyclicity", "max_n_time_steps: \(window), max_share: 0.3", roll), noncyclicity))
    }
  }

  @Test(arguments: [0, -3, 41, 999_999_999]) func tonics(position: Int) throws {
    for (tuning, scale) in [(Tuning.twelveToneEqual, "minor"), (Self.nineteen, "[0, 3, 5, 8, 11, 13, 16]")] {
      let period = tuning.degreeCount
      let inScale = period == 12 ? [0, 2, 3, 5, 7, 8, 10] : [0, 3, 5, 8, 11, 13, 16]
      for roll in Self.rolls {
        let cells = Cells(roll)
        // Two periods more than enough make every remainder positive.
        let interval = { (row: Int) in ((cells.rows - 1 - row - position) % period + period) % period }
        let outer = cells.all.filter { row, _ in !inScale.contains(interval(row)) }
        #expect(
          try raw("absence_of_outer_notes", "scale: \(scale), tonic_position: \(position)", roll, tuning: tuning)
            == Double(-outer.count))

        let lowest = (0..<cells.columns).compactMap { column in (0..<cells.rows).last { cells.cell($0, column) } }
        let share = Double(lowest.filter { interval($0) == 0 }.count) / Double(cells.columns)
        for (least, most) in [(0.0, 0.1), (0.1, 1), (share, share)] {
          let parameters = "tonic_position: \(position), min_share: \(least), max_share: \(most)"
          #expect(
            try raw("usage_of_tonic", parameters, roll, tuning: tuning) == (least <= share && share <= most ? 1 : 0))
        }
      }
    }
  }

  @Test func consonances() throws {
    var random = RandomSource(seed: 8, purpose: .actions, population: 0, candidate: 0)
    for tuning in [Tuning.twelveToneEqual, Self.nineteen] {
      let values = (0..<tuning.degreeCount).map { _ in Double(Int.random(in: -500...500, using: &random)) / 100 }
      let table = values.enumerated().map { "\($0): \($1)" }.joined(separator: ", ")
      let weights = [0: 1.0, 2: 0.25, 7: -3, 900_000_000: 5]
      let distances = weights.map { "\($0): \($1)" }.joined(separator: ", ")
      for roll in Self.rolls {
        let cells = Cells(roll).all
        var expected = 0.0
        for (row, column) in cells {
          for (other, otherColumn) in cells where row < other {
            expected += (weights[abs(column - otherColumn)] ?? 0) * values[(other - row) % values.count]
          }
        }
        let parameters = "interval_consonances: {\(table)}, distance_weights: {\(distances)}"
        #expect(isClose(try raw("consonances", parameters, roll, tuning: tuning), expected))
      }
    }
  }

  @Test func columns() throws {
    for roll in Self.rolls {
      let cells = Cells(roll)
      var contrary = 0
      var deviation = 0
      for column in 0..<cells.columns {
        let on = (0..<cells.rows).map { cells.cell($0, column) ? 1 : 0 }
        deviation += abs(4 - on.reduce(0, +))
        guard column > 0 else { continue }
        var sums: [Int] = []
        for row in 0..<cells.rows {
          sums.append((sums.last ?? 0) + on[row] - (cells.cell(row, column - 1) ? 1 : 0))
        }
        if sums.max() == 1, sums.min() == -1 { contrary += 1 }
      }
      #expect(try raw("contrary_motion", "", roll) == Double(contrary + 1))
      #expect(try raw("lines", "n_lines: 4", roll) == Double(-deviation))
    }
  }
}
