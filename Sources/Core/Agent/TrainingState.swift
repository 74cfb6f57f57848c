/// What a population came to; a population of the policy gradient has no candidates, only episodes of one policy that
/// changes from update to update.
public struct PopulationReport: Sendable, Equatable {
  /// The population's number, from 1.
  public var population: Int
  /// Average score of the elite; policy gradient: average reward of the best tenth of the episodes.
  public var eliteMean: Double
  /// Score of the best candidate ever seen; policy gradient: reward of the best episode ever seen.
  public var best: Double
  /// Average score of all candidates; policy gradient: average reward of all episodes.
  public var populationMean: Double
  /// Environment steps since the training began.
  public var environmentSteps: Int
}

/// The best candidate ever seen: the agent that the cross-entropy method returns; with the policy gradient, the best
/// episode ever seen, with the weights that it was played with.
public struct BestCandidate: Sendable, Equatable {
  /// Its score: the aggregated rewards of its episodes.
  public var score: Double
  /// Its weights, in the actor's order.
  public var weights: [Float]
  /// The population it belonged to, from 0.
  public var population: Int
  /// Its number in that population, from 0; policy gradient: the update's number.
  public var candidate: Int
  /// The episode of its evaluation with the highest reward, from 0; policy gradient: the episode's number in its batch.
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
  /// Cross-entropy method: mean of the distribution that weights are sampled from; policy gradient: the weights. In the
  /// actor's order.
  public var mean: [Double]
  /// The best that was ever seen; nil before the first population.
  public var best: BestCandidate?
  /// What a policy gradient's optimiser remembers; nil for the cross-entropy method.
  public var optimizer: OptimizerState?

  /// A state of these parts.
  public init(
    seed: UInt64, population: Int, mean: [Double], best: BestCandidate?, optimizer: OptimizerState? = nil
  ) {
    self.seed = seed
    self.population = population
    self.mean = mean
    self.best = best
    self.optimizer = optimizer
  }

  /// The agent that a training returns, with its score; nil before the first population.
  ///
  /// Cross-entropy method: the best candidate ever seen. Policy gradient: the last weights, with the mean reward of the
  /// last population.
  public var agent: (weights: [Float], score: Double)? {
    guard population > 0 else { return nil }
    if let optimizer { return (mean.map { Float($0) }, optimizer.score) }
    return best.map { ($0.weights, $0.score) }
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
    let (candidates, episodes) = agent.candidatesAndEpisodes
    switch agent.method {
    case .crossEntropy:
      try require(optimizer == nil, "is of the policy gradient; this needs agent.method: policy_gradient")
    case .policyGradient:
      guard let optimizer else {
        throw DataError(file: file, reason: "is of the cross-entropy method; this needs agent.method: cross_entropy")
      }
      try optimizer.validate(weightCount: weightCount, file: file)
    }
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
      (0..<population).contains(best.population) && (0..<candidates).contains(best.candidate)
        && (0..<episodes).contains(best.episode),
      "names a best candidate that the configuration's populations cannot have")
  }
}

/// What a policy gradient's optimiser remembers between two populations.
public struct OptimizerState: Sendable, Equatable {
  var adam: Adam
  /// Mean reward of the last population.
  public var score: Double
  /// Over how many populations learning rate and temperature fall.
  public var annealingPopulations: Int

  /// Of a training that goes on where another one, which left only its weights, was annealed.
  static func annealed(_ settings: PolicyGradientConfiguration, weightCount: Int) -> OptimizerState {
    let populations = settings.annealingPopulations ?? PolicyGradientConfiguration.defaultAnnealingPopulations
    var adam = Adam(weightCount: weightCount)
    adam.updates = Training.saturatingProduct([populations, settings.updatesPerPopulation])
    return OptimizerState(adam: adam, score: 0, annealingPopulations: populations)
  }

  func validate(weightCount: Int, file: String) throws(DataError) {
    func require(_ holds: Bool, _ reason: String) throws(DataError) {
      if !holds { throw DataError(file: file, reason: reason) }
    }
    try require(
      adam.means.count == weightCount && adam.squares.count == weightCount,
      "holds moments of \(adam.means.count) and \(adam.squares.count) weights, the configuration's actor has "
        + "\(weightCount)")
    try require(
      adam.means.allSatisfy { $0.magnitude <= 1e30 } && adam.squares.allSatisfy { (0...1e30).contains($0) },
      "holds moments that are not finite")
    try require(
      (0...1 << 50).contains(adam.updates) && (1...1_000_000_000).contains(annealingPopulations) && score.isFinite,
      "holds updates, a score or annealing populations out of range")
  }
}
