internal import Core
internal import Synchronization

/// When the loops that matter were last seen alive, for the watchdog.
///
/// A loop says how long it may be silent; a loop that is silent for longer is stuck. A loop that is at work for long
/// lets its work be counted: as long as the count grows it is not silent.
public final class Pulse: Sendable {
  private struct Loop {
    var patience: Duration
    var deadline: ContinuousClock.Instant
    var work: WorkCounter?
    var count: Int
  }

  private let loops = Mutex<[String: Loop]>([:])

  /// Nobody has to be heard of yet.
  public init() {}

  /// The loop is alive and may be silent for so long.
  ///
  /// - Parameter work: what shows that it is alive; nil if only the next beat does.
  func beat(_ loop: String, silentFor duration: Duration, work: WorkCounter? = nil) {
    let alive = Loop(patience: duration, deadline: .now + duration, work: work, count: work?.count ?? 0)
    loops.withLock { $0[loop] = alive }
  }

  /// The loop is over.
  func end(_ loop: String) {
    _ = loops.withLock { $0.removeValue(forKey: loop) }
  }

  /// Names of the loops that are stuck. To be asked often: work that was done since counts as done now.
  public var stuckLoops: [String] {
    let now = ContinuousClock.now
    return loops.withLock { loops in
      for (name, loop) in loops {
        guard let count = loop.work?.count, count != loop.count else { continue }
        loops[name]?.count = count
        loops[name]?.deadline = now + loop.patience
      }
      return loops.filter { $0.value.deadline < now }.keys.sorted()
    }
  }
}
