import ArgumentParser
import Core
import Foundation

/// `rlmusician render`: all files of a piece for existing rolls.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Writes all files of a piece for existing piano rolls.",
    discussion: """
      Every roll gets a folder of its own in the output folder: MIDI, events, sound, scores, a picture. The rolls' own \
      sizes count, not the configuration's. The folders' paths go to standard output. If one roll is malformed, nothing \
      is written.
      """)

  @Argument(
    help: ArgumentHelp("Piano rolls: rows of 0 and 1 between tabs, highest pitch first.", valueName: "roll.tsv"))
  var rolls: [String]

  @OptionGroup var config: ConfigurationOption

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Output folder, created if missing; without it the configuration's rendering_params.dir.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp("Kinds of sound file, a list of wav, flac, ogg.", valueName: "list"),
    transform: { text in
      guard let list = AudioContainer.list(text) else {
        throw ValidationError("found '\(TextQuoting.printable(text))'; allowed: a list of wav, flac, ogg")
      }
      return list
    })
  var format: [AudioContainer]?

  func run() throws {
    let configuration = try config.read(use: .scoring)
    let environment = configuration.environment
    var audio = configuration.audio
    if let format { audio.containers = format }
    let pieces = try rolls.map { path in
      let roll = try PianoRollTSV.read(path)
      return Piece(
        roll: roll, settings: environment.performance, score: environment.rules.evaluate(roll), provenance: nil)
    }
    for (path, piece) in zip(rolls, pieces) {
      let written = try PieceFolder.write(
        piece, to: output ?? environment.outputFolder, at: Timestamp(Date()), timbres: configuration.timbres,
        audio: audio)
      for warning in written.warnings {
        let line = "rlmusician: \(path): \(warning)"
        StandardError.write(TextQuoting.printable(line) + "\n")
      }
      print(written.path)
    }
  }
}
