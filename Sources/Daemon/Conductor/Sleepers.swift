internal import Synchronization

/// Loops that wait for a while, or until something was asked for.
final class Sleepers: Sendable {
  private let sleeping = Mutex<(last: UInt64, all: [UInt64: CheckedContinuation<Void, Never>])>((0, [:]))

  /// Returns after a while, or as soon as somebody wakes all.
  func sleep(_ duration: Duration) async {
    let number = sleeping.withLock { state in
      state.last += 1
      return state.last
    }
    var alarm: Task<Void, Never>?
    await withCheckedContinuation { continuation in
      sleeping.withLock { $0.all[number] = continuation }
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
      defer { state.all = [:] }
      return Array(state.all.values)
    }
    for sleeper in all { sleeper.resume() }
  }
}
