/// A given melody in a file: Standard MIDI or MusicXML, or as text (`MelodyText`).
///
/// Time is rounded to eighths: an eighth note of the file is a step. Of a file with several parts the first one that has
/// notes counts, of notes that begin together the highest; a note ends where the next one begins.
public enum MelodyFile {
  /// Bytes of a file that are read at most.
  static let sizeLimit = 16 << 20

  /// The melody that somebody gives: a file's (or a pipe's, or standard input's: `-`) if it is the name of one, else what
  /// the text says.
  ///
  /// - Returns: as `MelodyText` writes it.
  /// - Throws: `FileError` or `DataError` about the file. Text is checked where the configuration is read.
  public static func melody(_ given: String) throws -> String { try melodyAndTempo(given).text }

  /// The melody that somebody gives, and quarter notes a minute if its file says how fast it is.
  ///
  /// - Throws: as `melody`.
  public static func melodyAndTempo(_ given: String) throws -> (text: String, tempo: Double?) {
    guard isFileName(given) else { return (given, nil) }
    let bytes = try InputFile.read(given, limit: sizeLimit, as: "a melody", .named)
    let reading = try read(bytes, file: TextQuoting.printable(InputFile.shown(given)))
    return (MelodyText.text(reading.line), reading.tempo)
  }

  /// What a file says.
  struct Reading: Sendable, Hashable {
    var line: GivenLine
    /// Quarter notes a minute at its first note; nil if that is not said.
    var tempo: Double?
    /// Whether the tempo changes later.
    var changesTempo = false
    /// Whether it has more bars than can be used, and this is its beginning.
    var isCut = false
  }

  /// Whether it looks like the name of a file rather than like notes: a path, or a known ending.
  static func isFileName(_ text: String) -> Bool {
    let endings = [".mid", ".midi", ".smf", ".xml", ".musicxml", ".mxl", ".txt"]
    if text == "-" { return true }
    return !text.contains("\n") && (text.contains("/") || endings.contains(where: text.lowercased().hasSuffix))
  }

  /// Reads a file's bytes.
  ///
  /// - Parameter cuts: whether of a MIDI or MusicXML file with too many bars the beginning is taken, instead of nothing.
  static func read(_ bytes: [UInt8], file: String, cuts: Bool = false) throws(DataError) -> Reading {
    if bytes.starts(with: Array("MThd".utf8)) { return try MIDIMelody.read(bytes, file: file, cuts: cuts) }
    if bytes.starts(with: Array("PK".utf8)) {
      throw DataError(file: file, reason: "found a compressed archive; allowed: MusicXML that is not compressed")
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    guard let text = String(validating: content, as: UTF8.self) else {
      throw DataError(
        file: file, reason: "found neither MIDI nor UTF-8; allowed: a MIDI file, MusicXML, or notes as text")
    }
    if text.drop(while: \.isWhitespace).hasPrefix("<") { return try MusicXMLMelody.read(text, file: file, cuts: cuts) }
    do {
      return Reading(line: try MelodyText.read(text))
    } catch {
      throw DataError(file: file, reason: "found \(error.found); allowed: \(error.allowed)")
    }
  }

  /// A sounding note of a file, in its own unit of time.
  struct Sound {
    var key: Int
    var onset: Int
    var end: Int
  }

  /// One line of steps from notes of any kind.
  ///
  /// - Parameters:
  ///   - unitsPerStep: units of the file's time that an eighth has.
  ///   - cuts: whether it ends where there are too many bars.
  static func line(
    _ sounds: [Sound], unitsPerStep: Double, file: String, cuts: Bool
  ) throws(DataError) -> Reading {
    func step(_ time: Int) -> Int { Int((Double(time) / unitsPerStep).rounded()) }
    var notes: [GivenLine.Note] = []
    for sound in sounds.sorted(by: { ($0.onset, -$0.key) < ($1.onset, -$1.key) }) {
      let onset = step(sound.onset)
      if let last = notes.last {
        // Of a chord the highest; of shorter notes than an eighth the first.
        guard onset > last.onset else { continue }
        notes[notes.count - 1].end = min(last.end, onset)
      }
      notes.append(.init(key: sound.key, onset: onset, end: max(onset + 1, step(sound.end))))
    }
    // Whole bars of rest at the beginning are no part of the melody.
    let bars = (notes.first?.onset ?? 0) / CounterpointTask.stepsPerBar * CounterpointTask.stepsPerBar
    notes = notes.map { .init(key: $0.key, onset: $0.onset - bars, end: $0.end - bars) }
    let limit = CounterpointConfiguration.barLimit
    let steps = limit * CounterpointTask.stepsPerBar
    let isCut = cuts && notes.contains { $0.end > steps }
    if isCut {
      notes.removeAll { $0.onset >= steps }
      for index in notes.indices { notes[index].end = min(notes[index].end, steps) }
    }
    guard let line = GivenLine(notes: notes), !notes.isEmpty else {
      throw DataError(file: file, reason: "found no notes; allowed: a melody")
    }
    guard line.end <= steps else {
      throw DataError(
        file: file, reason: "found more than \(limit) bars; allowed: at most \(limit) bars of eight eighths")
    }
    return Reading(line: line, isCut: isCut)
  }
}
