internal import Synchronization

/// Loops that wait for a while, or until something was asked for.
final class Sleepers: Sendable {
  private struct State {
    var last: UInt64 = 0
    var wakings: UInt64 = 0
    var all: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let sleeping = Mutex(State())

  /// Now, as `wake` counts time: to be asked for before the question whether there is anything to do.
  var moment: UInt64 { sleeping.withLock { $0.wakings } }

  /// Returns after a while, or as soon as somebody wakes all; at once if somebody has since that moment.
  func sleep(_ duration: Duration, since moment: UInt64) async {
    var alarm: Task<Void, Never>?
    await withCheckedContinuation { continuation in
      let number: UInt64? = sleeping.withLock { state in
        guard state.wakings == moment else { return nil }
        state.last += 1
        state.all[state.last] = continuation
        return state.last
      }
      guard let number else { return continuation.resume() }
      alarm = Task {
        try? await Task.sleep(for: duration)
        self.wake(number)
      }
    }
    alarm?.cancel()
  }

  private func wake(_ number: UInt64) { sleeping.withLock { $0.all.removeValue(forKey: number) }?.resume() }

  /// Ends everybody's sleep.
  func wake() {
    let all = sleeping.withLock { state in
      state.wakings += 1
      defer { state.all = [:] }
      return Array(state.all.values)
    }
    for sleeper in all { sleeper.resume() }
  }
}
