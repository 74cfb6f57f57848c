/// Trains an agent on a configuration, one population at a time, and composes with what has been learnt.
///
/// A function of (configuration, seed): the number of threads changes the time, never a byte. Owned by one task.
public final class Training {
  private let configuration: Configuration
  private let actor: any ActorModel
  private let threads: Int
  private var agent: CrossEntropyAgent

  /// A training at its start.
  public init(configuration: Configuration, seed: UInt64, threads: Int) {
    self.configuration = configuration
    self.threads = threads
    let actor = LinearSoftmaxActor(rowCount: configuration.environment.rowCount)
    self.actor = actor
    agent = CrossEntropyAgent(
      configuration: configuration.agent, weightCount: actor.weightCount, seed: seed)
  }

  /// A training that goes on from a state, so that the end equals the uninterrupted training's, byte for byte.
  ///
  /// - Throws: if the state cannot belong to the configuration; the error's file is `state`, to be replaced by the
  ///   caller who knows the file.
  public init(configuration: Configuration, state: TrainingState, threads: Int) throws(DataError) {
    self.configuration = configuration
    self.threads = threads
    let actor = LinearSoftmaxActor(rowCount: configuration.environment.rowCount)
    try state.validate(weightCount: actor.weightCount, agent: configuration.agent, file: "state")
    self.actor = actor
    agent = CrossEntropyAgent(configuration: configuration.agent, state: state)
  }

  /// Populations done so far.
  public var populationsDone: Int { agent.population }

  /// What has to be kept to continue later.
  public var state: TrainingState {
    TrainingState(seed: agent.seed, population: agent.population, mean: agent.mean, best: agent.best)
  }

  /// Environment steps of one episode.
  private var stepsPerEpisode: Int {
    (configuration.environment.stepCount - 1) * configuration.environment.drawsPerStep
  }

  /// Samples, plays, scores and learns from one population.
  public func trainPopulation() -> PopulationReport {
    var scores: [Double] = []
    var bestEpisodes: [Int] = []
    for candidate in 0..<configuration.agent.populationSize {
      let weights = agent.ask(candidate)
      let rewards = (0..<configuration.agent.episodesPerCandidate).map { episode in
        let roll = play(weights, .actions, population: agent.population, candidate: candidate, episode: episode)
        return configuration.environment.rules.evaluate(roll).total
      }
      scores.append(configuration.agent.aggregation.aggregate(rewards))
      bestEpisodes.append(rewards.indices.max { rewards[$0] < rewards[$1] } ?? 0)
    }
    let population = agent.population
    let eliteMean = agent.tell(scores)
    if let best = agent.best, best.population == population {
      agent.best?.episode = bestEpisodes[best.candidate]
    }
    return PopulationReport(
      population: agent.population, eliteMean: eliteMean, best: agent.best?.score ?? 0,
      populationMean: scores.reduce(0, +) / Double(scores.count),
      environmentSteps: agent.population * configuration.agent.populationSize
        * configuration.agent.episodesPerCandidate * stepsPerEpisode)
  }

  /// The best candidate's best episode during its evaluation, played again: for following a training live.
  ///
  /// Before the first population: the first test episode of an agent whose weights are all 0.
  public func bestPiece() -> Piece {
    guard let best = agent.best else { return composePiece(episode: 0) }
    let roll = play(
      best.weights, .actions, population: best.population, candidate: best.candidate, episode: best.episode)
    return piece(roll, episode: nil)
  }

  /// A test episode, from 0, of the agent that is returned: the best candidate ever seen.
  ///
  /// A function of (configuration, seed, populations done, episode).
  public func composePiece(episode: Int) -> Piece {
    let weights = agent.best?.weights ?? agent.mean.map { Float($0) }
    return piece(
      play(weights, .composition, population: agent.population, candidate: 0, episode: episode), episode: episode)
  }

  private func piece(_ roll: PianoRoll, episode: Int?) -> Piece {
    Piece(
      roll: roll, settings: configuration.environment.performance,
      score: configuration.environment.rules.evaluate(roll),
      provenance: Provenance(
        seed: agent.seed, population: agent.population, episode: episode,
        configurationDigest: configuration.digest))
  }

  private func play(
    _ weights: [Float], _ purpose: RandomSource.Purpose, population: Int, candidate: Int, episode: Int
  ) -> PianoRoll {
    let environment = configuration.environment
    var random = RandomSource(
      seed: agent.seed, purpose: purpose, population: population, candidate: candidate, block: episode)
    var roll = PianoRoll(rowCount: environment.rowCount, stepCount: environment.stepCount)
    var observation = [Double](repeating: 0, count: environment.rowCount)
    for step in 0..<environment.stepCount - 1 {
      for _ in 0..<environment.drawsPerStep {
        let probabilities = actor.distribution(observation: observation, weights: weights)
        var left = Double(random.uniform())
        var action = 0
        while action < environment.rowCount - 1, left >= probabilities[action] {
          left -= probabilities[action]
          action += 1
        }
        if !roll[action, step] {
          roll[action, step] = true
          observation[action] += 1
        }
      }
      for row in observation.indices { observation[row] *= environment.observationDecay }
    }
    return roll
  }
}

extension AgentConfiguration.Aggregation {
  /// One score of several rewards; the median of an even number is the mean of the middle two.
  func aggregate(_ rewards: [Double]) -> Double {
    switch self {
    case .mean: return rewards.reduce(0, +) / Double(rewards.count)
    case .min: return rewards.min() ?? 0
    case .max: return rewards.max() ?? 0
    case .median:
      let sorted = rewards.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }
}
