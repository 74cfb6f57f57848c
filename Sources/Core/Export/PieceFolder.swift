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
  ///   - isSourceOnly: Whether only the roll and `piece.json` are written, which all else can be made from again.
  ///   - audio: Writes the piece's sound into the folder whose path it is given, and returns warnings.
  /// - Throws: `FileError` (cannot create output) that names the path.
  public static func write(
    _ piece: Piece, to output: String, at time: Timestamp, options: FileOptions = FileOptions(),
    isSourceOnly: Bool = false,
    audio: (Piece, String) throws -> [String]
  ) throws -> Written {
    var warnings = MIDIFile.faults(piece).map { "\(midiName): \($0)" }
    let path = try OutputFolder.create(named: names(from: time), in: output) { folder in
      for (name, contents) in files(piece, options) where !isSourceOnly || sourceNames.contains(name) {
        try OutputFolder.write(contents, to: "\(folder)/\(name)", name: "\(output)/\(name)")
      }
      if options.hasPDF, !piece.isRoll, !isSourceOnly {
        warnings += ScoreEngraver.engrave(lilyPondName, in: folder).map { "\(pdfName): \($0)" }
      }
      warnings += try audio(piece, folder)
    }
    return Written(path: path, warnings: warnings)
  }

  /// What a folder is read from.
  static let sourceNames = [rollName, jsonName]

  /// Names of what can be made of a piece's sources, the audio files included.
  public static func madeNames(_ audio: AudioSettings) -> [String] {
    [midiName, eventsName, pictureName] + audio.containers.map { AudioFile.name($0) }
  }

  private static func files(_ piece: Piece, _ options: FileOptions) -> [(name: String, contents: [UInt8])] {
    var files = [
      (rollName, Array(PianoRollTSV.text(piece.roll).utf8)),
      (midiName, MIDIFile(piece).bytes),
      (jsonName, Array(PieceJSON.text(piece, programVersion: Program.version).utf8)),
      (pictureName, Array(PianoRollSVG.text(piece).utf8)),
      (eventsName, Array(EventsTSV.text(of: piece).utf8)),
    ]
    if !piece.isRoll {
      files.append((musicXMLName, Array(MusicXML.text(piece, programVersion: Program.version).utf8)))
      files.append((lilyPondName, Array(LilyPond.text(piece).utf8)))
    }
    if options.hasStrictMIDI, piece.interpretation != nil {
      var strict = piece
      strict.interpretation = nil
      files.append((strictMIDIName, MIDIFile(strict).bytes))
    }
    return files
  }

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
