import Testing

@testable import Daemon

/// Waiting for a while, or until something was asked for.
@Suite(.timeLimit(.minutes(1))) struct SleepersTests {
  @Test func theyWakeByThemselvesOrTogether() async {
    let sleepers = Sleepers()
    await sleepers.sleep(.zero, since: sleepers.moment)
    async let first: Void = sleepers.sleep(.seconds(3600), since: sleepers.moment)
    async let second: Void = sleepers.sleep(.seconds(3600), since: sleepers.moment)
    let waking = Task {
      while !Task.isCancelled {
        sleepers.wake()
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    _ = await (first, second)
    waking.cancel()
  }

  /// Whoever was called between the question and the sleep does not miss it.
  @Test func whatWasAskedForBeforeTheSleepEndsIt() async {
    let sleepers = Sleepers()
    let moment = sleepers.moment
    sleepers.wake()
    await sleepers.sleep(.seconds(3600), since: moment)
    #expect(sleepers.moment != moment)
  }
}
