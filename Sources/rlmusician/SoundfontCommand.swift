import ArgumentParser
import Core

#if Playback
  import Playback
#endif

/// `rlmusician soundfont FILE`: the program's own soundfont as a file, for other programs. Not in the help: for the
/// Makefile (`make soundfont`).
struct SoundfontCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soundfont",
    abstract: "Writes the program's own soundfont.",
    shouldDisplay: false)

  @Argument(help: ArgumentHelp("Where to.", valueName: "file.sf2"))
  var path: String

  func run() throws {
    #if Playback
      try reportingFaults { try OwnSoundfont.write(to: path) }
    #else
      Fault(.unavailable, "this program was built without playback").report()
      throw ExitCode(Fault.Code.unavailable.rawValue)
    #endif
  }
}
