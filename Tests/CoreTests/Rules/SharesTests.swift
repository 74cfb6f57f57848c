import Foundation
import Testing

@testable import Core

/// What a draw changed, by the definition and by the kernels.
@Suite struct SharesTests {
  private struct Scored: Decodable {
    var function: String
    var params: AnyJSON
    var roll: [String]
    var expected: Double?

    func rules() throws -> WeightedRules {
      try WeightedRules(
        yaml: function == "evaluate"
          ? params.text
          : #"{"scoring_coefs": {"\#(function)": 1}, "scoring_fn_params": {"\#(function)": \#(try params.text)}}"#)
    }
  }

  /// Every roll of the original's cases, drawn cell by cell.
  @Test(arguments: ["golden/scoring.jsonl.gz", "golden/scoring_edge.jsonl"])
  func sharesAddUpToTheScore(file: String) throws {
    var count = 0
    for scored in try Fixture.jsonLines(file, as: Scored.self) where scored.expected != nil {
      let roll = try #require(PianoRoll(rowTexts: scored.roll))
      guard roll.cellCount > 0 else { continue }
      let draws = RollDraws(roll)
      #expect(draws.roll == roll)
      let empty = PianoRoll(rowCount: roll.rowCount, stepCount: roll.stepCount)
      for entry in try scored.rules().entries {
        let shares = entry.rule.shares(of: draws)
        let difference = entry.rule.score(roll) - entry.rule.score(empty)
        #expect(abs(shares.reduce(0, +) - difference) < 1e-6, "\(type(of: entry.rule).name)")
        if entry.rule.credit == .eachDraw {
          let middle = draws.draws.count / 2
          let half = entry.rule.score(draws.prefix(middle)) - entry.rule.score(empty)
          #expect(abs(shares.prefix(middle).reduce(0, +) - half) < 1e-6, "\(type(of: entry.rule).name)")
        } else {
          #expect(shares.dropLast().allSatisfy { $0 == 0 })
        }
        count += 1
      }
    }
    #expect(count >= 70)
  }

  private static let rules = [
    "noncyclicity: {max_n_time_steps: 3}", "noncyclicity: {max_n_time_steps: 1000, max_share: 0.5}",
    "noncyclicity: {max_share: 0}", "lines: {n_lines: 2}", "conjunct_motion: {}",
    "conjunct_motion: {max_n_semitones: 3, max_n_time_steps: 3}", "conjunct_motion: {max_n_time_steps: 99}",
    "contrary_motion: {}", "consonances: {}", "consonances: {distance_weights: {0: 1, 1: -0.5, 3: 2}}",
    "absence_of_outer_notes: {}", "absence_of_stalled_notes: {max_n_time_steps: 1}",
    "absence_of_stalled_notes: {max_n_time_steps: 3}", "usage_of_tonic: {}",
  ]

  /// On every path, for narrow and wide rolls, few and many draws, cells chosen twice among them.
  @Test(arguments: rules) func kernelsAgreeWithTheDefinition(rule: String) throws {
    for (rows, steps, drawsPerStep) in [(25, 13, 3), (5, 9, 4), (32, 7, 2), (49, 9, 3), (128, 5, 7), (200, 4, 3)] {
      let name = String(rule.prefix { $0 != ":" })
      let rules = try WeightedRules(yaml: "scoring_coefs: {\(name): -1.5}\nscoring_fn_params: {\(rule)}")
      var random = RandomSource(seed: 7, purpose: .session, population: rows, candidate: steps)
      let batch = RollBatch(rowCount: rows, stepCount: steps, capacity: 16)
      let count = 11
      let decisions = (steps - 1) * drawsPerStep
      var cells = [Int32](repeating: Int32(rows), count: decisions * 16)
      var expected = [Float](repeating: 0, count: decisions * 16)
      for episode in 0..<count {
        var roll = PianoRoll(rowCount: rows, stepCount: steps)
        var drawn = RollDraws(rowCount: rows, stepCount: steps, draws: [])
        for index in 0..<decisions {
          // Near each other, so that there is something to count.
          let row = min(rows - 1, Int.random(in: 0..<min(rows, 9), using: &random) + (rows > 64 ? 60 : 0))
          if !roll[row, index / drawsPerStep] { cells[index * 16 + episode] = Int32(row) }
          roll[row, index / drawsPerStep] = true
          drawn.draws.append(.init(row: row, step: index / drawsPerStep))
        }
        batch[episode] = roll
        for entry in rules.entries where entry.rule.credit == .eachDraw {
          for (index, share) in entry.rule.shares(of: drawn).enumerated() {
            expected[index * 16 + episode] += Float(entry.coefficient * share)
          }
        }
      }
      for kernels in Kernels.available {
        let shares = RollShares(
          rules: rules, rowCount: rows, stepCount: steps, mostCells: drawsPerStep, kernels: kernels)
        var found = [Float](repeating: 1, count: decisions * 16)
        shares.take(batch, count: count, cells: cells, draws: drawsPerStep, into: &found)
        for index in 0..<decisions {
          for episode in 0..<count {
            let (a, b) = (found[index * 16 + episode], expected[index * 16 + episode])
            #expect(abs(a - b) < 1e-4, "\(kernels.name), \(rows) rows, draw \(index)")
          }
        }
      }
    }
  }
}
