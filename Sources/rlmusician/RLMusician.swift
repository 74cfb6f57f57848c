import ArgumentParser
import Core
@preconcurrency import Foundation

/// The program: every subcommand is a file of its own beside this one.
@main
struct RLMusician: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rlmusician",
    abstract: "Composes music by rules instead of by examples, and lets you hear it learn.",
    version: Program.version,
    subcommands: [
      TrainCommand.self,
      EnvironmentCommand.self,
      PlayCommand.self,
      CtlCommand.self,
      DevicesCommand.self,
      SoundfontCommand.self,
      RenderCommand.self,
      ScoreCommand.self,
      TuningsCommand.self,
      BenchCommand.self,
      ConfigCommand.self,
      DaemonCommand.self,
      LibraryCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// Parses, runs, and turns whatever is thrown into one line and an exit code.
  static func main() async {
    reserveStandardStreams()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      try StandardOutput.check()
      // What `print` could not write is known only now.
      guard fflush(stdout) == 0, ferror(stdout) == 0 else {
        throw FileError(.cannotCreate, path: "standard output", errno: errno)
      }
    } catch {
      exit(reporting: error)
    }
  }

  private static func exit(reporting error: any Error) -> Never {
    // Help, version, completion scripts, and what has been reported already.
    let code = exitCode(for: error)
    if code == .success || error is ExitCode { exit(withError: error) }
    let isUsage = code == .validationFailure
    let fault = isUsage ? Fault(.usage, message(for: error) + " (see: rlmusician --help)") : Fault(error)
    fault.report()
    Foundation.exit(fault.code.rawValue)
  }
}
