/// Plays and scores the candidates of a population, some at a time, on one thread.
protocol CandidateEvaluator: AnyObject, Sendable {
  /// Chunks a population: units of work.
  var chunkCount: Int { get }

  /// Scores the candidates of a chunk of the agent's current population.
  func evaluate(chunk: Int, agent: CrossEntropyAgent, results: CandidateResults)
}

/// Where the scores of a whole population go; every candidate is written by one worker only.
///
/// - Note: `@unchecked Sendable`: for that reason.
struct CandidateResults: @unchecked Sendable {
  var scores: UnsafeMutableBufferPointer<Double>
  var bestEpisodes: UnsafeMutableBufferPointer<Int32>

  /// Takes the rewards of a candidate's episodes.
  func set(_ candidate: Int, _ rewards: ArraySlice<Double>, _ aggregation: AgentConfiguration.Aggregation) {
    scores[candidate] = aggregation.aggregate(rewards)
    let first = rewards.startIndex
    let best = rewards.indices.reduce(first) { rewards[$1] > rewards[$0] ? $1 : $0 }
    bestEpisodes[candidate] = Int32(best - first)
  }

  /// Takes what other ranks found; what nobody else has is 0 there, so that a sum of bits hands it on.
  func exchange(_ ranks: any Collective) {
    guard ranks.size > 1 else { return }
    let count = scores.count
    var numbers = scores.map { Int64(bitPattern: $0.bitPattern) } + bestEpisodes.map(Int64.init)
    numbers.withUnsafeMutableBufferPointer { ranks.sum($0) }
    for candidate in 0..<count {
      scores[candidate] = Double(bitPattern: UInt64(bitPattern: numbers[candidate]))
      bestEpisodes[candidate] = Int32(truncatingIfNeeded: numbers[count + candidate])
    }
  }
}

/// The evaluator of piano rolls: rolls of several candidates are scored together.
///
/// - Note: `@unchecked Sendable`: the pool gives each worker an evaluator of its own.
final class RollCandidateEvaluator: CandidateEvaluator, @unchecked Sendable {
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

  var chunkCount: Int { (agent.populationSize + Self.chunkSize(agent) - 1) / Self.chunkSize(agent) }

  func evaluate(chunk: Int, agent: CrossEntropyAgent, results: CandidateResults) {
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
      results.set(candidate, rewards[first..<first + episodes], self.agent.aggregation)
    }
  }

  private func score(_ count: Int) {
    scorer.score(batch, count: count, totals: totals)
    rewards.append(contentsOf: totals[..<count])
  }
}

/// The evaluator of any environment: candidate by candidate.
///
/// - Note: `@unchecked Sendable`: the pool gives each worker an evaluator of its own.
final class EpisodeCandidateEvaluator: CandidateEvaluator, @unchecked Sendable {
  private let agent: AgentConfiguration
  private let weightCount: Int
  private let runner: any EpisodeRunner
  private let weights: UnsafeMutableBufferPointer<Float>
  private let work: WorkCounter

  init(_ agent: AgentConfiguration, environment: any PolicyEnvironment, kernels: Kernels, work: WorkCounter) {
    self.agent = agent
    self.work = work
    weightCount = environment.weightCount
    runner = environment.makeRunner(kernels: kernels, capacity: min(episodesPerBlock, agent.episodesPerCandidate))
    weights = .allocate(capacity: (weightCount + 31) / 32 * 32)
  }

  deinit { weights.deallocate() }

  var chunkCount: Int { agent.populationSize }

  func evaluate(chunk: Int, agent: CrossEntropyAgent, results: CandidateResults) {
    agent.ask(chunk, into: weights)
    runner.prepare(UnsafeBufferPointer(rebasing: weights[..<weightCount]))
    var rewards: [Double] = []
    for block in 0..<(self.agent.episodesPerCandidate + episodesPerBlock - 1) / episodesPerBlock {
      let count = min(episodesPerBlock, self.agent.episodesPerCandidate - block * episodesPerBlock)
      runner.play(
        EpisodeKey(
          seed: agent.seed, purpose: .actions, population: agent.population, candidate: chunk, block: block),
        count: count)
      rewards += (0..<count).map(runner.reward)
      work.step()
    }
    results.set(chunk, rewards[...], self.agent.aggregation)
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
