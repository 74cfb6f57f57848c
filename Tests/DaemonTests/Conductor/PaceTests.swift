import Core
import Testing

@testable import Daemon

/// When a piece is wanted.
@Suite struct PaceTests {
  @Test func theFirstComesAtOnceAndTheRestByTheHour() {
    var pace = Pace()
    #expect(pace.wait(.hourly(120), now: .seconds(5), ahead: nil) == nil)
    pace.composed(.hourly(120), now: .seconds(5))
    #expect(pace.wait(.hourly(120), now: .seconds(5), ahead: 0) == .seconds(30))
    #expect(pace.wait(.hourly(120), now: .seconds(35), ahead: nil) == nil)
    // A night in which nothing was made is not made up for.
    pace.composed(.hourly(120), now: .seconds(40_000))
    #expect(pace.wait(.hourly(120), now: .seconds(40_000), ahead: nil) ?? .zero >= .seconds(29))
  }

  @Test func whatIsHeardIsKeptAFewPiecesAhead() {
    var pace = Pace()
    for rate in [DaemonConfiguration.Rate.heard, .automatic] {
      #expect(pace.wait(rate, now: .zero, ahead: 0) == nil)
      #expect(pace.wait(rate, now: .zero, ahead: Pace.longestAhead) != nil)
      #expect(pace.wait(rate, now: .zero, ahead: nil) == nil)
    }
    pace.composed(.automatic, now: .zero)
    #expect(pace.wait(.automatic, now: .zero, ahead: nil) == .seconds(60))
    #expect(pace.wait(.automatic, now: .zero, ahead: 1) == nil)
    #expect(pace.wait(.heard, now: .seconds(1_000_000), ahead: nil) != nil)
    #expect(pace.wait(.free, now: .zero, ahead: 100) == nil)
  }
}
