extension PlaybackConfiguration {
  /// `playback.sync`: whether another program's clock decides when pieces play.
  public struct Sync: Sendable, Hashable {
    /// Whose clock is followed.
    public enum Source: String, Sendable, CaseIterable {
      /// The program's own.
      case none
      /// The MIDI clock that comes to the port `Input`.
      case clock
    }

    /// What happens when the clock ceases without a stop.
    public enum Loss: String, Sendable, CaseIterable {
      /// The music waits.
      case hold
      /// It goes on at the last tempo.
      case goOn = "go_on"
    }

    /// What plays when the master starts at its song's beginning.
    public enum Start: String, Sendable, CaseIterable {
      /// The next piece, if the present one has been heard, if only in part.
      case next
      /// The same piece again.
      case same
    }

    /// `source`.
    public var source = Source.none
    /// `on_loss`.
    public var onLoss = Loss.hold
    /// `patience_in_seconds`: silence after which the clock counts as lost.
    public var patienceSeconds = 2.0
    /// `at_start`.
    public var atStart = Start.next

    /// No other clock.
    public init() {}

    init(_ section: ConfigurationSection) throws(ConfigurationError) {
      source =
        Source(rawValue: try section.choice("source", default: "none", of: Source.allCases.map(\.rawValue))) ?? .none
      onLoss =
        Loss(rawValue: try section.choice("on_loss", default: "hold", of: Loss.allCases.map(\.rawValue))) ?? .hold
      patienceSeconds = try section.number("patience_in_seconds", default: 2, in: 0.2...60)
      atStart =
        Start(rawValue: try section.choice("at_start", default: "next", of: Start.allCases.map(\.rawValue))) ?? .next
    }
  }
}
