import ArgumentParser
import Core
import Foundation

#if Playback
  import Playback
#endif

/// `rlmusician play`: lets you hear pieces that were written before.
struct PlayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Plays piece folders or piano rolls.",
    discussion: """
      Pieces follow each other without a gap. A piece folder sounds as it was composed (in the room of the first \
      that has one); a roll (.tsv) sounds as the \
      configuration says. On a terminal: space pauses, n goes to the next piece, + and - change the volume, q quits.
      """)

  @Argument(help: ArgumentHelp("Piece folders, or piano rolls (.tsv).", valueName: "path"))
  var paths: [String]

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption
  @OptionGroup var playback: PlaybackOptions

  func validate() throws {
    if let answer = playback.answer, answer != .none {
      throw ValidationError("--answer: nothing is composed here: rlmusician --answer \(answer.rawValue)")
    }
    if paths.isEmpty { throw ValidationError("nothing to play: name a piece folder or a roll") }
  }

  #if Playback
    func run() async throws {
      try await reportingFaults {
        let configuration = try config.read(use: .scoring, style: style)
        var sounds = PieceSounds(configuration)
        let pieces = try paths.map { try read($0, configuration, &sounds) }
        StopSignal.ignoreBrokenPipes()
        var settings = playback.applied(to: configuration.playback)
        // Playing is what was asked for: without a device that is a failure, not a remark.
        if settings.target == .automatic { settings.target = .alsa("default") }
        settings.reverb = sounds.reverb
        let player = try await Player.start(
          settings, timbres: sounds.timbres, programs: pieces.flatMap { $0.piece.parts.map(\.program) },
          notice: StandardError.writeLine)
        guard let player else { return }
        StopSignal.install()
        for piece in pieces { await player.offer(piece) }
        _ = await TerminalControls().run(player, isStopping: { StopSignal.current != nil })
        await player.close()
        if let signal = StopSignal.current { throw ExitCode(128 + signal) }
      }
    }
  #else
    func run() async throws {
      Fault(.unavailable, "this program was built without playback").report()
      throw ExitCode(Fault.Code.unavailable.rawValue)
    }
  #endif

  #if Playback
    private func read(
      _ path: String, _ configuration: Configuration, _ sounds: inout PieceSounds
    ) throws -> PlayerPiece {
      var isFolder: ObjCBool = false
      guard path == "-" || FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw FileError(.noInput, path: path, errno: ENOENT)
      }
      let name = path == "-" ? InputFile.shown(path) : URL(filePath: path).lastPathComponent
      if isFolder.boolValue {
        let piece = try sounds.add(PieceFolder.read(path), file: "\(path)/piece.json")
        return PlayerPiece(piece, role: .file(name))
      }
      return PlayerPiece(
        Piece(
          roll: try PianoRollTSV.read(path), settings: configuration.environment.performance,
          score: ScoreBreakdown(entries: []), provenance: nil), role: .file(name))
    }
  #endif
}
