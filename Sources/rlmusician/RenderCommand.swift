import ArgumentParser
import Core
import Foundation

#if Playback
  import Playback
#endif

/// `rlmusician render`: all files of a piece for existing rolls and pieces.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Writes all files of a piece for existing piano rolls and piece folders.",
    discussion: """
      Every roll gets a folder of its own in the output folder: MIDI, events, sound, scores, a picture. The rolls' own \
      sizes count, not the configuration's. A piece folder is written again as it was composed, a song with the timbres \
      and the room that it was composed with unless the configuration says others, and with what is asked for now. The \
      folders' paths go to standard output. If one of them is malformed, nothing is written.
      """)

  @Argument(
    help: ArgumentHelp(
      "Piano rolls (rows of 0 and 1 between tabs, highest pitch first), or piece folders.", valueName: "roll.tsv"))
  var rolls: [String]

  @OptionGroup var config: ConfigurationOption
  @OptionGroup var style: StyleOption

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

  @Option(help: "What makes the sound: sine or fluidsynth; without it sine.")
  var synth: PlaybackConfiguration.Synthesizer?

  @Option(help: ArgumentHelp("Soundfont for fluidsynth (.sf2, .sf3).", valueName: "file"))
  var soundfont: String?

  @Flag(help: "Also the sound of every part of a piece in parts.")
  var stems = false

  @Flag(help: "Also the notes in exact time, of pieces that are not played so.")
  var strictMidi = false

  @Flag(help: "Also score.pdf of a piece in parts, if lilypond is installed.")
  var pdf = false

  func validate() throws { try requireFolder(output, of: "--output") }

  func run() throws {
    let configuration = try config.read(use: .scoring, style: style)
    let environment = configuration.environment
    var audio = configuration.audio
    if let format { audio.containers = format }
    let pieces = try rolls.map { path throws -> (Piece, Configuration.Sound) in
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        let piece = try PieceFolder.read(path)
        return (piece, try configuration.sound(of: piece, file: "\(path)/piece.json"))
      }
      guard configuration.kind == .pianoRoll else {
        throw DataError(
          file: path,
          reason:
            "a roll has no parts, as environment.kind \(configuration.kind.rawValue) wants; allowed: a piece's folder")
      }
      let roll = try PianoRollTSV.read(path)
      let piece = Piece(
        roll: roll, settings: environment.performance, score: environment.rules.evaluate(roll), provenance: nil)
      return (piece, try configuration.sound(of: piece, file: path))
    }
    for (path, (piece, sound)) in zip(rolls, pieces) {
      audio.reverb = sound.reverb
      let written = try write(
        piece, to: output ?? environment.outputFolder, timbres: sound.timbres, audio: audio, configuration)
      for warning in written.warnings {
        let line = "rlmusician: \(path): \(warning)"
        StandardError.write(TextQuoting.printable(line) + "\n")
      }
      print(written.path)
    }
  }

  private func write(
    _ piece: Piece, to output: String, timbres: [String: Timbre], audio: AudioSettings, _ configuration: Configuration
  ) throws -> PieceFolder.Written {
    var options = configuration.files
    if stems { options.hasStems = true }
    if strictMidi { options.hasStrictMIDI = true }
    if pdf { options.hasPDF = true }
    // Who names a soundfont wants to hear it.
    if synth != .fluidsynth, synth != nil || soundfont == nil {
      return try PieceFolder.write(
        piece, to: output, at: Timestamp(Date()), timbres: timbres, audio: audio, options: options)
    }
    #if Playback
      var playback = configuration.playback
      playback.synthesizer = .fluidsynth
      playback.reverb = audio.reverb
      if let soundfont { playback.soundfont = soundfont }
      return try PieceFolder.write(piece, to: output, at: Timestamp(Date()), options: options) { _, folder in
        func write(_ piece: Piece, _ name: (AudioContainer) -> String) throws -> [String] {
          let sound = try PieceSound(
            piece, configuration: playback, sampleRate: audio.sampleRate, timbres: timbres,
            tail: audio.tail, notice: Fault.warn)
          return try AudioFile.write(
            settings: audio, frameCount: sound.longestFrameCount, into: folder, shownFolder: output, named: name
          ) { left, right in sound.render(left: left, right: right, frameCount: AudioFileWriter.blockFrames) }
        }
        var lines = try write(piece, AudioFile.name)
        for (index, part) in piece.parts.enumerated() where options.hasStems {
          lines += try write(piece.solo(index)) { AudioFile.stemName(part, number: index + 1, $0) }
        }
        return lines
      }
    #else
      Fault(.unavailable, "this program was built without playback, so without fluidsynth").report()
      throw ExitCode(Fault.Code.unavailable.rawValue)
    #endif
  }
}
