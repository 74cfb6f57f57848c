/// Trains an agent on a configuration, one population at a time, and composes with what has been learnt.
///
/// A function of (configuration, seed): neither the number of threads nor the processor's instructions change a byte.
/// Owned by one task.
public final class Training {
  private var configuration: Configuration
  private let actor: any ActorModel
  private let kernels: Kernels
  private let pool: WorkerPool
  private let work: WorkCounter
  private var evaluators: [CandidateEvaluator]
  private var agent: CrossEntropyAgent
  /// The best candidate of the last population.
  private(set) var populationBest: BestCandidate?

  /// A training at its start.
  ///
  /// - Parameters:
  ///   - threads: how many work, the caller's included; at least one.
  ///   - actor: what decides on actions; nil for the linear-softmax actor.
  ///   - threadStart: runs first on every thread that is created, for instance to lower its priority.
  ///   - work: counts blocks of episodes.
  public convenience init(
    configuration: Configuration, seed: UInt64, threads: Int, actor: (any ActorModel)? = nil,
    kernels: Kernels = .best, threadStart: (@Sendable () -> Void)? = nil, work: WorkCounter = WorkCounter()
  ) {
    let actor = actor ?? LinearSoftmaxActor(rowCount: configuration.environment.rowCount)
    let state = TrainingState(
      seed: seed, population: 0,
      mean: configuration.agent.initialMean ?? Array(repeating: 0, count: actor.weightCount), best: nil)
    self.init(configuration, state, threads, actor, kernels, threadStart, work)
  }

  /// A training that goes on from a state, so that the end equals the uninterrupted training's, byte for byte.
  ///
  /// - Throws: if the state cannot belong to the configuration; the error's file is `state`, to be replaced by the
  ///   caller who knows the file.
  public convenience init(
    configuration: Configuration, state: TrainingState, threads: Int, actor: (any ActorModel)? = nil,
    kernels: Kernels = .best, threadStart: (@Sendable () -> Void)? = nil, work: WorkCounter = WorkCounter()
  ) throws(DataError) {
    let actor = actor ?? LinearSoftmaxActor(rowCount: configuration.environment.rowCount)
    try state.validate(weightCount: actor.weightCount, agent: configuration.agent, file: "state")
    self.init(configuration, state, threads, actor, kernels, threadStart, work)
  }

  private init(
    _ configuration: Configuration, _ state: TrainingState, _ threads: Int, _ actor: any ActorModel,
    _ kernels: Kernels, _ threadStart: (@Sendable () -> Void)?, _ work: WorkCounter
  ) {
    self.configuration = configuration
    self.actor = actor
    self.kernels = kernels
    self.work = work
    agent = CrossEntropyAgent(configuration: configuration.agent, state: state, kernels: kernels)
    let chunks = CandidateEvaluator.chunkCount(configuration.agent)
    let threads = max(1, min(threads, chunks))
    pool = WorkerPool(threads: threads, threadStart: threadStart)
    evaluators = (0..<threads).map { _ in
      CandidateEvaluator(configuration, actor: actor, kernels: kernels, work: work)
    }
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

  /// The product of positive numbers, at most the largest number there is: a state may claim any number of populations.
  static func saturatingProduct(_ factors: [Int]) -> Int {
    factors.reduce(1) { product, factor in
      let (result, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? .max : result
    }
  }

  /// Samples, plays, scores and learns from one population.
  public func trainPopulation() -> PopulationReport {
    let size = configuration.agent.populationSize
    var scores = [Double](repeating: 0, count: size)
    var bestEpisodes = [Int32](repeating: 0, count: size)
    scores.withUnsafeMutableBufferPointer { scores in
      bestEpisodes.withUnsafeMutableBufferPointer { bestEpisodes in
        let results = CandidateEvaluator.Results(scores: scores, bestEpisodes: bestEpisodes)
        let (agent, evaluators) = (agent, evaluators)
        pool.run(CandidateEvaluator.chunkCount(configuration.agent)) { worker, chunk in
          evaluators[worker].evaluate(chunk: chunk, agent: agent, results: results)
        }
      }
    }
    let population = agent.population
    let top = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    // Before `tell` moves the mean that its weights were drawn around.
    populationBest = BestCandidate(
      score: scores[top], weights: agent.ask(top), population: population, candidate: top,
      episode: Int(bestEpisodes[top]))
    let eliteMean = agent.tell(scores)
    if let best = agent.best, best.population == population {
      agent.best?.episode = Int(bestEpisodes[best.candidate])
    }
    return PopulationReport(
      population: agent.population, eliteMean: eliteMean, best: agent.best?.score ?? 0,
      populationMean: scores.reduce(0, +) / Double(scores.count),
      environmentSteps: Self.saturatingProduct([
        agent.population, configuration.agent.populationSize, configuration.agent.episodesPerCandidate,
        stepsPerEpisode,
      ]))
  }

  /// The best episode of the last population's best candidate, played again: for following a training live.
  ///
  /// Before the first population (or the first after a resumption): of the best candidate ever seen, or the first test
  /// episode of an agent whose weights are all 0.
  public func bestPiece() -> Piece {
    guard let best = populationBest ?? agent.best else { return composePiece(episode: 0) }
    return piece(roll(best, episode: best.episode), episode: nil)
  }

  /// A test episode, from 0, of the agent that is returned: the best candidate ever seen.
  ///
  /// A function of (configuration, seed, populations done, episode).
  public func composePiece(episode: Int) -> Piece {
    let key = EpisodeKey(
      seed: agent.seed, purpose: .composition, population: agent.population, candidate: 0, block: episode)
    return piece(play(agent.best?.weights ?? agent.mean.map { Float($0) }, key, count: 1, index: 0), episode: episode)
  }

  var agentConfiguration: AgentConfiguration { configuration.agent }

  /// Scores by these rules from now on; what was scored before stays.
  func apply(_ rules: WeightedRules) {
    configuration.environment.rules = rules
    evaluators = evaluators.map { _ in CandidateEvaluator(configuration, actor: actor, kernels: kernels, work: work) }
  }

  func replaceBest(_ best: BestCandidate) { agent.best = best }

  /// The rolls that a candidate was scored by, played again.
  func episodes(of candidate: BestCandidate) -> [PianoRoll] {
    (0..<configuration.agent.episodesPerCandidate).map { roll(candidate, episode: $0) }
  }

  private func roll(_ candidate: BestCandidate, episode: Int) -> PianoRoll {
    let (block, index) = episode.quotientAndRemainder(dividingBy: episodesPerBlock)
    let key = EpisodeKey(
      seed: agent.seed, purpose: .actions, population: candidate.population, candidate: candidate.candidate,
      block: block)
    let count = min(episodesPerBlock, configuration.agent.episodesPerCandidate - block * episodesPerBlock)
    return play(candidate.weights, key, count: count, index: index)
  }

  private func play(_ weights: [Float], _ key: EpisodeKey, count: Int, index: Int) -> PianoRoll {
    let environment = configuration.environment
    let batch = RollBatch(
      rowCount: environment.rowCount, stepCount: environment.stepCount, capacity: episodesPerBlock)
    let player = actor.makePlayer(environment: environment, kernels: kernels)
    weights.withUnsafeBufferPointer { player.prepare($0) }
    player.play(key, count: count, into: RollBlock(batch: batch, first: 0))
    work.step()
    return batch[index]
  }

  private func piece(_ roll: PianoRoll, episode: Int?) -> Piece {
    Piece(
      roll: roll, settings: configuration.environment.performance,
      score: configuration.environment.rules.evaluate(roll),
      provenance: Provenance(
        seed: agent.seed, population: agent.population, episode: episode,
        configurationDigest: configuration.digest))
  }
}
