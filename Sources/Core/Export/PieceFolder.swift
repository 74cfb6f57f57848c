/// The folder of a piece: `OUTPUT/result_<timestamp>/` with the roll, its notes in every form, and what is known of it.
///
/// It appears whole or not at all (`OutputFolder`).
public enum PieceFolder {
  /// A folder that was written.
  public struct Written: Sendable {
    /// Where it is.
    public var path: String
    /// What whoever asked for the piece should know, a line each: notes that MIDI cannot name, a limiter that acted.
    public var warnings: [String]
  }

  /// Names of the files that pieces in parts have besides.
  static let (musicXMLName, lilyPondName) = ("score.musicxml", "score.ly")
  /// Names of files that there are by option.
  static let (strictMIDIName, pdfName) = ("music_strict.mid", "score.pdf")

  /// Names of the files that every folder has; the audio files come on top.
  static let (rollName, midiName, eventsName, jsonName, pictureName) = (
    "piano_roll.tsv", "music.mid", "sinethesizer_events.tsv", "piece.json", "piano_roll.svg"
  )

  /// Writes a piece's folder.
  ///
  /// - Parameters:
  ///   - output: The folder that gets the piece's folder; created if missing.
  ///   - time: The time in the folder's name. If the name is taken, the next free microsecond is taken.
  ///   - options: Which files there are to be that not everybody wants.
  ///   - audio: Writes the piece's sound into the folder whose path it is given, and returns warnings.
  /// - Throws: `FileError` (cannot create output) that names the path.
  public static func write(
    _ piece: Piece, to output: String, at time: Timestamp, options: FileOptions = FileOptions(),
    audio: (Piece, String) throws -> [String]
  ) throws -> Written {
    var warnings: [String] = []
    let path = try OutputFolder.create(named: names(from: time), in: output) { folder in
      warnings = try fill(folder, shownFolder: output, with: piece, options: options, audio: audio)
    }
    return Written(path: path, warnings: warnings)
  }

  /// Writes a piece's files into a folder that has none of them.
  ///
  /// - Parameter shownFolder: what errors call it.
  /// - Returns: warnings, a line each.
  static func fill(
    _ folder: String, shownFolder: String, with piece: Piece, options: FileOptions,
    audio: (Piece, String) throws -> [String]
  ) throws -> [String] {
    var warnings = MIDIFile.faults(piece).map { "\(midiName): \($0)" }
    for file in files where file.isWanted(piece, options) && (file.isSource || !options.isSourceOnly) {
      try OutputFolder.write(file.bytes(piece), to: "\(folder)/\(file.name)", name: "\(shownFolder)/\(file.name)")
    }
    if options.hasPDF, !piece.isRoll, !options.isSourceOnly {
      warnings += ScoreEngraver.engrave(lilyPondName, in: folder).map { "\(pdfName): \($0)" }
    }
    return warnings + (try audio(piece, folder))
  }

  /// Names of what can be made of a piece's sources again, sound included.
  public static func madeNames(of piece: Piece, audio: AudioSettings, options: FileOptions) -> [String] {
    var names = files.filter { !$0.isSource && $0.isWanted(piece, options) }.map(\.name)
    if options.hasPDF, !piece.isRoll { names.append(pdfName) }
    names += audio.containers.map { AudioFile.name($0) }
    if options.hasStems { names += AudioFile.stemNames(piece, settings: audio) }
    return names
  }

  /// A file that is made of nothing but the piece.
  private struct File: Sendable {
    var name: String
    /// Whether the folder is read from it: it cannot be made again.
    var isSource = false
    var isWanted: @Sendable (Piece, FileOptions) -> Bool = { _, _ in true }
    var bytes: @Sendable (Piece) -> [UInt8]
  }

  private static let files: [File] = [
    File(name: rollName, isSource: true) { Array(PianoRollTSV.text($0.roll).utf8) },
    File(name: midiName) { MIDIFile($0).bytes },
    File(name: jsonName, isSource: true) { Array(PieceJSON.text($0, programVersion: Program.version).utf8) },
    File(name: pictureName) { Array(PianoRollSVG.text($0).utf8) },
    File(name: eventsName) { Array(EventsTSV.text(of: $0).utf8) },
    File(name: musicXMLName, isWanted: { piece, _ in !piece.isRoll }) {
      Array(MusicXML.text($0, programVersion: Program.version).utf8)
    },
    File(name: lilyPondName, isWanted: { piece, _ in !piece.isRoll }) { Array(LilyPond.text($0).utf8) },
    File(name: strictMIDIName, isWanted: { piece, options in options.hasStrictMIDI && piece.interpretation != nil }) {
      var strict = $0
      strict.interpretation = nil
      return MIDIFile(strict).bytes
    },
  ]

  /// Reads a folder back: `piece.json`, and the roll if it is a roll's piece.
  ///
  /// - Throws: `FileError` if one of the two is not there, `DataError` if it is malformed.
  public static func read(_ path: String) throws -> Piece {
    let json = "\(path)/\(jsonName)"
    let bytes = try InputFile.read(json, limit: PieceJSON.maximumByteCount, as: "a piece's description")
    let roll = try PieceJSON.hasRoll(bytes, file: json) ? PianoRollTSV.read("\(path)/\(rollName)", .file) : nil
    return try PieceJSON.parse(bytes, roll: roll, file: json)
  }

  /// `result_2026-11-23_14:05:09,000123` in local time, then the microseconds after it.
  private static func names(from start: Timestamp) -> some Sequence<String> {
    (0..<10_000).lazy.map { "result_\(start.advanced(byMicroseconds: $0))" }
  }
}
