import ArgumentParser
import Core

#if Playback
  import Playback
#endif

/// `rlmusician devices`: what can be heard through on this machine.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists what pieces can be heard through.",
    discussion: """
      PCM devices with the formats, rates and channels they accept, ports of the ALSA sequencer, soundfonts, and whether \
      the audio thread may have a real-time priority. A machine without sound gets empty lists.
      """)

  @Flag(help: "Print JSON instead of lists.")
  var json = false

  #if Playback
    func run() throws {
      let report = DeviceReport()
      print(json ? report.json.prettyText : report.text, terminator: "")
    }
  #else
    func run() throws {
      Fault(.unavailable, "this program was built without playback").report()
      throw ExitCode(Fault.Code.unavailable.rawValue)
    }
  #endif
}
