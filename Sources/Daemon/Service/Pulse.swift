internal import Synchronization

/// When the loops that matter were last seen alive, for the watchdog.
///
/// A loop says until when it may be silent; a loop that is silent for longer is stuck.
public final class Pulse: Sendable {
  private let deadlines = Mutex<[String: ContinuousClock.Instant]>([:])

  /// Nobody has to be heard of yet.
  public init() {}

  /// The loop is alive and may be silent for so long.
  func beat(_ loop: String, silentFor duration: Duration) {
    deadlines.withLock { $0[loop] = .now + duration }
  }

  /// The loop is over.
  func end(_ loop: String) {
    _ = deadlines.withLock { $0.removeValue(forKey: loop) }
  }

  /// Names of the loops that are stuck.
  public var stuckLoops: [String] {
    let now = ContinuousClock.now
    return deadlines.withLock { deadlines in deadlines.filter { $0.value < now }.keys.sorted() }
  }
}
