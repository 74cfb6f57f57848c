/// What a sweep came to: a row a combination, over its seeds.
public struct SweepTable: Sendable {
  /// A combination's trainings that are done.
  struct Row: Sendable {
    var combination: SweepConfiguration.Combination
    /// By seed, in the sweep's order.
    var results: [SweepResult]

    /// A figure of all trainings.
    func mean(_ value: (SweepResult) -> Double) -> Double { results.map(value).mean }

    /// How the trainings' mean rewards differ.
    var rewardDeviation: Double {
      let mean = mean(\.reward)
      let squares = results.reduce(0) { $0 + ($1.reward - mean) * ($1.reward - mean) }
      return (squares / Double(max(1, results.count - 1))).squareRoot()
    }

    /// Mean, lowest and highest population mean of the trainings, population by population.
    var curve: [(population: Int, mean: Double, lowest: Double, highest: Double)] {
      let curves = results.map(\.curve.reports)
      guard let first = curves.first else { return [] }
      return first.indices.compactMap { index in
        let values = curves.compactMap { index < $0.count ? $0[index].populationMean : nil }.filter(\.isFinite)
        guard let lowest = values.min(), let highest = values.max() else { return nil }
        return (first[index].population, values.mean, lowest, highest)
      }
    }
  }

  let keys: [String]
  /// Without combinations of which nothing is done yet.
  let rows: [Row]

  /// - Parameter results: by training; nil for those that are not done.
  public init(_ sweep: SweepConfiguration, trainings: [SweepTraining], results: [SweepResult?]) {
    keys = sweep.keys
    var done = [[SweepResult]](repeating: [], count: sweep.combinations.count)
    for (training, result) in zip(trainings, results) {
      if let result { done[training.combination].append(result) }
    }
    rows = zip(sweep.combinations, done).filter { !$0.1.isEmpty }.map { Row(combination: $0, results: $1) }
  }

  /// Tab-separated, with a line of names first. `reward` and what follows are means over the seeds, of the agents'
  /// pieces; `reward_deviation`, `reward_lowest` and `reward_highest` say how the seeds differ.
  public var tsv: String {
    let names =
      keys + [
        "populations", "seeds", "reward", "reward_deviation", "reward_lowest", "reward_highest", "piece_deviation",
        "best", "apart", "distinct",
      ]
    let lines = rows.map { row in
      let rewards = row.results.map(\.reward)
      let numbers = [
        row.mean(\.reward), row.rewardDeviation, rewards.min() ?? 0, rewards.max() ?? 0, row.mean(\.deviation),
        row.results.map(\.best).max() ?? 0, row.mean(\.apart), row.mean(\.distinct),
      ]
      return row.combination.values.map { TextQuoting.printable($0.text) }
        + ["\(row.combination.populations)", "\(row.results.count)"]
        + numbers.map { "\(ConfigurationNumber($0))" }
    }
    return ([names] + lines).map { $0.joined(separator: "\t") + "\n" }.joined()
  }

  /// The same as JSON, with every training's figures and the curves over the seeds.
  public var json: OrderedJSON {
    .object([
      .init("version", .string(Program.version)),
      .init(
        "combinations",
        .array(
          rows.map { row in
            .object([
              .init("values", .object(row.combination.values.map { .init($0.key, .string($0.text)) })),
              .init("populations", .integer(row.combination.populations)),
              .init("configuration_digest", .string(row.results[0].configurationDigest)),
              .init("reward", .number(row.mean(\.reward))), .init("reward_deviation", .number(row.rewardDeviation)),
              .init("apart", .number(row.mean(\.apart))), .init("distinct", .number(row.mean(\.distinct))),
              .init(
                "trainings",
                .array(
                  row.results.map { result in
                    .object([
                      .init("seed", .unsigned(result.seed)), .init("reward", .number(result.reward)),
                      .init("deviation", .number(result.deviation)), .init("best", .number(result.best)),
                      .init("apart", .number(result.apart)), .init("distinct", .number(result.distinct)),
                    ])
                  })),
              .init(
                "curve",
                .array(
                  row.curve.map { point in
                    .array([
                      .integer(point.population), .number(point.mean), .number(point.lowest), .number(point.highest),
                    ])
                  })),
            ])
          })),
    ])
  }
}
