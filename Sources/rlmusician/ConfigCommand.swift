public import ArgumentParser
public import Core

/// `rlmusician config`: the default configuration, or what a file makes of it.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Prints the default or the effective configuration.",
    discussion: """
      Without a file, the default configuration (the style song) with a comment for every key: meaning, unit and range. \
      Save it, change what you like, and give it to any subcommand with -c; keys that you leave out keep their defaults.

      With a file or a style, all keys with the values that are in force, in the same form: it can be used as a configuration \
      itself.
      """)

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption

  @Option(help: "Without a file: the default configuration of piano_roll, counterpoint or song instead.")
  var kind: EnvironmentKind?

  @Flag(help: "Prints the configuration's digest instead: the same for all files that compose the same pieces.")
  var digest = false

  func run() throws {
    if let kind, config.path == nil, style.style == nil, !digest {
      return print(Configuration.defaultText(of: kind), terminator: "")
    }
    let configuration = try config.read(style: style, fallback: .programDefault)
    print(digest ? configuration.digest + "\n" : configuration.effectiveText, terminator: "")
  }
}

extension EnvironmentKind: ExpressibleByArgument {}
