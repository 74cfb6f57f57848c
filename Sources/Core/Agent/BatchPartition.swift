/// How the episodes of a batch are divided into blocks that are played in lockstep: as few as possible, as equal as
/// pairs of episodes allow.
struct BatchPartition: Sendable, Hashable {
  /// Episodes in all.
  let episodeCount: Int
  /// Blocks of at most 16 episodes, or fewer.
  let blockCount: Int

  init(_ episodeCount: Int, blockSize: Int = episodesPerBlock) {
    self.episodeCount = episodeCount
    blockCount = (episodeCount + blockSize - 1) / blockSize
  }

  /// The first episode of a block.
  func start(of block: Int) -> Int {
    // Kernels play pairs.
    let (pairs, more) = ((episodeCount + 1) / 2).quotientAndRemainder(dividingBy: blockCount)
    return min(episodeCount, 2 * (block * pairs + min(block, more)))
  }

  /// Episodes of a block.
  func size(of block: Int) -> Int { start(of: block + 1) - start(of: block) }

  /// The block that an episode is in, and its number there.
  func place(of episode: Int) -> (block: Int, index: Int) {
    let block = (0..<blockCount).last { start(of: $0) <= episode } ?? 0
    return (block, episode - start(of: block))
  }
}
