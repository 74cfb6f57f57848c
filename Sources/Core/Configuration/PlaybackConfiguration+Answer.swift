extension PlaybackConfiguration {
  /// `playback.answer`: what is composed in answer to what somebody plays to the port `Input`.
  public struct Answer: Sendable, Hashable {
    /// What an answer is.
    public enum Kind: String, Sendable, CaseIterable {
      /// Nothing is answered.
      case none
      /// Voices against the melody, played with it over and over, better each time.
      case counterpoint
      /// The melody goes on where it stopped.
      case continuation
      /// A song is built on it.
      case theme
    }

    /// `kind`.
    public var kind = Kind.none
    /// `voices`: composed voices of a counterpoint.
    public var voices = 1
    /// `rest_in_bars`: a phrase is over after so long without a key pressed or held.
    public var restBars = 1.0
    /// `end_note`: the key that ends a phrase, which is no note of it; nil for none.
    public var endKey: Int?
    /// `tempo`: quarter notes a minute that one plays at without a clock; nil: it is found.
    public var tempo: Double?

    /// Nothing is answered.
    public init() {}

    init(_ section: ConfigurationSection) throws(ConfigurationError) {
      kind = Kind(rawValue: try section.choice("kind", default: "none", of: Kind.allCases.map(\.rawValue))) ?? .none
      voices = try section.integer("voices", default: 1, in: 1...3)
      restBars = try section.number("rest_in_bars", default: 1, in: 0.25...8)
      let note = try section.string("end_note", default: "")
      if !note.isEmpty {
        guard let key = MIDIKey(name: note) else {
          throw section.error("end_note", allowed: "a note name, as C4 (middle C), F#3, Db4; empty for none")
        }
        endKey = key.number
      }
      tempo = try section.optionalNumber("tempo", in: 30...300)
    }
  }
}
