internal import Synchronization

/// Counts steps of long work, from any thread, so that somebody else sees whether it goes on: a block of episodes played,
/// a block of sound rendered. No step takes longer than a few seconds, whatever the configuration.
public final class WorkCounter: Sendable {
  private let steps = Atomic(0)

  /// No step done.
  public init() {}

  /// Steps done so far.
  public var count: Int { steps.load(ordering: .relaxed) }

  /// A step is done.
  func step() { steps.add(1, ordering: .relaxed) }
}
