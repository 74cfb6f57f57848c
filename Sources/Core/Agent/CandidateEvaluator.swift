/// Plays and scores candidates on one thread.
///
/// - Note: `@unchecked Sendable`: the pool gives each worker an evaluator of its own.
final class CandidateEvaluator: @unchecked Sendable {
  /// Where the scores of a whole population go; every candidate is written by one worker only.
  ///
  /// - Note: `@unchecked Sendable`: for that reason.
  struct Results: @unchecked Sendable {
    var scores: UnsafeMutableBufferPointer<Double>
    var bestEpisodes: UnsafeMutableBufferPointer<Int32>
  }

  private let agent: AgentConfiguration
  private let weightCount: Int
  private let player: any EpisodePlayer
  private let scorer: RollScorer
  private let batch: RollBatch
  private let weights: UnsafeMutableBufferPointer<Float>
  private let totals: UnsafeMutableBufferPointer<Double>
  private var rewards: [Double]
  private let work: WorkCounter

  init(_ configuration: Configuration, actor: any ActorModel, kernels: Kernels, work: WorkCounter) {
    self.work = work
    let environment = configuration.environment
    agent = configuration.agent
    weightCount = actor.weightCount
    player = actor.makePlayer(environment: environment, kernels: kernels)
    // Whole groups of eight: four candidates of ten episodes fill five.
    batch = RollBatch(
      rowCount: environment.rowCount, stepCount: environment.stepCount,
      capacity: max(episodesPerBlock, Self.chunkSize(configuration.agent) * configuration.agent.episodesPerCandidate))
    scorer = RollScorer(
      rules: environment.rules, rowCount: environment.rowCount, stepCount: environment.stepCount,
      mostCells: environment.drawsPerStep, kernels: kernels)
    weights = .allocate(capacity: (weightCount + 31) / 32 * 32)
    totals = .allocate(capacity: batch.capacity)
    rewards = []
  }

  deinit {
    weights.deallocate()
    totals.deallocate()
  }

  /// Candidates a chunk, the unit of work: four if they fit into one batch.
  static func chunkSize(_ agent: AgentConfiguration) -> Int { agent.episodesPerCandidate <= episodesPerBlock ? 4 : 1 }

  /// Chunks a population.
  static func chunkCount(_ agent: AgentConfiguration) -> Int {
    (agent.populationSize + chunkSize(agent) - 1) / chunkSize(agent)
  }

  /// Scores the candidates of a chunk of the agent's current population.
  func evaluate(chunk: Int, agent: CrossEntropyAgent, results: Results) {
    let size = Self.chunkSize(self.agent)
    let candidates = chunk * size..<min((chunk + 1) * size, self.agent.populationSize)
    let episodes = self.agent.episodesPerCandidate
    rewards.removeAll(keepingCapacity: true)
    for candidate in candidates {
      agent.ask(candidate, into: weights)
      player.prepare(UnsafeBufferPointer(rebasing: weights[..<weightCount]))
      for block in 0..<(episodes + episodesPerBlock - 1) / episodesPerBlock {
        let key = EpisodeKey(
          seed: agent.seed, purpose: .actions, population: agent.population, candidate: candidate, block: block)
        let count = min(episodesPerBlock, episodes - block * episodesPerBlock)
        // Several candidates share a batch; many blocks of one are scored one by one.
        let first = size > 1 ? (candidate - candidates.lowerBound) * episodes : 0
        player.play(key, count: count, into: RollBlock(batch: batch, first: first))
        if size == 1 { score(count) }
        work.step()
      }
    }
    if size > 1 { score(candidates.count * episodes) }
    for candidate in candidates {
      let first = (candidate - candidates.lowerBound) * episodes
      let own = rewards[first..<first + episodes]
      results.scores[candidate] = self.agent.aggregation.aggregate(own)
      let best = own.indices.reduce(first) { own[$1] > own[$0] ? $1 : $0 }
      results.bestEpisodes[candidate] = Int32(best - first)
    }
  }

  private func score(_ count: Int) {
    scorer.score(batch, count: count, totals: totals)
    rewards.append(contentsOf: totals[..<count])
  }
}

extension AgentConfiguration.Aggregation {
  /// One score of several rewards; the median of an even number is the mean of the middle two.
  func aggregate(_ rewards: ArraySlice<Double>) -> Double {
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
