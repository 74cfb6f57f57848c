internal import CKernels

/// Plays blocks of rolls with the kernels, and keeps their record.
final class RollEpisodeRunner: EpisodeRunner {
  private let environment: EnvironmentConfiguration
  private let kernels: Kernels
  private let policy: UnsafeMutablePointer<ck_policy>
  private let batch: RollBatch
  private let scorer: RollScorer
  private let shareTaker: RollShares
  private let decisionCount: Int
  private let totals: UnsafeMutableBufferPointer<Double>
  private let shares: UnsafeMutablePointer<Float>
  /// Whose weights are played with.
  private var model: RollEpisodeRunner?
  /// Made when somebody asks for them.
  private var decisions: UnsafeMutableBufferPointer<Decision>?

  init(_ roll: RollPolicyEnvironment, kernels: Kernels, capacity: Int) {
    let (environment, observation) = (roll.environment, roll.observation)
    self.environment = environment
    self.kernels = kernels
    decisionCount = roll.mostDecisions
    let size = ck_policy_size(
      rows: Int32(environment.rowCount), columns: Int32(environment.stepCount - 1),
      draws: Int32(environment.drawsPerStep), lags: Int32(observation.previousColumns),
      has_decayed: observation.hasDecayedColumns ? 1 : 0, has_current: observation.hasCurrentColumn ? 1 : 0,
      capacity: Int32(capacity), chosen: roll.excludesChosen ? 1 : 0, decay: Float(environment.observationDecay))
    guard let policy = ck_policy_create(size, roll.possibleRows) else {
      preconditionFailure("out of memory")  // at most what `AgentConfiguration.checkWork` allows
    }
    self.policy = policy
    batch = RollBatch(rowCount: environment.rowCount, stepCount: environment.stepCount, capacity: episodesPerBlock)
    scorer = RollScorer(
      rules: environment.rules, rowCount: environment.rowCount, stepCount: environment.stepCount,
      mostCells: environment.drawsPerStep, kernels: kernels)
    shareTaker = RollShares(
      rules: environment.rules, rowCount: environment.rowCount, stepCount: environment.stepCount,
      mostCells: environment.drawsPerStep, kernels: kernels)
    totals = .allocate(capacity: batch.capacity)
    totals.initialize(repeating: 0)
    shares = .allocate(capacity: decisionCount * episodesPerBlock)
    shares.initialize(repeating: 0, count: decisionCount * episodesPerBlock)
  }

  deinit {
    ck_policy_destroy(policy)
    totals.deallocate()
    shares.deallocate()
    decisions?.deallocate()
  }

  func prepare(_ weights: UnsafeBufferPointer<Float>) {
    guard let weights = weights.baseAddress else { return }
    model = nil
    ck_policy_share(policy, nil)
    kernels.path.pointee.policy_prepare(policy, weights)
  }

  func prepare(like other: any EpisodeRunner) -> Bool {
    guard let other = other as? RollEpisodeRunner, other !== self else { return false }
    model = other
    ck_policy_share(policy, other.policy)
    return true
  }

  func play(_ key: EpisodeKey, count: Int) {
    var random = key.random
    let groups = batch.capacity / RollBatch.groupSize
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: groups) { places in
      for group in 0..<groups { places[group] = batch.group(group) }
      guard let places = UnsafePointer(places.baseAddress) else { return }
      kernels.path.pointee.policy_play(policy, &random, Int32(count), places)
    }
    shareTaker.take(
      batch, count: count, cells: policy.pointee.cells, draws: environment.drawsPerStep, into: shares)
    scorer.score(batch, count: count, totals: totals, counted: shareTaker)
  }

  func reward(of episode: Int) -> Double { totals[episode] }

  /// The rows that were drawn in an episode, also those that changed nothing.
  func actions(of episode: Int) -> [Int] {
    (0..<decisionCount).map { Int(policy.pointee.taken[$0 * episodesPerBlock + episode]) }
  }

  var fixedShares: UnsafePointer<Float>? { UnsafePointer(shares) }

  func decisions(of episode: Int) -> UnsafeBufferPointer<Decision> {
    let draws = environment.drawsPerStep
    let memory = decisions ?? .allocate(capacity: decisionCount * episodesPerBlock)
    decisions = memory
    let own = UnsafeMutableBufferPointer(
      rebasing: memory[episode * decisionCount..<(episode + 1) * decisionCount])
    for slot in 0..<decisionCount {
      own.initializeElement(
        at: slot,
        to: Decision(
          slot: slot, elapsed: slot % draws == draws - 1 ? 1 : 0, share: shares[slot * episodesPerBlock + episode]))
    }
    return UnsafeBufferPointer(own)
  }

  func accumulate(
    _ advantages: UnsafeBufferPointer<Float>, temperature: Float, into gradient: UnsafeMutableBufferPointer<Float>
  ) {
    guard let advantages = advantages.baseAddress, let gradient = gradient.baseAddress else { return }
    kernels.path.pointee.policy_gradient(policy, advantages, temperature, gradient)
  }

  func piece(of episode: Int, provenance: Provenance) -> Piece {
    let roll = batch[episode]
    return Piece(
      roll: roll, settings: environment.performance, score: environment.rules.evaluate(roll), provenance: provenance)
  }
}
