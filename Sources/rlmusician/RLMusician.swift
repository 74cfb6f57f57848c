import ArgumentParser
import Core

/// The program: every subcommand is a file of its own beside this one.
@main
struct RLMusician: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rlmusician",
    abstract: "Composes music by rules instead of by examples, and lets you hear it learn.",
    version: Program.version,
    subcommands: [
      EnvironmentCommand.self,
      ScoreCommand.self,
      TuningsCommand.self,
    ])
}
