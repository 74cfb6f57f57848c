import ArgumentParser
import CRealtime
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
      StylesCommand.self,
      VaryCommand.self,
      TuningsCommand.self,
      BenchCommand.self,
      ConfigCommand.self,
      DaemonCommand.self,
      LibraryCommand.self,
      PoliciesCommand.self,
      SweepCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// Parses, runs, and turns whatever is thrown into one line and an exit code.
  ///
  /// On the main thread, or the first line would be run by a thread that the system may refuse.
  @MainActor static func main() async {
    reserveStandardStreams()
    StopSignal.ignoreFileSizeLimit()
    do {
      try RankSession.join()
      var command = try parseAsRoot(Self.reordered(try arguments()))
      try RankSession.require(command)
      if var command = command as? any AsyncParsableCommand {
        try requireThreads(for: command)
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
    let code = RankSession.leave(0)
    if code != 0 { Foundation.exit(code) }
  }

  /// What the program was asked to do.
  ///
  /// - Throws: `Fault` (usage) for bytes that are no UTF-8: paths made of them would be others than those that were meant.
  private static func arguments() throws -> [String] {
    try (1..<max(1, rt_argument_count())).map { index in
      guard let bytes = rt_argument(index) else { return "" }
      guard let text = String(validatingCString: bytes) else {
        throw Fault(
          .usage, "found '\(String(cString: bytes))', which is no UTF-8; allowed: arguments and paths in UTF-8")
      }
      return text
    }
  }

  /// Options of a command with subcommands of its own, moved behind the subcommand, where they are declared:
  /// `ctl -c FILE pause` is `ctl pause -c FILE`.
  static func reordered(_ arguments: [String]) -> [String] {
    guard let first = arguments.first, ["ctl", "library"].contains(first) else { return arguments }
    let withValue = ["-c", "--config", "--socket", "--library"]
    var end = 1
    while end < arguments.count, arguments[end].hasPrefix("-"), !["-h", "--help"].contains(arguments[end]) {
      end += withValue.contains(arguments[end]) ? 2 : 1
    }
    guard end < arguments.count, !arguments[end].hasPrefix("-") else { return arguments }
    return [first, arguments[end]] + arguments[1..<end] + arguments[(end + 1)...]
  }

  /// Swift's own threads are waited for without end and without a word where the system refuses them, and a server's
  /// trap: as many as the command can have at a time have to be there before anything begins.
  private static func requireThreads(for command: some AsyncParsableCommand) throws {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    // Swift's one for each processor, and what waits or sounds beside them: one to train, sound, its reports, a device
    // that is opened. The daemon has trainers, answers, the server, the stream's encoder, and queues beside.
    let count = command is DaemonCommand ? 2 * processors + 14 : processors + 10
    let code = rt_try_threads(Int32(count))
    guard code == 0 else {
      throw Fault(
        .system,
        "the system refuses \(count) threads (\(String(cString: strerror(code)))); look at `ulimit -u`, `ulimit -v`"
          + " and the limits of the service or container")
    }
  }

  private static func exit(reporting error: any Error) -> Never {
    let code = exitCode(for: error)
    if code == .success {
      // Help, the version and scripts of completions are results as others are.
      let text = fullMessage(for: error)
      do {
        if RankSession.isFirst, !text.isEmpty { StandardOutput.writeLine(text) }
        try StandardOutput.check()
      } catch { exit(reporting: error) }
    }
    // The last has been reported already.
    if code == .success || error is ExitCode { Foundation.exit(RankSession.leave(code.rawValue)) }
    let isUsage = code == .validationFailure
    let fault = isUsage ? Fault(.usage, message(for: error) + " (see: rlmusician --help)") : Fault(error)
    fault.report()
    Foundation.exit(RankSession.leave(fault.code.rawValue))
  }
}
