internal import CKernels

/// A block of a batch: plays its episodes, turns shares into returns, and adds up its gradient.
///
/// - Note: `@unchecked Sendable`: at any time at most one thread works on a block.
final class GradientBlock: @unchecked Sendable {
  private let runner: any EpisodeRunner
  private let kernels: Kernels
  /// The discount over so many steps of time, from 0.
  private let discounts: [Float]
  private let decisionCount: Int
  /// Where decisions are fixed, the discount behind each of them.
  private var fixedDiscounts: [Float] = []
  /// Returns, then advantages: decision i of episode e at i * 16 + e.
  private let advantages: UnsafeMutableBufferPointer<Float>
  private let rewardLanes: UnsafeMutableBufferPointer<Float>
  private var count = 0
  /// Where decisions are fixed, every decision's sum of returns.
  private let sums: UnsafeMutableBufferPointer<Float>
  /// The sum over the block's decisions; one number a weight.
  let gradient: UnsafeMutableBufferPointer<Float>
  /// The episodes' rewards.
  private(set) var rewards: [Double] = []

  init(environment: any PolicyEnvironment, kernels: Kernels, capacity: Int, discount: Double) {
    self.kernels = kernels
    runner = environment.makeRunner(kernels: kernels, capacity: capacity)
    decisionCount = environment.mostDecisions
    var power = 1.0
    discounts = (0..<64).map { _ in
      defer { power *= discount }
      return Float(power)
    }
    func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, count))
      memory.initialize(repeating: 0)
      return memory
    }
    advantages = zeros(decisionCount * episodesPerBlock)
    rewardLanes = zeros(episodesPerBlock)
    sums = zeros(decisionCount)
    gradient = zeros(environment.weightCount)
    if environment.hasFixedDecisions, runner.fixedShares != nil {
      fixedDiscounts = runner.decisions(of: 0).map { self.discount($0) }
    }
  }

  deinit { for memory in [advantages, rewardLanes, sums, gradient] { memory.deallocate() } }

  private func discount(_ decision: Decision) -> Float {
    discounts[min(max(0, Int(decision.elapsed)), discounts.count - 1)]
  }

  /// Plays `count` episodes and takes their returns, in units of reward.
  func play(_ weights: [Float], _ key: EpisodeKey, count: Int, rewardUnit: Double) {
    self.count = count
    weights.withUnsafeBufferPointer { runner.prepare($0) }
    runner.play(key, count: count)
    rewards.removeAll(keepingCapacity: true)
    for episode in 0..<count { rewards.append(runner.reward(of: episode)) }
    let factor = Float(1 / rewardUnit)
    if let shares = runner.fixedShares, !fixedDiscounts.isEmpty {
      for episode in 0..<episodesPerBlock { rewardLanes[episode] = episode < count ? Float(rewards[episode]) : 0 }
      guard let rewards = rewardLanes.baseAddress, let out = advantages.baseAddress, let sums = sums.baseAddress
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
  }

  /// Adds the episodes' shares to a sample of the rewards' scale.
  func add(to sample: inout RewardScale.Sample) {
    for episode in 0..<count { sample.add(runner.decisions(of: episode), reward: rewards[episode]) }
  }

  /// Adds the returns to their slots' sums.
  func add(to means: inout SlotMeans) {
    if !fixedDiscounts.isEmpty {
      for slot in 0..<decisionCount { means.add(sums[slot], Float(count), slot: slot) }
      return
    }
    for episode in 0..<count {
      let decisions = runner.decisions(of: episode)
      for index in decisions.indices {
        means.add(advantages[index * episodesPerBlock + episode], 1, slot: Int(decisions[index].slot))
      }
    }
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

/// The mean return of every slot over a batch: the baseline.
struct SlotMeans: Sendable {
  private(set) var means: [Float]
  private var counts: [Float]

  init(count: Int) {
    means = Array(repeating: 0, count: count)
    counts = means
  }

  mutating func reset() {
    for slot in means.indices {
      means[slot] = 0
      counts[slot] = 0
    }
  }

  mutating func add(_ sum: Float, _ count: Float, slot: Int) {
    means[slot] += sum
    counts[slot] += count
  }

  /// From sums to means.
  mutating func finish() {
    for slot in means.indices where counts[slot] > 0 { means[slot] /= counts[slot] }
  }
}
