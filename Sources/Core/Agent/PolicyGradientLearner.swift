/// Learns by the policy gradient, with credit for every decision.
///
/// R. J. Williams, *Simple statistical gradient-following algorithms for connectionist reinforcement learning*, Machine
/// Learning 8 (1992). A batch of episodes is played with the same weights. The return of a decision is what it and the
/// later ones contributed to the reward,
///
///     G_i = share_i + discount^elapsed_i * G_(i+1), plus what no decision had a share in;
///
/// its advantage is that minus the mean over the batch at the same slot (the baseline), not divided by a deviation. The
/// weights go up the gradient of
///
///     sum of advantage_i * log p_i + temperature * entropy_i
///
/// in steps of `Adam`. The temperature is relative to `RewardScale`. Learning rate and temperature fall geometrically
/// while the training is annealed. The agent that is returned has the last weights: every piece is drawn from one policy
/// that has learnt to be good on average, not from the luckiest candidate.
///
/// A batch is divided into blocks of at most 16 episodes whose gradients are added in the blocks' order, so nothing
/// depends on the number of threads.
final class PolicyGradientLearner: Learner {
  private let settings: PolicyGradientConfiguration
  private let context: LearnerContext
  private let annealingPopulations: Int
  /// With the coefficients that the training began with.
  private let firstEnvironment: any PolicyEnvironment
  private var environment: any PolicyEnvironment
  private let pool: WorkerPool
  private var blocks: [GradientBlock] = []
  private var scale = RewardScale(1)
  private var weights: [Float]
  private var adam: Adam
  private var population: Int
  private var best: BestCandidate?
  /// The best episode of the last population.
  private var populationBest: BestCandidate?
  /// Mean reward of the last population.
  private var score: Double
  private var baseline: SlotMeans

  /// - Parameter annealingPopulations: over how many populations rates and temperature fall, unless the state knows.
  init(
    _ settings: PolicyGradientConfiguration, environment: any PolicyEnvironment, state: TrainingState,
    annealingPopulations: Int, context: LearnerContext
  ) {
    self.settings = settings
    firstEnvironment = environment
    self.environment = environment
    self.context = context
    weights = state.mean.map { Float($0) }
    population = state.population
    best = state.best
    adam = state.optimizer?.adam ?? Adam(weightCount: weights.count)
    score = state.optimizer?.score ?? 0
    self.annealingPopulations = state.optimizer?.annealingPopulations ?? annealingPopulations
    baseline = SlotMeans(count: environment.slotCount)
    let blockCount = BatchPartition(settings.episodesPerUpdate).blockCount
    pool = WorkerPool(threads: max(1, min(context.threads, blockCount)), threadStart: context.threadStart)
    makeBlocks()
  }

  /// Runners for this environment, and the scale of its rewards.
  private func makeBlocks() {
    let partition = BatchPartition(settings.episodesPerUpdate)
    blocks = (0..<partition.blockCount).map { index in
      GradientBlock(
        environment: environment, kernels: context.kernels, capacity: partition.size(of: index),
        discount: settings.discount)
    }
    scale = measuredScale()
  }

  /// A few batches without any learning (`RewardScale`).
  private func measuredScale() -> RewardScale {
    let partition = BatchPartition(settings.episodesPerUpdate)
    let nothing = [Float](repeating: 0, count: environment.weightCount)
    let seed = context.seed
    var sample = RewardScale.Sample(slotCount: environment.slotCount)
    let batches = max(1, 200 / settings.episodesPerUpdate)
    for batch in 0..<batches {
      run(partition) { block, index, count in
        let key = EpisodeKey(seed: seed, purpose: .scale, population: 0, candidate: batch, block: index)
        block.play(nothing, key, count: count, rewardUnit: 1)
      }
      for block in blocks { block.add(to: &sample) }
    }
    return sample.scale
  }

  private func key(_ purpose: RandomSource.Purpose, population: Int, update: Int, block: Int) -> EpisodeKey {
    EpisodeKey(seed: context.seed, purpose: purpose, population: population, candidate: update, block: block)
  }

  /// Does something with every block of a batch, on all threads.
  private func run(
    _ partition: BatchPartition,
    _ work: @escaping @Sendable (_ block: GradientBlock, _ index: Int, _ count: Int) -> Void
  ) {
    let blocks = blocks
    pool.run(partition.blockCount) { _, index in work(blocks[index], index, partition.size(of: index)) }
  }

  func trainPopulation() -> PopulationReport {
    let updates = settings.updatesPerPopulation
    var rewards: [Double] = []
    rewards.reserveCapacity(settings.episodesPerPopulation)
    var top: BestCandidate?
    for update in 0..<updates {
      // The population's episodes, shared out evenly.
      let (share, more) = settings.episodesPerPopulation.quotientAndRemainder(dividingBy: updates)
      let partition = BatchPartition(share + (update < more ? 1 : 0))
      let before = weights
      learn(update: update, of: partition)
      let first = rewards.count
      for block in blocks[..<partition.blockCount] { rewards += block.rewards }
      let highest = rewards[first...].indices.reduce(first) { rewards[$1] > rewards[$0] ? $1 : $0 }
      if top.map({ rewards[highest] > $0.score }) ?? true {
        top = BestCandidate(
          score: rewards[highest], weights: before, population: population, candidate: update,
          episode: highest - first)
      }
    }
    population += 1
    populationBest = top
    if let top, best.map({ top.score > $0.score }) ?? true { best = top }
    score = rewards.mean
    let elite = rewards.sorted(by: >).prefix(max(1, rewards.count / 10))
    return PopulationReport(
      population: population, eliteMean: elite.mean, best: best?.score ?? score, populationMean: score,
      environmentSteps: Training.saturatingProduct([
        population, settings.episodesPerPopulation, environment.stepsPerEpisode,
      ]))
  }

  /// One batch, one step of the weights.
  private func learn(update: Int, of partition: BatchPartition) {
    let before = weights
    let (unit, seed, population, work) = (scale.unit, context.seed, population, context.work)
    run(partition) { block, index, count in
      let key = EpisodeKey(seed: seed, purpose: .actions, population: population, candidate: update, block: index)
      block.play(before, key, count: count, rewardUnit: unit)
      work.step()
    }
    baseline.reset()
    for block in blocks[..<partition.blockCount] { block.add(to: &baseline) }
    baseline.finish()
    let done = Double(adam.updates) / Double(annealingPopulations * settings.updatesPerPopulation)
    let share = min(1, done)
    let temperature = Float(scale.scale * settings.temperature.value(at: share))
    let factor = 1 / Float(partition.episodeCount)
    let means = baseline.means
    run(partition) { block, _, _ in
      block.accumulate(baseline: means, temperature: temperature)
      work.step()
    }
    let first = blocks[0].gradient
    for block in blocks[1..<partition.blockCount] {
      let other = block.gradient
      for index in first.indices { first[index] += other[index] }
    }
    for index in first.indices { first[index] *= factor }
    adam.step(&weights, along: UnsafeBufferPointer(first), rate: settings.learningRate.value(at: share))
  }

  var state: TrainingState {
    var state = TrainingState(
      seed: context.seed, population: population, mean: weights.map { Double($0) }, best: best)
    state.optimizer = OptimizerState(adam: adam, score: score, annealingPopulations: annealingPopulations)
    return state
  }

  func bestPiece() -> Piece {
    guard let best = populationBest ?? best else { return composePiece(episode: 0) }
    return replay(best) { runner, index in
      runner.piece(of: index, provenance: context.provenance(population: population, episode: nil))
    }
  }

  func composePiece(episode: Int) -> Piece {
    let runner = environment.makeRunner(kernels: context.kernels, capacity: 1)
    weights.withUnsafeBufferPointer { runner.prepare($0) }
    runner.play(key(.composition, population: population, update: 0, block: episode), count: 1)
    context.work.step()
    return runner.piece(of: 0, provenance: context.provenance(population: population, episode: episode))
  }

  func replaceCoefficients(_ coefficients: [String: Double]) {
    environment = firstEnvironment.weighted(by: coefficients)
    makeBlocks()
    guard var best else { return }
    best.score = replay(best) { runner, index in runner.reward(of: index) }
    self.best = best
  }

  /// Plays the block of an episode again, in the environment as it is now.
  private func replay<Result>(_ best: BestCandidate, _ use: (any EpisodeRunner, Int) -> Result) -> Result {
    let updates = settings.updatesPerPopulation
    let (share, more) = settings.episodesPerPopulation.quotientAndRemainder(dividingBy: updates)
    let partition = BatchPartition(share + (best.candidate < more ? 1 : 0))
    let (block, index) = partition.place(of: best.episode)
    let runner = environment.makeRunner(kernels: context.kernels, capacity: partition.size(of: block))
    best.weights.withUnsafeBufferPointer { runner.prepare($0) }
    runner.play(
      key(.actions, population: best.population, update: best.candidate, block: block),
      count: partition.size(of: block))
    context.work.step()
    return use(runner, index)
  }
}
