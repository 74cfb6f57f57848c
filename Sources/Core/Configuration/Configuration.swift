/// The whole configuration: what the YAML file says, with defaults for what it leaves out.
///
/// How to add a section is said at `ConfigurationSection`.
public struct Configuration: Sendable {
  /// `environment`: the roll, how it is observed and scored, how it is rendered.
  public var environment: EnvironmentConfiguration
  /// `agent`: the cross-entropy method.
  public var agent: AgentConfiguration
  /// `timbres`: the sine synthesizer's presets by name, the default one among them.
  public var timbres: [String: Timbre]
  /// `daemon`: the service that composes without end.
  public var daemon: DaemonConfiguration
  /// `audio`: the sound files of a piece.
  public var audio: AudioSettings
  /// `playback`: what is heard, when, and through what.
  public var playback: PlaybackConfiguration

  /// What in it works but will hardly be wanted, each in one line that begins with the place.
  public var warnings: [String] { environment.warnings }

  /// All that was read, defaults included.
  private let effective: EffectiveValue

  /// Reads a configuration from YAML text; everything absent has its default.
  ///
  /// `use`: what it is read for. For scoring, the roll's size is not held against the rules' parameters.
  ///
  /// - Throws: `ConfigurationError`; `DataError` or `FileError` about a file that the configuration names.
  public init(text: String, file: String, use: RollUse = .composing) throws {
    let root = try ConfigurationSection.root(text: text, file: file)
    try self.init(root, use: use)
  }

  /// Reads a configuration file; without a path, the default configuration.
  ///
  /// - Throws: as `init(text:file:use:)`; `FileError` if there is no such file.
  public init(path: String?, use: RollUse = .composing) throws {
    if let path {
      try self.init(text: ConfigurationFile.read(path), file: InputFile.shown(path), use: use)
    } else {
      try self.init(text: "", file: "default configuration", use: use)
    }
  }

  init(_ root: ConfigurationSection, use: RollUse) throws {
    timbres = try TimbreConfiguration.read(root)
    environment = try EnvironmentConfiguration(root.section("environment"), root: root, timbres: timbres, use: use)
    agent = try AgentConfiguration(root.section("agent"))
    if use == .composing { try agent.checkWork(environment, root.section("agent")) }
    guard timbres[environment.performance.timbre] != nil else {
      let sine = try root.section("environment").section("rendering_params").section("sinethesizer")
      throw sine.error("timbre", allowed: timbres.keys.sorted().joined(separator: ", ") + " (see timbres)")
    }
    audio = try AudioSettings(root.section("audio"))
    playback = try PlaybackConfiguration(root.section("playback"))
    daemon = try DaemonConfiguration(root.section("daemon"))
    try root.rejectUnknownKeys()
    effective = root.effectiveValue
  }

  /// The text of the default configuration, comments and all.
  public static var defaultText: String { String(decoding: PackageResources.default_yml, as: UTF8.self) }

  /// The default configuration's text with what is in force here: it reads as the same configuration.
  public var effectiveText: String { ConfigurationText(template: Self.defaultText).text(effective) }

  /// SHA-256 of what determines the composed pieces, 64 hexadecimal digits.
  ///
  /// The order of keys, comments, and whether a default is written down make no difference; nor do the output folder
  /// and how pieces are played.
  public var digest: String {
    let tuning = environment.performance.tuning
    let text =
      ConfigurationText(template: Self.defaultText).canonicalText(effective)
      + "tuning: \(tuning.degreesInCents) \(tuning.periodInCents) "
      + "\(tuning.pitch(ofDegree: 0, above: environment.performance.lowestNote).frequency)\n"
    return SHA256.hexadecimal(Array(text.utf8))
  }
}
