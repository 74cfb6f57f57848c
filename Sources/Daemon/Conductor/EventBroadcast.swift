internal import Synchronization

/// Tells any number of listeners what happens. Whoever is slow loses the oldest of what waits for him; nobody is waited
/// for.
public final class EventBroadcast: Sendable {
  /// Events that wait for a slow listener at most.
  public static let bufferedCount = 256

  private struct State {
    var next: UInt64 = 0
    var listeners: [UInt64: AsyncStream<DaemonEvent>.Continuation] = [:]
    var isFinished = false
  }

  private let state = Mutex(State())

  /// A broadcast without listeners.
  public init() {}

  /// Listeners there are.
  public var count: Int { state.withLock { $0.listeners.count } }

  /// All events from now on, until the daemon ends or the listener stops to iterate.
  public func subscribe() -> AsyncStream<DaemonEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: DaemonEvent.self, bufferingPolicy: .bufferingNewest(Self.bufferedCount))
    let number: UInt64? = state.withLock { state in
      guard !state.isFinished else { return nil }
      state.next += 1
      state.listeners[state.next] = continuation
      return state.next
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      // The continuation goes outside the lock: its end may run other code.
      _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
    }
    return stream
  }

  /// Tells everybody.
  func send(_ event: DaemonEvent) {
    let listeners = state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.yield(event) }
  }

  /// Ends all streams, and those to come.
  func finish() {
    let listeners = state.withLock { state in
      state.isFinished = true
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }
}
