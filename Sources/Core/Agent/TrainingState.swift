/// What a population came to.
public struct PopulationReport: Sendable, Equatable {
  /// The population's number, from 1.
  public var population: Int
  /// Average score of the elite.
  public var eliteMean: Double
  /// Score of the best candidate ever seen.
  public var best: Double
  /// Average score of all candidates.
  public var populationMean: Double
  /// Environment steps since the training began.
  public var environmentSteps: Int
}

/// The best candidate ever seen: the agent that a training returns.
public struct BestCandidate: Sendable, Equatable {
  /// Its score: the aggregated rewards of its episodes.
  public var score: Double
  /// Its weights, in the actor's order.
  public var weights: [Float]
  /// The population it belonged to, from 0.
  public var population: Int
  /// Its number in that population, from 0.
  public var candidate: Int
  /// The episode of its evaluation with the highest reward, from 0.
  public var episode: Int

  /// A candidate of these parts.
  public init(score: Double, weights: [Float], population: Int, candidate: Int, episode: Int) {
    self.score = score
    self.weights = weights
    self.population = population
    self.candidate = candidate
    self.episode = episode
  }
}

/// All that a training has to remember between two populations: whoever continues from it gets the same bytes as the
/// training that was never interrupted.
public struct TrainingState: Sendable, Equatable {
  /// The run's seed.
  public var seed: UInt64
  /// Populations done.
  public var population: Int
  /// Mean of the distribution that weights are sampled from, in the actor's order.
  public var mean: [Double]
  /// The best candidate ever seen; nil before the first population.
  public var best: BestCandidate?

  /// A state of these parts.
  public init(seed: UInt64, population: Int, mean: [Double], best: BestCandidate?) {
    self.seed = seed
    self.population = population
    self.mean = mean
    self.best = best
  }

  /// Checks that a state that was read from a file can belong to this configuration.
  ///
  /// - Parameter file: what the error names.
  func validate(weightCount: Int, agent: AgentConfiguration, file: String) throws(DataError) {
    func require(_ holds: Bool, _ reason: String) throws(DataError) {
      if !holds { throw DataError(file: file, reason: reason) }
    }
    try require(population >= 0 && population <= 1 << 40, "population \(population) is out of range")
    try require(
      mean.count == weightCount, "holds a mean of \(mean.count) weights, the configuration's actor has \(weightCount)")
    try require(mean.allSatisfy { $0.magnitude <= 1e30 }, "holds a mean that is not finite")
    guard let best else {
      return try require(population == 0, "has no best candidate after \(population) populations")
    }
    try require(
      best.weights.count == weightCount,
      "holds a best candidate of \(best.weights.count) weights, the configuration's actor has \(weightCount)")
    try require(
      best.score.isFinite && best.weights.allSatisfy { $0.magnitude <= 1e30 },
      "holds a best candidate that is not finite")
    try require(
      (0..<population).contains(best.population) && (0..<agent.populationSize).contains(best.candidate)
        && (0..<agent.episodesPerCandidate).contains(best.episode),
      "names a best candidate that the configuration's populations cannot have")
  }
}
