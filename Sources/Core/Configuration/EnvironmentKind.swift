/// Which environment a configuration is about: `environment.kind`.
///
/// To add one: a case here, its keys in `tellingKeys`, its default text in `Configuration.template(of:)`, its reader in
/// `Configuration.init`.
public enum EnvironmentKind: String, Sendable, CaseIterable {
  /// A roll filled cell by cell: `environment` as in the original's version 0.1.2.
  case pianoRoll = "piano_roll"
  /// A line against a given one: `piece` as in the original's version 0.4.6.
  case counterpoint
  /// A piece of several parts with a form.
  case song

  /// What a configuration that tells nothing means.
  static let programDefault = EnvironmentKind.pianoRoll

  /// Keys that only this kind has, as paths: one of them in a file tells the kind.
  private var tellingKeys: [[String]] {
    switch self {
    case .counterpoint: [["piece"]]
    case .song: ["bars", "meter", "plan", "n_parts", "scale", "tempo"].map { ["piece", $0] }
    case .pianoRoll:
      ["n_semitones", "n_roll_steps", "observation_decay", "n_draws_per_roll_step", "masks", "rendering_params"].map {
        ["environment", $0]
      }
    }
  }

  /// Whether `piece.parts` says what parts are like, as a song's do: a counterpoint has none such.
  private static func hasDescribedParts(_ root: ConfigurationSection) -> Bool {
    root.value(at: ["piece", "parts"])?.list?.contains { $0.mapping != nil } ?? false
  }

  /// The kind that is written, or else told by its keys, or else the program's default.
  ///
  /// - Parameter melody: a melody given beside the file: then it is a counterpoint, if the file does not say otherwise.
  /// - Throws: `ConfigurationError` for a word that is no kind, or for another kind beside a melody.
  static func read(_ root: ConfigurationSection, melody: String? = nil) throws(ConfigurationError) -> EnvironmentKind {
    let kinds: [EnvironmentKind] = [.song, .counterpoint, .pianoRoll]
    let told = kinds.first { kind in
      kind == .counterpoint && melody != nil || kind.tellingKeys.contains { root.isThere($0) }
        || kind == .song && hasDescribedParts(root)
    }
    let fallback = told ?? programDefault
    let words = allCases.map(\.rawValue)
    let environment = try root.section("environment")
    let word = try environment.choice("kind", default: fallback.rawValue, of: words)
    let kind = EnvironmentKind(rawValue: word) ?? fallback
    if root.isThere(["style"]), let style = try root.style(), style.kind != kind {
      throw environment.error("kind", found: "\(word) with the style \(style.name)", allowed: style.kind.rawValue)
    }
    guard melody == nil || kind == .counterpoint else {
      throw environment.error("kind", found: "\(word) with a melody", allowed: counterpoint.rawValue)
    }
    return kind
  }
}
