import Testing

@testable import Daemon

/// Waiting for a while, or until something was asked for.
@Suite(.timeLimit(.minutes(1))) struct SleepersTests {
  @Test func theyWakeByThemselvesOrTogether() async {
    let sleepers = Sleepers()
    await sleepers.sleep(.zero)
    async let first: Void = sleepers.sleep(.seconds(3600))
    async let second: Void = sleepers.sleep(.seconds(3600))
    let waking = Task {
      while !Task.isCancelled {
        sleepers.wake()
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    _ = await (first, second)
    waking.cancel()
  }
}
