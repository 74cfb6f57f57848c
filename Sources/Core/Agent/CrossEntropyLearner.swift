/// The cross-entropy method (`CrossEntropyAgent`) with the environment between `ask` and `tell`.
final class CrossEntropyLearner: Learner {
  /// Plays candidates, and plays their episodes again.
  struct Stage {
    /// One a thread.
    var evaluators: [any CandidateEvaluator]
    /// Episode `index` of a block, played again as a piece.
    var replay: (_ weights: [Float], _ key: EpisodeKey, _ count: Int, _ index: Int, _ provenance: Provenance) -> Piece
    /// The same stage with other coefficients.
    var weighted: (_ coefficients: [String: Double]) -> Stage
    var stepsPerEpisode: Int
  }

  private let configuration: AgentConfiguration
  private let context: LearnerContext
  private let pool: WorkerPool
  /// With the coefficients that the training began with.
  private let firstStage: Stage
  private var stage: Stage
  private var agent: CrossEntropyAgent
  /// The best candidate of the last population.
  private(set) var populationBest: BestCandidate?

  /// - Parameter stage: makes the stage for so many threads.
  init(
    _ configuration: AgentConfiguration, state: TrainingState, context: LearnerContext, stage: (_ threads: Int) -> Stage
  ) {
    self.configuration = configuration
    self.context = context
    agent = CrossEntropyAgent(configuration: configuration, state: state, kernels: context.kernels)
    let one = stage(1)
    let chunks = context.ranks.share(of: one.evaluators[0].chunkCount).count
    let threads = max(1, min(context.threads, chunks))
    pool = WorkerPool(threads: threads, threadStart: context.threadStart)
    firstStage = threads == 1 ? one : stage(threads)
    self.stage = firstStage
  }

  var state: TrainingState {
    TrainingState(seed: agent.seed, population: agent.population, mean: agent.mean, best: agent.best)
  }

  func trainPopulation() -> PopulationReport {
    var scores = [Double](repeating: 0, count: configuration.populationSize)
    var bestEpisodes = [Int32](repeating: 0, count: configuration.populationSize)
    scores.withUnsafeMutableBufferPointer { scores in
      bestEpisodes.withUnsafeMutableBufferPointer { bestEpisodes in
        let results = CandidateResults(scores: scores, bestEpisodes: bestEpisodes)
        let (agent, evaluators) = (agent, stage.evaluators)
        let own = context.ranks.share(of: evaluators[0].chunkCount)
        pool.run(own.count) { worker, index in
          evaluators[worker].evaluate(chunk: own.lowerBound + index, agent: agent, results: results)
        }
        results.exchange(context.ranks)
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
      environmentSteps: Training.saturatingProduct([
        agent.population, configuration.populationSize, configuration.episodesPerCandidate, stage.stepsPerEpisode,
      ]))
  }

  func bestPiece() -> Piece {
    guard let best = populationBest ?? agent.best else { return composePiece(episode: 0) }
    return replay(best, episode: best.episode)
  }

  func composePiece(episode: Int) -> Piece {
    let key = EpisodeKey(
      seed: agent.seed, purpose: .composition, population: agent.population, candidate: 0, block: episode)
    return stage.replay(
      agent.best?.weights ?? agent.mean.map { Float($0) }, key, 1, 0,
      context.provenance(population: agent.population, episode: episode))
  }

  func replaceCoefficients(_ coefficients: [String: Double]) {
    stage = firstStage.weighted(coefficients)
    guard var best = agent.best else { return }
    let rewards = episodes(of: best).map(\.score.total)
    best.score = configuration.aggregation.aggregate(rewards[...])
    best.episode = rewards.indices.reduce(0) { rewards[$1] > rewards[$0] ? $1 : $0 }
    agent.best = best
  }

  /// The episodes that a candidate was scored by, played again.
  func episodes(of candidate: BestCandidate) -> [Piece] {
    (0..<configuration.episodesPerCandidate).map { replay(candidate, episode: $0) }
  }

  private func replay(_ candidate: BestCandidate, episode: Int) -> Piece {
    let (block, index) = episode.quotientAndRemainder(dividingBy: episodesPerBlock)
    let key = EpisodeKey(
      seed: agent.seed, purpose: .actions, population: candidate.population, candidate: candidate.candidate,
      block: block)
    let count = min(episodesPerBlock, configuration.episodesPerCandidate - block * episodesPerBlock)
    return stage.replay(
      candidate.weights, key, count, index, context.provenance(population: agent.population, episode: nil))
  }
}

extension CrossEntropyLearner.Stage {
  /// An actor in the original's environment, played by the kernels where it can be.
  static func rolls(
    _ configuration: Configuration, actor: any ActorModel, threads: Int, kernels: Kernels, work: WorkCounter
  ) -> Self {
    let environment = configuration.environment
    return Self(
      evaluators: (0..<threads).map { _ in
        RollCandidateEvaluator(configuration, actor: actor, kernels: kernels, work: work)
      },
      replay: { weights, key, count, index, provenance in
        let batch = RollBatch(
          rowCount: environment.rowCount, stepCount: environment.stepCount, capacity: episodesPerBlock)
        let player = actor.makePlayer(environment: environment, kernels: kernels)
        weights.withUnsafeBufferPointer { player.prepare($0) }
        player.play(key, count: count, into: RollBlock(batch: batch, first: 0))
        work.step()
        let roll = batch[index]
        return Piece(
          roll: roll, settings: environment.performance, score: environment.rules.evaluate(roll),
          provenance: provenance)
      },
      weighted: { coefficients in
        var weighted = configuration
        weighted.environment.rules = environment.rules.weighted(by: coefficients)
        return rolls(weighted, actor: actor, threads: threads, kernels: kernels, work: work)
      },
      stepsPerEpisode: (environment.stepCount - 1) * environment.drawsPerStep)
  }

  /// Any environment.
  static func episodes(
    _ configuration: AgentConfiguration, environment: any PolicyEnvironment, threads: Int, kernels: Kernels,
    work: WorkCounter
  ) -> Self {
    Self(
      evaluators: (0..<threads).map { _ in
        EpisodeCandidateEvaluator(configuration, environment: environment, kernels: kernels, work: work)
      },
      replay: { weights, key, count, index, provenance in
        let runner = environment.makeRunner(kernels: kernels, capacity: count)
        weights.withUnsafeBufferPointer { runner.prepare($0) }
        runner.play(key, count: count)
        work.step()
        return runner.piece(of: index, provenance: provenance)
      },
      weighted: { coefficients in
        episodes(
          configuration, environment: environment.weighted(by: coefficients), threads: threads, kernels: kernels,
          work: work)
      },
      stepsPerEpisode: environment.stepsPerEpisode)
  }
}
