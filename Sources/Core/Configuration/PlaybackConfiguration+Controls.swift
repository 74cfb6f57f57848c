extension PlaybackConfiguration {
  /// `playback.controls`: what the knobs and keys of a MIDI controller do that plays to the port `Input`.
  public struct Controls: Sendable, Hashable {
    /// A controller or a program, by its number.
    public enum Source: Sendable, Hashable, CustomStringConvertible {
      /// `control N`: a control change, on any channel.
      case control(Int)
      /// `program N`: a program change, on any channel.
      case program(Int)

      /// What may be written.
      public static let allowed = "control 0 to control 127, program 0 to program 127, none"

      /// Reads `control N` or `program N`.
      ///
      /// - Returns: nil for anything else.
      public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, let number = Int(words[1]), (0...127).contains(number) else { return nil }
        switch words[0] {
        case "control": self = .control(number)
        case "program": self = .program(number)
        default: return nil
        }
      }

      /// As it is written.
      public var description: String {
        switch self {
        case .control(let number): "control \(number)"
        case .program(let number): "program \(number)"
        }
      }
    }

    /// What can be done by hand.
    public enum Action: String, Sendable, CaseIterable {
      /// A controller's value is the loudness.
      case volume
      /// A value of 64 or more ends this piece, ...
      case next
      /// ... holds or goes on, ...
      case pause
      /// ... keeps the piece that is heard, ...
      case keep
      /// ... rates it up, ...
      case like
      /// ... or down.
      case dislike
    }

    /// The actions that have a source.
    public var sources: [Action: Source] = Self.usual

    /// The numbers of a nanoKONTROL2's transport keys as it is sold, and channel volume.
    private static let usual: [Action: Source] = [
      .volume: .control(7), .next: .control(59), .pause: .control(41), .keep: .control(60), .like: .control(62),
      .dislike: .control(61),
    ]

    /// The usual controls.
    public init() {}

    init(_ section: ConfigurationSection) throws(ConfigurationError) {
      var used: [Source: Action] = [:]
      for action in Action.allCases {
        let usual = Self.usual[action]?.description ?? "none"
        let text = try section.string(action.rawValue, default: usual)
        guard text != "none" else {
          sources[action] = nil
          continue
        }
        guard let source = Source(text) else { throw section.error(action.rawValue, allowed: Source.allowed) }
        if let other = used.updateValue(action, forKey: source) {
          throw section.error(action.rawValue, found: text, allowed: "another one: it is that of \(other.rawValue)")
        }
        sources[action] = source
      }
    }

    /// What a source does; nil for nothing.
    public func action(of source: Source) -> Action? { sources.first { $0.value == source }?.key }
  }
}
