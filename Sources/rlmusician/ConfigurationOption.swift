import ArgumentParser
import Core
import Synchronization

/// `-c/--config`, for every subcommand that has a configuration.
struct ConfigurationOption: ParsableArguments {
  @Option(
    name: [.customShort("c"), .customLong("config")],
    help: ArgumentHelp("Configuration file (YAML); without it the default one holds.", valueName: "file"))
  var path: String?

  /// Reads the file, or the default configuration; says on standard error what in it will hardly be wanted.
  ///
  /// - Parameters:
  ///   - melody: a given melody as text or as a file's name (`MelodyFile`).
  ///   - style: what the file is laid over.
  ///   - fallback: what it is laid over if neither is said.
  func read(
    use: RollUse = .composing, melody: String? = nil, style: StyleOption? = nil, fallback: Style? = nil
  ) throws -> Configuration {
    let configuration = try readQuietly(use: use, melody: melody, style: style, fallback: fallback)
    if RankSession.isFirst { for warning in configuration.warnings { Fault.warn(warning) } }
    return configuration
  }

  /// The same without a word.
  func readQuietly(
    use: RollUse = .composing, melody: String? = nil, style: StyleOption? = nil, fallback: Style? = nil
  ) throws -> Configuration {
    let style = style?.style
    let melody = try melody.map { try Self.once($0, in: Self.melodies, MelodyFile.melody) }
    guard let path else {
      return try Configuration(path: nil, use: use, melody: melody, style: style, fallback: fallback)
    }
    let text = try Self.once(path, in: Self.texts, ConfigurationFile.read)
    return try Configuration(
      text: text, file: InputFile.shown(path), use: use, melody: melody, style: style, fallback: fallback)
  }

  /// What comes through a pipe comes once, and some commands ask more than once.
  private static func once(
    _ path: String, in known: borrowing Mutex<[String: String]>, _ read: (String) throws -> String
  ) throws -> String {
    try known.withLock { known in
      if let text = known[path] { return text }
      let text = try read(path)
      known[path] = text
      return text
    }
  }

  private static let texts = Mutex<[String: String]>([:])
  private static let melodies = Mutex<[String: String]>([:])
}

/// `--style`, for every subcommand that composes, scores or plays by a configuration.
struct StyleOption: ParsableArguments {
  @Option(
    name: .customLong("style"),
    help: ArgumentHelp(
      "A style by name (see `rlmusician styles`); the configuration file lies over it.", valueName: "name"),
    completion: .list(Style.names),
    transform: { name in
      guard let style = Style.named(name) else {
        let hint = Spelling.nearest(to: name, among: Style.names).map { " (did you mean '\($0)'?)" } ?? ""
        throw ValidationError(
          "found '\(TextQuoting.printable(name))'\(hint); allowed: \(Style.names.joined(separator: ", "))")
      }
      return style
    })
  var style: Style?
}
