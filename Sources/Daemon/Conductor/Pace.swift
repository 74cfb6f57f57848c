internal import Core

/// When the next piece is wanted: by `daemon.sessions.rate`, by what is heard, by the clock. Knows neither of them itself.
struct Pace {
  /// Pieces that may wait to be heard: what is played next is new, and there is never none.
  static let longestAhead = 2

  /// When the next piece is due where nobody listens.
  private var due: Duration?

  /// How long to wait for the next piece at most; nil if it is wanted now.
  ///
  /// - Parameters:
  ///   - now: the time since any fixed moment.
  ///   - ahead: pieces that wait to be heard; nil where nothing is heard.
  func wait(_ rate: DaemonConfiguration.Rate, now: Duration, ahead: Int?) -> Duration? {
    switch (rate, ahead) {
    case (.free, _): return nil
    case (.heard, nil): return due == nil ? nil : .seconds(3600)
    case (.heard, let ahead?), (.automatic, let ahead?): return ahead < Self.longestAhead ? nil : .seconds(3600)
    case (.hourly, _), (.automatic, nil): return due.flatMap { $0 > now ? $0 - now : nil }
    }
  }

  /// A piece was composed. The first of all comes at once; what was not made in time is not made up for.
  mutating func composed(_ rate: DaemonConfiguration.Rate, now: Duration) {
    let hourly = if case .hourly(let pieces) = rate { pieces } else { DaemonConfiguration.Rate.unheard }
    due = max(due ?? now, now - .seconds(1)) + .seconds(3600 / hourly)
  }
}
