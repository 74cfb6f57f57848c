import Core
import Foundation

/// How good and how different the pieces of trained agents are, over many seeds: `rlmusician bench --learners`.
struct LearnerComparison {
  /// What the pieces of one way to learn came to.
  struct Row {
    var name: String
    var populations: Int
    /// Every seed's mean reward over its pieces.
    var means: [Double] = []
    /// Every seed's mean number of cells in which two of 100 pieces differ.
    var differences: [Double] = []
    /// Every seed's number of different ones among 100 pieces.
    var distinct: [Double] = []
    var best = -Double.infinity

    static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    static func deviation(_ values: [Double]) -> Double {
      let middle = mean(values)
      let squares = values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
      return (squares / Double(max(1, values.count - 1))).squareRoot()
    }
  }

  private(set) var rows: [Row] = []

  /// Trains with seeds 1001, 1002, ...; the default's budget and three tenths of it.
  ///
  /// - Parameter configuration: whose environment is learnt, with each method's own settings.
  init(_ configuration: Configuration, seeds: Int, pieces: Int, threads: Int, populations: Int) throws {
    for method in AgentConfiguration.Method.allCases {
      for count in [max(1, populations * 3 / 10), populations] {
        var chosen = configuration
        chosen.agent = try Configuration(text: "agent: {method: \(method.rawValue)}", file: "bench").agent
        var row = Row(name: method.rawValue, populations: count)
        for seed in 0..<seeds {
          let training = Training(
            configuration: chosen, seed: 1001 + UInt64(seed), threads: threads, populations: count)
          for _ in 0..<count { _ = training.trainPopulation() }
          row.add((0..<pieces).map { training.composePiece(episode: $0) })
        }
        rows.append(row)
      }
    }
  }

  var table: String {
    var text = "learner           populations  mean reward   over seeds  cells apart  distinct of 100   best\n"
    for row in rows {
      text += String(
        format: "%@ %11d %12.1f %12.1f %12.1f %16.1f %6.1f\n",
        row.name.padding(toLength: 17, withPad: " ", startingAt: 0), row.populations, Row.mean(row.means),
        Row.deviation(row.means), Row.mean(row.differences), Row.mean(row.distinct), row.best)
    }
    return text
  }

  var json: OrderedJSON {
    .array(
      rows.map { row in
        .object([
          .init("method", .string(row.name)), .init("populations", .integer(row.populations)),
          .init("mean", .number(Row.mean(row.means))), .init("deviation", .number(Row.deviation(row.means))),
          .init("cells_apart", .number(Row.mean(row.differences))), .init("distinct", .number(Row.mean(row.distinct))),
          .init("best", .number(row.best)),
        ])
      })
  }
}

extension LearnerComparison.Row {
  /// Adds an agent's pieces.
  mutating func add(_ pieces: [Piece]) {
    let scores = pieces.map(\.score.total)
    means.append(Self.mean(scores))
    best = max(best, scores.max() ?? best)
    let rolls = pieces.prefix(100).map { $0.roll }
    distinct.append(Double(Set(rolls).count) * 100 / Double(max(1, rolls.count)))
    var sum = 0
    for (index, roll) in rolls.enumerated() {
      for other in rolls[..<index] {
        for (a, b) in zip(roll.words, other.words) { sum += (a ^ b).nonzeroBitCount }
      }
    }
    differences.append(Double(sum) / Double(max(1, rolls.count * (rolls.count - 1) / 2)))
  }
}
