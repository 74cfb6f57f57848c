/// `agent` of the configuration: how is learnt.
public struct AgentConfiguration: Sendable {
  /// A way to learn.
  public enum Method: String, Sendable, CaseIterable {
    case policyGradient = "policy_gradient"
    case crossEntropy = "cross_entropy"
  }

  /// `method`. Without it, keys of the cross-entropy method mean that one: so do the original's files.
  public var method: Method
  /// `policy_gradient`: what that method needs.
  public var policyGradient: PolicyGradientConfiguration
  /// `observation`: what the policy of a piano roll sees.
  public var observation: ObservationConfiguration
  /// How the rewards of a candidate's episodes become its score.
  public enum Aggregation: String, Sendable, CaseIterable {
    case mean, min, median, max
  }

  /// `population_size`: candidates a population of the cross-entropy method.
  public var populationSize: Int
  /// `elite_fraction`: the share of a population that moves the mean.
  public var eliteFraction: Double
  /// `n_episodes_per_candidate`.
  public var episodesPerCandidate: Int
  /// `aggregation_fn`.
  public var aggregation: Aggregation
  /// `smoothing_coef`: the weight of the old mean, 0...1.
  public var smoothing: Double
  /// `weights_std`: standard deviation of every weight, constant.
  public var weightsDeviation: Double
  /// `initial_weights_mean`: the mean of the first population, or the weights that the policy gradient begins with: W row
  /// by row, then b; nil for zeros.
  public var initialMean: [Double]?
  /// `n_processes`: threads to train with; nil for one a core.
  public var threadCount: Int?

  /// Candidates (with the policy gradient: updates) a population, and the most episodes that each has.
  var candidatesAndEpisodes: (candidates: Int, episodes: Int) {
    switch method {
    case .crossEntropy: return (populationSize, episodesPerCandidate)
    case .policyGradient:
      let updates = policyGradient.updatesPerPopulation
      return (updates, (policyGradient.episodesPerPopulation + updates - 1) / updates)
    }
  }

  /// Episodes a population.
  public var episodesPerPopulation: Int {
    method == .crossEntropy ? populationSize * episodesPerCandidate : policyGradient.episodesPerPopulation
  }

  /// The keys that the cross-entropy method had before there was another.
  private static let crossEntropyKeys = [
    "population_size", "elite_fraction", "n_episodes_per_candidate", "aggregation_fn", "smoothing_coef", "weights_std",
    "initial_weights_mean",
  ]

  /// Size of the elite: `elite_fraction * population_size`, halves to even.
  public var eliteCount: Int { Int((eliteFraction * Double(populationSize)).rounded(.toNearestOrEven)) }

  /// Environment steps a population may take: an hour at 30 million steps a second.
  static let stepLimit = 100_000_000_000
  /// Weights a population may have, all candidates together: 4 GB if they were all held at once.
  static let weightLimit = 1_000_000_000

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    _ = section.has("method")  // the first that is allowed
    let isOriginal = Self.crossEntropyKeys.contains(where: section.has)
    let word = try section.choice(
      "method", default: (isOriginal ? Method.crossEntropy : .policyGradient).rawValue,
      of: Method.allCases.map(\.rawValue))
    let method = Method(rawValue: word) ?? .policyGradient
    self.method = method
    policyGradient = try PolicyGradientConfiguration(section.section("policy_gradient"))
    observation = try ObservationConfiguration(section.section("observation"), method: method)
    populationSize = try section.integer("population_size", default: 150, in: 1...1_000_000)
    eliteFraction = try section.number("elite_fraction", default: 0.1, in: 0...1)
    episodesPerCandidate = try section.integer("n_episodes_per_candidate", default: 10, in: 1...100_000)
    let name = try section.choice("aggregation_fn", default: "mean", of: Aggregation.allCases.map(\.rawValue))
    aggregation = Aggregation(rawValue: name) ?? .mean
    smoothing = try section.number("smoothing_coef", default: 0.25, in: 0...1)
    weightsDeviation = try section.number("weights_std", default: 1, in: 0...1e6)
    threadCount = try section.optionalInteger("n_processes", in: 1...1024)
    initialMean = try section.numbers("initial_weights_mean", in: -1e9...1e9, countLimit: 65_792)
    guard eliteCount >= 1 else {
      throw section.error(
        "elite_fraction",
        found: "an elite of \(ConfigurationNumber(eliteFraction)) x \(populationSize) candidates, rounded to 0",
        allowed: "an elite of at least one: more than \(ConfigurationNumber(0.5 / Double(populationSize)))")
    }
  }

  /// Fails if a population for this environment takes more memory or time than anybody has.
  func checkWork(_ environment: EnvironmentConfiguration, _ section: ConfigurationSection) throws(ConfigurationError) {
    let rows = environment.rowCount
    let weights = observation.weightCount(rowCount: rows)
    if let initialMean, initialMean.count != weights {
      let formula = observation.isOriginal ? " (n_semitones * n_semitones + n_semitones)" : ""
      throw section.error(
        "initial_weights_mean", found: "a list of \(initialMean.count) numbers",
        allowed: "\(weights) numbers for \(rows) rows\(formula)")
    }
    let stepsPerEpisode = (environment.stepCount - 1) * environment.drawsPerStep
    guard method == .crossEntropy else {
      return try checkGradientWork(environment, section)
    }
    guard populationSize * weights <= Self.weightLimit else {
      throw section.error(
        "population_size", found: "\(populationSize) candidates with \(weights) weights each (\(rows) rows)",
        allowed: "at most \(Self.weightLimit / weights) candidates for this many rows")
    }
    // At most 1e6 * 1e5 * 4095 * 256, which 64 bits hold.
    let steps = populationSize * episodesPerCandidate * stepsPerEpisode
    guard steps <= Self.stepLimit else {
      throw section.error(
        "population_size",
        found: "\(populationSize) candidates with \(episodesPerCandidate) episodes each: \(steps) steps a population",
        allowed: "at most \(Self.stepLimit) steps a population")
    }
  }

  /// Bytes of memory that the record of a batch may take.
  static let batchByteLimit = 4_000_000_000

  private func checkGradientWork(
    _ environment: EnvironmentConfiguration, _ section: ConfigurationSection
  ) throws(ConfigurationError) {
    let (columns, rowCount) = (environment.stepCount - 1, environment.rowCount)
    let stepsPerEpisode = columns * environment.drawsPerStep
    let section = try section.section("policy_gradient")
    let steps = policyGradient.episodesPerPopulation * stepsPerEpisode
    guard steps <= Self.stepLimit else {
      throw section.error(
        "n_episodes_per_population",
        found: "\(policyGradient.episodesPerPopulation) episodes of \(stepsPerEpisode) steps each",
        allowed: "at most \(Self.stepLimit) steps a population")
    }
    // Two numbers a row and column, and ten a draw.
    let bytesPerEpisode = columns * 8 * ((rowCount + 15) / 16 * 16) + stepsPerEpisode * 40
    let episodes = min(policyGradient.episodesPerUpdate, policyGradient.episodesPerPopulation)
    guard episodes * bytesPerEpisode <= Self.batchByteLimit else {
      throw section.error(
        "n_episodes_per_update",
        found: "\(episodes) episodes of \(stepsPerEpisode) steps with \(rowCount) rows each",
        allowed: "at most \(max(2, Self.batchByteLimit / bytesPerEpisode)) for this many steps and rows")
    }
  }
}
