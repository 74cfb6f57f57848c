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

  /// Begins a batch of so many episodes.
  func begin(episodes: Int) {
    episodeCount = episodes
    numbers.update(repeating: 0)
  }

  /// Takes a block of this rank's; `start` is the number of its first episode.
  func add(_ block: GradientBlock, start: Int) {
    ExactSums.add(UnsafeBufferPointer(rebasing: block.slotSums[..<slotCount]), to: slotSums)
    for slot in slotCounts.indices { slotCounts[slot] += block.slotCounts[slot] }
    for (index, reward) in block.rewards.enumerated() {
      rewardBits[start + index] = Int64(bitPattern: reward.bitPattern)
    }
  }

  /// Adds up what the ranks have.
  func sum(over ranks: any Collective) {
    ranks.sum(.init(rebasing: numbers[..<(numbers.count - rewardBits.count + episodeCount)]))
    for slot in means.indices {
      let count = hasFixedDecisions ? Int64(episodeCount) : slotCounts[slot]
      means[slot] = count > 0 ? ExactSums.value(slotSums[slot]) / Float(count) : 0
    }
  }
}
