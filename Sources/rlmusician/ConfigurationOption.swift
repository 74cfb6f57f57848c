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
  /// - Parameter melody: a given melody as text or as a file's name (`MelodyFile`).
  func read(use: RollUse = .composing, melody: String? = nil) throws -> Configuration {
    let configuration = try readQuietly(use: use, melody: melody)
    for warning in configuration.warnings { Fault.warn(warning) }
    return configuration
  }

  /// The same without a word.
  func readQuietly(use: RollUse = .composing, melody: String? = nil) throws -> Configuration {
    let melody = try melody.map(MelodyFile.melody)
    guard let path else { return try Configuration(path: nil, use: use, melody: melody) }
    // What comes through a pipe comes once, and some commands ask more than once.
    let text = try Self.texts.withLock { texts in
      if let known = texts[path] { return known }
      let text = try ConfigurationFile.read(path)
      texts[path] = text
      return text
    }
    return try Configuration(text: text, file: InputFile.shown(path), use: use, melody: melody)
  }

  private static let texts = Mutex<[String: String]>([:])
}
