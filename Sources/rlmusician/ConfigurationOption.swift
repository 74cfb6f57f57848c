import ArgumentParser
import Core

/// `-c/--config`, for every subcommand that has a configuration.
struct ConfigurationOption: ParsableArguments {
  @Option(
    name: [.customShort("c"), .customLong("config")],
    help: ArgumentHelp("Configuration file (YAML); without it the default one holds.", valueName: "file"))
  var path: String?

  /// Reads the file, or the default configuration.
  func read(use: RollUse = .composing) throws -> Configuration {
    guard let path else {
      return try Configuration(text: Configuration.defaultText, file: "default configuration", use: use)
    }
    let bytes = try InputFile.read(path, limit: 1 << 22, as: "a configuration")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(file: path, line: nil, keyPath: "", found: "bytes that are not UTF-8", allowed: "YAML")
    }
    return try Configuration(text: text, file: path, use: use)
  }
}
