import ArgumentParser
import Core

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
    let configuration = try Configuration(path: path, use: use, melody: melody.map(MelodyFile.melody))
    for warning in configuration.warnings { Fault.warn(warning) }
    return configuration
  }
}
