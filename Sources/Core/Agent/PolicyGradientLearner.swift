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
/// while the training is annealed; the discount may change evenly (counterpoint's grows: near things are learnt first,
/// then what they are good for at the end of the line). The agent that is returned has the last weights: every piece is
/// drawn from one policy that has learnt to be good on average, not from the luckiest candidate.
///
/// A batch is divided into blocks of at most 16 episodes, the blocks over ranks and threads; sums over blocks do not depend
/// on order (`ExactSums`), so nothing depends on how many there are. A batch takes two sums over the ranks: returns and
/// rewards, then gradients. A batch of more blocks than there are runners is played in rounds; to learn from those that
/// are played over meanwhile, they are played once more from the same random numbers.
final class PolicyGradientLearner: Learner {
  private let settings: PolicyGradientConfiguration
  private let context: LearnerContext
  private let annealingPopulations: Int
  /// With the coefficients that the training began with.
  private let firstEnvironment: any PolicyEnvironment
  private var environment: any PolicyEnvironment
  private let ranks: any Collective
  private let pool: WorkerPool
  /// This rank's runners: as many as any batch needs, up to a number a thread and to what the system has memory for.
  private var blocks: [GradientBlock] = []
  private var returns: BatchReturns
  private let gradientSums: UnsafeMutableBufferPointer<Int64>
  private var gradient: [Float]
  private var scale = RewardScale(1)
  private var weights: [Float]
  private var adam: Adam
  private var population: Int
  private var best: BestCandidate?
  /// The best episode of the last population.
  private var populationBest: BestCandidate?
  /// Mean reward of the last population.
  private var score: Double

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
    ranks = context.ranks
    returns = BatchReturns(environment, capacity: settings.largestBatch)
    gradientSums = .allocate(capacity: weights.count)
    gradient = weights
    let partition = BatchPartition(settings.largestBatch, blockSize: environment.blockSize)
    let blockCount = max(1, context.ranks.share(of: partition.blockCount).count)
    pool = WorkerPool(threads: max(1, min(context.threads, blockCount)), threadStart: context.threadStart)
    makeBlocks()
  }

  deinit { gradientSums.deallocate() }

  private func partition(_ episodes: Int) -> BatchPartition {
    BatchPartition(episodes, blockSize: environment.blockSize)
  }

  /// The most runners a thread: a song's takes 8 MB.
  static let mostBlocksPerThread = 32

  /// Runners for this environment, and the scale of its rewards.
  private func makeBlocks() {
    let partition = partition(settings.largestBatch)
    // A smaller batch, or the scale's, may be divided into larger blocks.
    let capacity = min(environment.blockSize, settings.episodesPerUpdate)
    let wanted = min(ranks.share(of: partition.blockCount).count, Self.mostBlocksPerThread * pool.threadCount)
    // Those of another environment go first.
    blocks = []
    while blocks.isEmpty || blocks.count < wanted && environment.hasMemory(capacity: capacity) {
      blocks.append(GradientBlock(environment: environment, kernels: context.kernels, capacity: capacity))
    }
    returns = BatchReturns(environment, capacity: settings.largestBatch)
    scale = measuredScale()
  }

  /// A few hundred episodes without any learning (`RewardScale`). Every rank plays them all: that is sooner done than
  /// sent.
  private func measuredScale() -> RewardScale {
    let episodes = 200
    let partition = partition(min(episodes, settings.episodesPerUpdate))
    let nothing = [Float](repeating: 0, count: environment.weightCount)
    let (seed, blocks) = (context.seed, blocks)
    var sample = RewardScale.Sample(slotCount: environment.slotCount)
    for block in blocks { block.prepare(nothing, like: blocks[0]) }
    for batch in 0..<max(1, episodes / settings.episodesPerUpdate) {
      for first in stride(from: 0, to: partition.blockCount, by: blocks.count) {
        let count = min(blocks.count, partition.blockCount - first)
        pool.run(count) { _, index in
          let key = EpisodeKey(seed: seed, purpose: .scale, population: 0, candidate: batch, block: first + index)
          blocks[index].play(key, count: partition.size(of: first + index), rewardUnit: 1)
        }
        for block in blocks[..<count] { block.add(to: &sample) }
      }
    }
    return sample.scale
  }

  private func key(_ purpose: RandomSource.Purpose, population: Int, update: Int, block: Int) -> EpisodeKey {
    EpisodeKey(seed: context.seed, purpose: purpose, population: population, candidate: update, block: block)
  }

  /// How far the annealing has come, 0...1.
  private var annealed: Double {
    min(1, Double(adam.updates) / Double(annealingPopulations * settings.updatesPerPopulation))
  }

  /// This rank's blocks of a batch by their numbers, as many at a time as there are runners.
  private func rounds(_ partition: BatchPartition) -> [Range<Int>] {
    let own = ranks.share(of: partition.blockCount)
    return stride(from: own.lowerBound, to: own.upperBound, by: blocks.count).map {
      $0..<min($0 + blocks.count, own.upperBound)
    }
  }

  /// Does something with every block of a round, on all threads.
  private func run(
    _ round: Range<Int>, _ work: @escaping @Sendable (_ block: GradientBlock, _ index: Int) -> Void
  ) {
    let blocks = blocks
    pool.run(round.count) { _, index in work(blocks[index], round.lowerBound + index) }
  }

  func trainPopulation() -> PopulationReport {
    let updates = settings.updatesPerPopulation
    var rewards: [Double] = []
    rewards.reserveCapacity(settings.episodesPerPopulation)
    var top: BestCandidate?
    for update in 0..<updates {
      // The population's episodes, shared out evenly.
      let (share, more) = settings.episodesPerPopulation.quotientAndRemainder(dividingBy: updates)
      let partition = partition(share + (update < more ? 1 : 0))
      play(update: update, of: partition)
      let first = rewards.count
      rewards += returns.rewards
      let highest = rewards[first...].indices.reduce(first) { rewards[$1] > rewards[$0] ? $1 : $0 }
      if top.map({ rewards[highest] > $0.score }) ?? true {
        top = BestCandidate(
          score: rewards[highest], weights: weights, population: population, candidate: update,
          episode: highest - first)
      }
      learn(from: partition, update: update)
    }
    population += 1
    populationBest = top
    if let top, best.map({ top.score > $0.score }) ?? true { best = top }
    score = rewards.mean
    let elite = rewards.highest(max(1, rewards.count / 10))
    return PopulationReport(
      population: population, eliteMean: elite.mean, best: best?.score ?? score, populationMean: score,
      environmentSteps: Training.saturatingProduct([
        population, settings.episodesPerPopulation, environment.stepsPerEpisode,
      ]))
  }

  /// One batch, and its returns.
  private func play(update: Int, of partition: BatchPartition) {
    let discount = settings.discount(at: annealed)
    for block in blocks {
      block.discount = discount
      block.prepare(weights, like: blocks[0])
    }
    returns.begin(episodes: partition.episodeCount)
    for round in rounds(partition) {
      play(round, update: update, of: partition)
      for (block, index) in zip(blocks, round) { returns.add(block, start: partition.start(of: index)) }
    }
    returns.sum(over: ranks)
  }

  private func play(_ round: Range<Int>, update: Int, of partition: BatchPartition) {
    let (unit, seed, population, work) = (scale.unit, context.seed, population, context.work)
    run(round) { block, index in
      let key = EpisodeKey(seed: seed, purpose: .actions, population: population, candidate: update, block: index)
      block.play(key, count: partition.size(of: index), rewardUnit: unit)
      work.step()
    }
  }

  /// One step of the weights, by what was played last.
  private func learn(from partition: BatchPartition, update: Int) {
    let work = context.work
    let share = annealed
    let temperature = Float(scale.scale * settings.temperature.value(at: share))
    let factor = 1 / Float(partition.episodeCount)
    let means = returns.means
    gradientSums.update(repeating: 0)
    // The runners still have the last round.
    for (number, round) in rounds(partition).reversed().enumerated() {
      if number > 0 { play(round, update: update, of: partition) }
      run(round) { block, _ in
        block.accumulate(baseline: means, temperature: temperature)
        work.step()
      }
      for block in blocks[..<round.count] {
        ExactSums.add(UnsafeBufferPointer(block.gradient), to: gradientSums, kernels: context.kernels)
      }
    }
    ranks.sum(gradientSums)
    gradient.withUnsafeMutableBufferPointer { gradient in
      for index in gradient.indices { gradient[index] = ExactSums.value(gradientSums[index]) * factor }
      adam.step(
        &weights, along: UnsafeBufferPointer(gradient), rate: settings.learningRate.value(at: share),
        kernels: context.kernels)
    }
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
    let partition = partition(share + (best.candidate < more ? 1 : 0))
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
