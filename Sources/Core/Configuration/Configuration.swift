/// The whole configuration: what the YAML file says, with defaults for what it leaves out.
public struct Configuration: Sendable {
  /// `environment`: the roll, how it is observed and scored, how it is rendered.
  public var environment: EnvironmentConfiguration
  /// `agent`: the cross-entropy method.
  public var agent: AgentConfiguration
  /// `playback`: what is heard, when, and through what.
  public var playback: PlaybackConfiguration

  /// Reads a configuration from YAML text; everything absent has its default.
  ///
  /// `use`: what it is read for. For scoring, the roll's size is not held against the rules' parameters.
  ///
  /// - Throws: `ConfigurationError`; `DataError` or `FileError` about a file that the configuration names.
  public init(text: String, file: String, use: RollUse = .composing) throws {
    let root = try ConfigurationSection.root(text: text, file: file)
    environment = try EnvironmentConfiguration(root.section("environment"), root: root, use: use)
    agent = try AgentConfiguration(root.section("agent"))
    playback = try PlaybackConfiguration(root.section("playback"))
    try root.rejectUnknownKeys()
  }

  /// The text of the default configuration, comments and all.
  public static var defaultText: String { String(decoding: PackageResources.default_yml, as: UTF8.self) }
}
