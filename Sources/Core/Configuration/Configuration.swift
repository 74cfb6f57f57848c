/// The whole configuration: what the YAML file says, with defaults for what it leaves out.
///
/// How to add a section is said at `ConfigurationSection`.
public struct Configuration: Sendable {
  /// The style that it is laid over; nil for none.
  public var style: String?
  /// Whether nobody named the style: it is the program's default.
  public private(set) var isStyleImplied = false
  /// Which environment it is about.
  public var kind: EnvironmentKind
  /// `environment`: the roll, how it is observed and scored, how it is rendered.
  public var environment: EnvironmentConfiguration
  /// `piece`, `environment` and `agent` of a counterpoint; nil unless `kind` is that. `environment` then is the default
  /// piano roll's, with the counterpoint's output folder and times.
  public var counterpoint: CounterpointConfiguration?
  /// `piece` of a song; nil unless `kind` is that. `environment` then is the default piano roll's.
  public var song: SongConfiguration?
  /// `agent`: the cross-entropy method.
  public var agent: AgentConfiguration
  /// `timbres`: the sine synthesizer's presets by name, the default one among them.
  public var timbres: [String: Timbre]
  /// `daemon`: the service that composes without end.
  public var daemon: DaemonConfiguration
  /// `audio`: the sound files of a piece.
  public var audio: AudioSettings
  /// `files`: files of a piece that not everybody wants.
  public var files: FileOptions
  /// `playback`: what is heard, when, and through what.
  public var playback: PlaybackConfiguration

  /// The General MIDI programs of its pieces.
  public var programs: [Int] {
    if let song { return song.parts.map(\.part.program) }
    return counterpoint.map { [$0.rendering.programs.given, $0.rendering.programs.composed] }
      ?? [environment.performance.program]
  }

  /// What in it works but will hardly be wanted, each in one line that begins with the place.
  public var warnings: [String] { song?.warnings ?? environment.warnings }

  /// What it says of the sound, and does not leave to the defaults.
  let ownSound: OwnSound

  /// All that was read, defaults included.
  private let effective: EffectiveValue

  /// Reads a configuration from YAML text; everything absent has its default.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: what errors call it.
  ///   - use: what it is read for. For scoring, the roll's size is not held against the rules' parameters.
  ///   - melody: a given melody as text (`MelodyText`), in the place of the file's: makes it a counterpoint.
  ///   - style: what the file is laid over, in the place of the style that it names itself.
  ///   - fallback: what it is laid over if it names no style and says nothing of what is composed; nil for the piano roll.
  /// - Throws: `ConfigurationError`; `DataError` or `FileError` about a file that the configuration names.
  public init(
    text: String, file: String, use: RollUse = .composing, melody: String? = nil, style: Style? = nil,
    fallback: Style? = nil
  ) throws {
    let root = try ConfigurationSection.root(text: text, file: file)
    let implied = style == nil && melody == nil && !root.saysWhatIsComposed ? fallback : nil
    try self.init(root.overStyle(style ?? implied), use: use, melody: melody)
    isStyleImplied = implied != nil
  }

  /// Reads a configuration file; without a path, the default configuration.
  ///
  /// - Throws: as `init(text:file:use:)`; `FileError` if there is no such file.
  public init(
    path: String?, use: RollUse = .composing, melody: String? = nil, style: Style? = nil, fallback: Style? = nil
  ) throws {
    let text = try path.map(ConfigurationFile.read) ?? ""
    try self.init(
      text: text, file: path.map(InputFile.shown) ?? "default configuration", use: use, melody: melody, style: style,
      fallback: fallback)
  }

  /// Reads configurations that lie over each other, the last on top.
  ///
  /// - Throws: as `init(text:file:use:melody:style:)`.
  init(layers: [String], file: String) throws {
    try self.init(ConfigurationSection.root(layers: layers, file: file), use: .composing)
  }

  init(_ root: ConfigurationSection, use: RollUse, melody: String? = nil) throws {
    style = try root.style()?.name
    timbres = try TimbreConfiguration.read(root)
    ownSound = try OwnSound(root)
    kind = try EnvironmentKind.read(root, melody: melody)
    // What another environment does not have stands at its defaults.
    let rollRoot = kind == .pianoRoll ? root : try ConfigurationSection.root(text: "", file: root.file)
    environment = try EnvironmentConfiguration(
      rollRoot.section("environment"), root: rollRoot, timbres: timbres, use: use)
    agent = try AgentConfiguration(rollRoot.section("agent"))
    switch kind {
    case .pianoRoll: if use == .composing { try agent.checkWork(environment, root.section("agent")) }
    case .counterpoint:
      let counterpoint = try CounterpointConfiguration(root, timbres: &timbres, melody: melody)
      environment.outputFolder = counterpoint.rendering.outputFolder
      environment.rowCount = CounterpointRoll(CounterpointLine(counterpoint.task)).rowCount
      environment.stepCount = counterpoint.task.stepCount
      environment.performance.stepSeconds = counterpoint.rendering.stepSeconds
      environment.performance.program = counterpoint.rendering.programs.composed
      agent.method = .policyGradient
      agent.policyGradient = try PolicyGradientConfiguration(
        root.section("agent").section("policy_gradient"), kind: .counterpoint)
      agent.threadCount = counterpoint.agent.threadCount
      self.counterpoint = counterpoint
    case .song:
      let song = try SongConfiguration(root, timbres: timbres)
      let section = try root.section("agent")
      agent.method = .policyGradient
      agent.policyGradient = try PolicyGradientConfiguration(section.section("policy_gradient"), kind: .song)
      agent.threadCount = try section.optionalInteger("n_processes", in: 1...1024)
      environment.performance.tuning = song.tuning
      environment.outputFolder = song.outputFolder
      environment.stepCount = song.plan.bars * song.meter.steps
      let keys = song.parts.map(\.range)
      environment.rowCount = (keys.map(\.upperBound).max() ?? 0) - (keys.map(\.lowerBound).min() ?? 0) + 1
      self.song = song
    }
    guard timbres[environment.performance.timbre] != nil else {
      let sine = try root.section("environment").section("rendering_params").section("sinethesizer")
      throw sine.error("timbre", allowed: timbres.keys.sorted().joined(separator: ", ") + " (see timbres)")
    }
    audio = try AudioSettings(root.section("audio"))
    files = try FileOptions(root.section("files"))
    playback = try PlaybackConfiguration(root.section("playback"))
    playback.reverb = audio.reverb
    daemon = try DaemonConfiguration(root.section("daemon"))
    try root.rejectUnknownKeys()
    effective = root.effectiveValue
    if song != nil {
      let room = audio.reverb > 0 ? "audio: {reverb: \(audio.reverb)}\n" : ""
      let text = template.canonicalText(effective) + tuningText + room
      song?.text = text
    }
  }

  /// The tuning as the configuration has it; what a file says of it as cents, because files go.
  private var tuningText: String {
    guard let tuning = song?.tuning, !tuning.isTwelveToneEqual else { return "" }
    if case .mapping(let entries) = effective, let entry = entries.first(where: { $0.key == "tuning" }),
      case let text = entry.value.flow, !text.contains("scala:")
    {
      return "tuning: \(text)\n"
    }
    let cents = (1...tuning.degreeCount).map { "\(tuning.cents(ofDegree: $0))" }.joined(separator: ", ")
    let reference = tuning.rootFrequency.map { ", reference_frequency: \($0)" } ?? ""
    return "tuning: {cents: [\(cents)]\(reference)}\n"
  }

  /// The text of the default configuration, comments and all.
  public static var defaultText: String { String(decoding: PackageResources.default_yml, as: UTF8.self) }

  /// The default configuration of an environment, comments and all.
  public static func defaultText(of kind: EnvironmentKind) -> String {
    switch kind {
    case .counterpoint:
      CounterpointConfiguration.defaultText
        + ConfigurationText(template: defaultText).text(except: ["environment", "agent", "tuning"])
    case .song:
      SongConfiguration.defaultText
        + ConfigurationText(template: defaultText).text(except: ["environment", "agent"])
    case .pianoRoll: defaultText
    }
  }

  private var template: ConfigurationText { Self.templates[kind] ?? ConfigurationText(template: Self.defaultText) }

  /// Taken apart once: an answer to what somebody plays has a configuration of its own, and is waited for.
  private static let templates = Dictionary(
    uniqueKeysWithValues: EnvironmentKind.allCases.map { ($0, ConfigurationText(template: defaultText(of: $0))) })

  /// The default configuration's text with what is in force here: it reads as the same configuration.
  public var effectiveText: String { template.text(effective) }

  /// SHA-256 of what determines the composed pieces, 64 hexadecimal digits.
  ///
  /// The order of keys, comments, and whether a default is written down make no difference; nor do the output folder
  /// and how pieces are played.
  public var digest: String {
    let tuning = environment.performance.tuning
    let text =
      template.canonicalText(effective)
      + "tuning: \(tuning.degreesInCents) \(tuning.periodInCents) "
      + "\(tuning.pitch(ofDegree: 0, above: environment.performance.lowestNote).frequency)\n"
    return SHA256.hexadecimal(Array(text.utf8))
  }
}
