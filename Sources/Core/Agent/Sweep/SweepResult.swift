/// What a training of a sweep came to; kept as a JSON file.
public struct SweepResult: Sendable, Equatable {
  /// Of how many pieces it is said how different they are.
  static let comparedPieces = 100

  /// Digest of its configuration.
  public var configurationDigest: String
  /// Populations it was trained for.
  public var populations: Int
  /// Pieces its agent composed.
  public var pieces: Int
  /// The seed.
  public var seed: UInt64
  /// Mean reward of the pieces.
  public var reward: Double
  /// Standard deviation of their rewards.
  public var deviation: Double
  /// The best of them.
  public var best: Double
  /// Mean number of cells in which two of the first 100 pieces differ.
  public var apart: Double
  /// The share of the first 100 pieces that is left when of equal ones one is kept.
  public var distinct: Double
  /// The training's course.
  public var curve: TrainingCurve

  /// The file's contents: the same training is the same bytes, on any number of threads and ranks.
  public var bytes: [UInt8] {
    Array(
      OrderedJSON.object([
        .init("version", .string(Program.version)), .init("configuration_digest", .string(configurationDigest)),
        .init("populations", .integer(populations)), .init("pieces", .integer(pieces)), .init("seed", .unsigned(seed)),
        .init("reward", .number(reward)), .init("deviation", .number(deviation)), .init("best", .number(best)),
        .init("apart", .number(apart)), .init("distinct", .number(distinct)),
        .init(
          "curve",
          .array(
            curve.reports.map { report in
              .array([
                .integer(report.population), .number(report.eliteMean), .number(report.best),
                .number(report.populationMean), .integer(report.environmentSteps),
              ])
            })),
      ]).prettyText.utf8)
  }

  /// Reads the result of a training.
  ///
  /// - Returns: nil if it is of another training or another version, whose trainings may come out otherwise.
  /// - Throws: `DataError` if it is none.
  public init?(_ bytes: [UInt8], of training: SweepTraining, file: String) throws(DataError) {
    let root = try JSONSection(bytes, file: file)
    let any = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    let counts = 0...Int.max
    configurationDigest = try root.string("configuration_digest")
    populations = try root.integer("populations", in: counts)
    pieces = try root.integer("pieces", in: counts)
    seed = try root.unsigned("seed")
    reward = try root.number("reward", in: any)
    deviation = try root.number("deviation", in: any)
    best = try root.number("best", in: any)
    apart = try root.number("apart", in: any)
    distinct = try root.number("distinct", in: 0...1)
    var reports: [PopulationReport] = []
    for row in try root.lists("curve", atMost: TrainingCurve.limit + 2) {
      let numbers = row.map { value -> Double? in
        switch value {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
      }
      guard numbers.count == 5, let population = numbers[0].flatMap({ Int(exactly: $0) }), let elite = numbers[1],
        let top = numbers[2], let mean = numbers[3], let steps = numbers[4].flatMap({ Int(exactly: $0) })
      else { throw root.error("curve", allowed: "rows of population, elite mean, best, mean, environment steps") }
      reports.append(
        PopulationReport(
          population: population, eliteMean: elite, best: top, populationMean: mean, environmentSteps: steps))
    }
    curve = TrainingCurve(reports)
    guard try root.string("version") == Program.version, configurationDigest == training.configurationDigest,
      populations == training.populations, pieces == training.pieces, seed == training.seed
    else { return nil }
  }

  init(
    configurationDigest: String, populations: Int, pieces: Int, seed: UInt64, reward: Double, deviation: Double,
    best: Double, apart: Double, distinct: Double, curve: TrainingCurve
  ) {
    self.configurationDigest = configurationDigest
    self.populations = populations
    self.pieces = pieces
    self.seed = seed
    self.reward = reward
    self.deviation = deviation
    self.best = best
    self.apart = apart
    self.distinct = distinct
    self.curve = curve
  }
}
