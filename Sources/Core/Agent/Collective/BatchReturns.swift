/// What a batch came to, over the blocks of all ranks: every episode's reward, and every slot's mean return, the baseline.
///
/// One sum over the ranks carries both. A reward is carried by its bits: to a sum in which everybody else has 0.
final class BatchReturns {
  private let slotCount: Int
  private let hasFixedDecisions: Bool
  private let slotSums: UnsafeMutableBufferPointer<Int64>
  private let slotCounts: UnsafeMutableBufferPointer<Int64>
  private let rewardBits: UnsafeMutableBufferPointer<Int64>
  /// All three, one after another: what the ranks add up.
  private let numbers: UnsafeMutableBufferPointer<Int64>
  private var episodeCount = 0
  /// The mean return of every slot.
  private(set) var means: [Float]

  /// For batches of up to `capacity` episodes.
  init(_ environment: any PolicyEnvironment, capacity: Int) {
    slotCount = environment.slotCount
    hasFixedDecisions = environment.hasFixedDecisions
    let countCount = hasFixedDecisions ? 0 : slotCount
    numbers = .allocate(capacity: slotCount + countCount + capacity)
    numbers.initialize(repeating: 0)
    slotSums = .init(rebasing: numbers[..<slotCount])
    slotCounts = .init(rebasing: numbers[slotCount..<slotCount + countCount])
    rewardBits = .init(rebasing: numbers[(slotCount + countCount)...])
    means = Array(repeating: 0, count: slotCount)
  }

  deinit { numbers.deallocate() }

  /// The rewards, episode by episode.
  var rewards: some Sequence<Double> {
    rewardBits[..<episodeCount].lazy.map { Double(bitPattern: UInt64(bitPattern: $0)) }
  }

  /// Takes this rank's blocks, each with the number of its first episode, and adds up what the ranks have.
  func gather(_ blocks: some Sequence<(block: GradientBlock, start: Int)>, episodes: Int, ranks: any Collective) {
    episodeCount = episodes
    numbers.update(repeating: 0)
    for (block, start) in blocks {
      ExactSums.add(UnsafeBufferPointer(rebasing: block.slotSums[..<slotCount]), to: slotSums)
      for slot in slotCounts.indices { slotCounts[slot] += block.slotCounts[slot] }
      for (index, reward) in block.rewards.enumerated() {
        rewardBits[start + index] = Int64(bitPattern: reward.bitPattern)
      }
    }
    ranks.sum(.init(rebasing: numbers[..<(numbers.count - rewardBits.count + episodes)]))
    for slot in means.indices {
      let count = hasFixedDecisions ? Int64(episodes) : slotCounts[slot]
      means[slot] = count > 0 ? ExactSums.value(slotSums[slot]) / Float(count) : 0
    }
  }
}
