import ArgumentParser
import Core
import Foundation

/// `rlmusician vary`: keeps something of a song and composes the rest again.
struct VaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vary",
    abstract: "Keeps something of a song and composes the rest again.",
    discussion: """
      What is kept: --keep theme (the melody of the first section with its chords; so without any option), section=B, \
      part=Bass, plan, all; several may be given. --transpose, --tempo alone keep everything. --meter, --style (or a style that -c \
      names) and keys of -c that change the parts take the theme along. Every variation knows its parent (piece.json).

      Composed is by the agent whose weights --weights names, or whose file lies beside the piece's folder or in it; \
      without one, an agent is trained first.
      """)

  @Argument(help: ArgumentHelp("Folder of a song.", valueName: "piece"))
  var piece: String

  @Option(
    help: ArgumentHelp(
      "What stays: theme, section=NAME, part=NAME, plan, all. May be given several times.", valueName: "what"))
  var keep: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Semitones up or down, -24 to 24 as far as all parts stay between C1 and G7.", valueName: "count"))
  var transpose = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("Quarter notes a minute, 20 to 400.", valueName: "number"))
  var tempo: Double?

  @Option(help: ArgumentHelp("4/4, 3/4, 6/8 or 2/4.", valueName: "meter"))
  var meter: String?

  @OptionGroup var style: StyleOption
  @OptionGroup var config: ConfigurationOption

  @Option(help: ArgumentHelp("The agent's weights (safetensors).", valueName: "file"))
  var weights: String?

  @Option(
    name: [.short, .long],
    parsing: .unconditional,
    help: ArgumentHelp("Populations to train an agent for where there is none; 0 to 1000000.", valueName: "count"))
  var populations = 100

  @Option(
    name: [.short, .long], parsing: .unconditional, help: ArgumentHelp("Variations; 1 to 10000.", valueName: "count"))
  var episodes = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of all random numbers; without it one is drawn and shown.", valueName: "number"))
  var seed: UInt64?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Folder for the results; without it the one that the piece lies in.", valueName: "folder"))
  var output: String?

  func validate() throws {
    guard (-24...24).contains(transpose) else {
      throw ValidationError("--transpose: found \(transpose); allowed: -24 to 24")
    }
    if let tempo, !(20...400).contains(tempo) {
      throw ValidationError("--tempo: found \(tempo); allowed: 20 to 400")
    }
    guard (0...1_000_000).contains(populations) else {
      throw ValidationError("--populations: found \(populations); allowed: 0 to 1000000")
    }
    guard (1...10_000).contains(episodes) else {
      throw ValidationError("--episodes: found \(episodes); allowed: 1 to 10000")
    }
    if let style = style.style {
      guard style.kind == .song else {
        throw ValidationError("--style: found '\(style.name)'; allowed: \(Self.styles)")
      }
      if transpose != 0 { throw ValidationError("--transpose with --style: \(Self.oneOfTheTwo)") }
    }
    if let meter, !SongConfiguration.meterNames.contains(meter) {
      throw ValidationError(
        "--meter: found '\(TextQuoting.printable(meter))'; allowed: "
          + SongConfiguration.meterNames.joined(separator: ", "))
    }
    try requireFolder(output, of: "--output")
  }

  private static let styles = Style.songNames.joined(separator: ", ")
  private static let oneOfTheTwo = "a style has its own tonic; allowed: one of the two"

  func run() throws {
    try reportingFaults {
      let study = try SongStudy(PieceFolder.read(piece), file: "\(piece)/piece.json")
      try study.requireRoom(transposedBy: transpose)
      let kept = try keep.map { try SongKeep($0, of: study) }
      let folder = URL(filePath: piece).standardizedFileURL
      let variation = try SongVariation(
        of: study, keeping: kept, change: try change(), parentName: folder.lastPathComponent,
        overlayFile: config.path.map(InputFile.shown) ?? "vary")
      let seed = seed ?? RandomSource.drawSeed()
      let output = output ?? folder.deletingLastPathComponent().path
      try variation.configuration.checkMemory()
      let known = try knownAgent(for: variation, beside: folder)
      // Before an agent is trained for what cannot be written.
      try OutputFolder.requireWritable(output)
      let agent = known ?? trainedAgent(for: variation, seed: seed)
      StandardError.writeLine("seed \(seed): \(agent.story)")
      for number in 0..<episodes {
        let composed = variation.compose(
          weights: agent.weights, seed: seed, number: number, population: agent.population)
        let written = try PieceFolder.write(
          composed, to: output, at: Timestamp(Date()), timbres: variation.configuration.timbres,
          audio: variation.configuration.audio, options: variation.configuration.files)
        for warning in written.warnings { StandardError.writeLine("\(written.path)/\(warning)") }
        StandardOutput.writeLine(written.path)
      }
    }
  }

  private func change() throws -> SongVariation.Change {
    var change = SongVariation.Change()
    change.transposition = transpose
    change.tempo = tempo
    change.style = style.style
    if let path = config.path {
      change.overlay = try ConfigurationFile.read(path)
      if change.style == nil { change.style = try Self.style(in: change.overlay, file: InputFile.shown(path)) }
      if change.style != nil, transpose != 0 {
        throw Fault(.usage, "--transpose with the style of \(InputFile.shown(path)): \(Self.oneOfTheTwo)")
      }
    }
    change.meter = meter
    change.setNames()
    return change
  }

  /// The style that a configuration file names.
  private static func style(in text: String, file: String) throws -> Style? {
    let root = try ConfigurationSection.root(text: text, file: file)
    guard let style = try root.style() else { return nil }
    guard style.kind == .song else { throw root.error("style", allowed: styles) }
    return style
  }

  private typealias Agent = (weights: [Float], population: Int, story: String)

  /// One whose weights are named or lie there; nil if there is none.
  private func knownAgent(for variation: SongVariation, beside folder: URL) throws -> Agent? {
    let environment = variation.environment
    guard variation.needsPolicy else {
      return (Array(repeating: 0, count: environment.weightCount), 0, "nothing to compose")
    }
    if let weights {
      let file = try AgentWeightsFile.read(weights)
      guard file.weights.count == environment.weightCount else {
        throw DataError(
          file: weights,
          reason: "found \(file.weights.count) weights; allowed: the \(environment.weightCount) of a song's agent")
      }
      return (file.weights, file.population, "by \(weights)")
    }
    for place in [folder, folder.deletingLastPathComponent()] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
      for name in names.filter({ $0.hasPrefix("agent_weights") && $0.hasSuffix(".safetensors") }).sorted().reversed() {
        let path = place.appending(path: name).path
        if let file = try? AgentWeightsFile.read(path), file.weights.count == environment.weightCount {
          return (file.weights, file.population, "by \(path)")
        }
      }
    }
    return nil
  }

  private func trainedAgent(for variation: SongVariation, seed: UInt64) -> Agent {
    let environment = variation.environment
    let training = Training(
      configuration: variation.configuration, seed: seed, threads: ProcessInfo.processInfo.activeProcessorCount,
      populations: populations, environment: environment)
    for _ in 0..<populations { _ = training.trainPopulation() }
    let trained = training.state.agent?.weights ?? Array(repeating: 0, count: environment.weightCount)
    return (trained, populations, "by an agent trained for \(populations) populations")
  }
}
