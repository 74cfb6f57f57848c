internal import CKernels

/// A block of a batch: plays its episodes, turns shares into returns, and adds up its gradient.
///
/// - Note: `@unchecked Sendable`: at any time at most one thread works on a block.
final class GradientBlock: @unchecked Sendable {
  private let runner: any EpisodeRunner
  private let kernels: Kernels
  /// What a reward counts that comes a step of time later.
  var discount = 1.0 { didSet { if discount != oldValue { takeDiscount() } } }
  /// The discount over so many steps of time, from 0.
  private var discounts: [Float] = []
  private let decisionCount: Int
  private let hasFixedShares: Bool
  /// Where decisions are fixed, the discount behind each of them.
  private var fixedDiscounts: [Float] = []
  /// Returns, then advantages: decision i of episode e at i * 16 + e.
  private let advantages: UnsafeMutableBufferPointer<Float>
  private let rewardLanes: UnsafeMutableBufferPointer<Float>
  private var count = 0
  /// Every slot's sum of returns.
  let slotSums: UnsafeMutableBufferPointer<Float>
  /// How many returns each of them is of; empty where decisions are fixed: one an episode.
  let slotCounts: UnsafeMutableBufferPointer<Int64>
  /// The sum over the block's decisions; one number a weight.
  let gradient: UnsafeMutableBufferPointer<Float>
  /// The episodes' rewards.
  private(set) var rewards: [Double] = []

  init(environment: any PolicyEnvironment, kernels: Kernels, capacity: Int) {
    self.kernels = kernels
    runner = environment.makeRunner(kernels: kernels, capacity: capacity)
    decisionCount = environment.mostDecisions
    func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, count))
      memory.initialize(repeating: 0)
      return memory
    }
    advantages = zeros(decisionCount * episodesPerBlock)
    rewardLanes = zeros(episodesPerBlock)
    slotSums = zeros(environment.slotCount)
    slotCounts = .allocate(capacity: environment.hasFixedDecisions ? 0 : environment.slotCount)
    slotCounts.initialize(repeating: 0)
    gradient = zeros(environment.weightCount)
    hasFixedShares = environment.hasFixedDecisions && runner.fixedShares != nil
    takeDiscount()
  }

  deinit {
    for memory in [advantages, rewardLanes, slotSums, gradient] { memory.deallocate() }
    slotCounts.deallocate()
  }

  private func takeDiscount() {
    var power = 1.0
    discounts = (0..<64).map { _ in
      defer { power *= discount }
      return Float(power)
    }
    if hasFixedShares { fixedDiscounts = runner.decisions(of: 0).map { discount($0) } }
  }

  private func discount(_ decision: Decision) -> Float {
    discounts[min(max(0, Int(decision.elapsed)), discounts.count - 1)]
  }

  /// Takes the weights that are played with from now on; from the first block of a batch, which has prepared them.
  func prepare(_ weights: [Float], like first: GradientBlock) {
    if first !== self, runner.prepare(like: first.runner) { return }
    weights.withUnsafeBufferPointer { runner.prepare($0) }
  }

  /// Plays `count` episodes and takes their returns, in units of reward.
  func play(_ key: EpisodeKey, count: Int, rewardUnit: Double) {
    self.count = count
    runner.play(key, count: count)
    rewards.removeAll(keepingCapacity: true)
    for episode in 0..<count { rewards.append(runner.reward(of: episode)) }
    let factor = Float(1 / rewardUnit)
    if let shares = runner.fixedShares, !fixedDiscounts.isEmpty {
      for episode in 0..<episodesPerBlock { rewardLanes[episode] = episode < count ? Float(rewards[episode]) : 0 }
      guard let rewards = rewardLanes.baseAddress, let out = advantages.baseAddress, let sums = slotSums.baseAddress
      else { return }
      kernels.path.pointee.returns(
        shares, fixedDiscounts, rewards, Int32(decisionCount), Int32(count), factor, out, sums)
      return
    }
    for episode in 0..<count {
      let decisions = runner.decisions(of: episode)
      var rest = rewards[episode]
      var later: Float = 0
      for index in decisions.indices.reversed() {
        let decision = decisions[index]
        rest -= Double(decision.share)
        later = decision.share * factor + discount(decision) * later
        advantages[index * episodesPerBlock + episode] = later
      }
      let all = Float(rest) * factor
      for index in decisions.indices { advantages[index * episodesPerBlock + episode] += all }
    }
    sumSlots()
  }

  private func sumSlots() {
    slotSums.update(repeating: 0)
    slotCounts.update(repeating: 0)
    for episode in 0..<count {
      let decisions = runner.decisions(of: episode)
      for index in decisions.indices {
        let slot = Int(decisions[index].slot)
        slotSums[slot] += advantages[index * episodesPerBlock + episode]
        if !slotCounts.isEmpty { slotCounts[slot] += 1 }
      }
    }
  }

  /// Adds the episodes' shares to a sample of the rewards' scale.
  func add(to sample: inout RewardScale.Sample) {
    for episode in 0..<count { sample.add(runner.decisions(of: episode), reward: rewards[episode]) }
  }

  /// Turns returns into advantages and these into the block's gradient.
  func accumulate(baseline: [Float], temperature: Float) {
    if !fixedDiscounts.isEmpty {
      if let returns = advantages.baseAddress {
        kernels.path.pointee.advantages(returns, baseline, Int32(decisionCount))
      }
    } else {
      for episode in 0..<count {
        let decisions = runner.decisions(of: episode)
        for index in decisions.indices {
          advantages[index * episodesPerBlock + episode] -= baseline[Int(decisions[index].slot)]
        }
      }
    }
    gradient.update(repeating: 0)
    runner.accumulate(UnsafeBufferPointer(advantages), temperature: temperature, into: gradient)
  }
}
