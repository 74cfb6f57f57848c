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

      /// Whether it can be learnt: bank select, a parameter's number and channel mode messages are sent by themselves.
      public var isKnob: Bool {
        switch self {
        case .control(0), .control(32), .control(98...101), .control(120...): false
        default: true
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
      /// A controller's value is how fast pieces are played, from the next one on: half as fast, ..., twice as fast.
      case tempo
    }

    /// What a source does.
    public enum Meaning: Sendable, Hashable {
      case action(Action)
      /// It is the weight of a rule, the number of which counts from 0 in the order in which rules are listed.
      case rule(Int)
    }

    /// The actions that have a source.
    public var sources: [Action: Source] = Self.usual
    /// `rules`: sources of the rules' weights, in the order in which rules are listed; nil for none.
    public var rules: [Source?] = Self.usualRules

    /// The numbers of a nanoKONTROL2's transport keys as it is sold, and channel volume.
    private static let usual: [Action: Source] = [
      .volume: .control(7), .next: .control(59), .pause: .control(41), .keep: .control(60), .like: .control(62),
      .dislike: .control(61), .tempo: .control(6),
    ]
    /// The same controller's eight knobs.
    private static let usualRules: [Source?] = (16...23).map { .control($0) }

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
      guard let words = try section.scalars("rules") else {
        // A knob that was given something else to do is no rule's.
        rules = rules.map { source in source.flatMap { used[$0] == nil ? $0 : nil } }
        section.record("rules", .list(rules.map { EffectiveValue.text($0?.description ?? "none") }))
        return
      }
      rules = []
      for word in words {
        guard word == "none" || Source(word) != nil, words.count <= 64 else {
          throw section.error(
            "rules", found: "\(TextQuoting.quote(Array(word.utf8), limit: 40)) in the list", allowed: Source.allowed)
        }
        let source = Source(word)
        if let source, let other = used[source]?.rawValue ?? (rules.contains(source) ? "another rule" : nil) {
          throw section.error("rules", found: word, allowed: "another one: it is that of \(other)")
        }
        rules.append(source)
      }
    }

    /// What a source does; nil for nothing.
    public func meaning(of source: Source) -> Meaning? {
      if let action = sources.first(where: { $0.value == source })?.key { return .action(action) }
      return rules.firstIndex(of: source).map { .rule($0) }
    }

    /// The same where nothing does this.
    public func forgetting(_ meaning: Meaning) -> Controls {
      var changed = self
      switch meaning {
      case .action(let action): changed.sources[action] = nil
      case .rule(let number): if rules.indices.contains(number) { changed.rules[number] = nil }
      }
      return changed
    }

    /// The same where a source does this, and nothing else.
    public func learning(_ meaning: Meaning, from source: Source) -> Controls {
      var changed = forgetting(meaning)
      for (action, other) in sources where other == source { changed.sources[action] = nil }
      changed.rules = changed.rules.map { $0 == source ? nil : $0 }
      switch meaning {
      case .action(let action): changed.sources[action] = source
      case .rule(let number) where (0..<64).contains(number):
        while changed.rules.count <= number { changed.rules.append(nil) }
        changed.rules[number] = source
      case .rule: break
      }
      return changed
    }
  }
}
