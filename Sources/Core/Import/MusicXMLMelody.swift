/// The melody of a MusicXML file: the first voice of the first part that has notes, and its tempo (`<sound tempo>`) at the
/// first of them. Ties are joined, grace notes left out.
enum MusicXMLMelody {
  static func read(_ text: String, file: String, cuts: Bool) throws(DataError) -> MelodyFile.Reading {
    var score = Score(file: file)
    var tokens = Tokens(text: text[...])
    while let token = tokens.next() {
      switch token {
      case .open(let name, let attributes):
        score.open(name)
        if name == "tie" { score.tie(attributes) }
        if name == "sound" { score.readTempo(attributes) }
      case .close(let name):
        try score.close(name)
        if name == "part", !score.sounds.isEmpty {
          var reading = try MelodyFile.line(
            score.sounds, unitsPerStep: Double(Score.unitsPerQuarter) / 2, file: file, cuts: cuts)
          (reading.tempo, reading.changesTempo) = (score.tempo, score.changesTempo)
          return reading
        }
      case .text(let text): score.text += text
      }
    }
    throw DataError(
      file: file, reason: "found no part with notes; allowed: MusicXML (score-partwise) with a melody in its first part"
    )
  }

  /// Tags and text of XML, as far as a score needs them: comments and declarations are skipped.
  private struct Tokens {
    enum Token {
      case open(String, attributes: Substring)
      case close(String)
      case text(String)
    }

    var text: Substring
    /// What an empty element still has to close.
    private var pending: String?

    init(text: Substring) { self.text = text }

    mutating func next() -> Token? {
      if let name = pending {
        pending = nil
        return .close(name)
      }
      while !text.isEmpty {
        guard text.first == "<" else {
          let content = text.prefix { $0 != "<" }
          text = text.dropFirst(content.count)
          return .text(String(content))
        }
        if text.hasPrefix("<!--") {
          text = text.firstRange(of: "-->").map { text[$0.upperBound...] } ?? ""
          continue
        }
        guard let end = text.firstIndex(of: ">") else { return nil }
        let tag = text[text.index(after: text.startIndex)..<end]
        text = text[text.index(after: end)...]
        if tag.hasPrefix("?") || tag.hasPrefix("!") { continue }
        if tag.hasPrefix("/") { return .close(String(tag.dropFirst().prefix { !$0.isWhitespace })) }
        let name = String(tag.prefix { !$0.isWhitespace && $0 != "/" })
        if tag.hasSuffix("/") { pending = name }
        return .open(name, attributes: tag)
      }
      return nil
    }
  }

  private struct Score {
    /// The common unit of time; divisions are brought to it.
    static let unitsPerQuarter = 5040

    let file: String
    var text = ""
    var sounds: [MelodyFile.Sound] = []
    /// Quarter notes a minute; nil if it is not said.
    private(set) var tempo: Double?
    private(set) var changesTempo = false
    private var divisions = 1
    private var time = 0
    private var voice: String?
    /// What is known of the note that is being read.
    private var note: [String: String] = [:]
    private var isInNote = false
    private var lastOnset = 0

    init(file: String) { self.file = file }

    mutating func open(_ name: String) {
      text = ""
      switch name {
      case "part": (time, divisions, sounds, voice) = (0, 1, [], nil)
      case "note": (note, isInNote) = ([:], true)
      case "backup", "forward": (note, isInNote) = ([:], true)
      case "rest", "chord", "grace", "cue": note[name] = ""
      default: break
      }
    }

    mutating func close(_ name: String) throws(DataError) {
      let content = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      text = ""
      switch name {
      case "divisions": divisions = try integer(content, in: 1...100_000)
      case "step", "alter", "octave", "duration", "voice": if isInNote { note[name] = content }
      case "backup": time = max(0, time - (try duration()))
      case "forward": time += try duration()
      case "note": try finishNote()
      default: return
      }
      if ["note", "backup", "forward"].contains(name) { isInNote = false }
      guard time < 1 << 40 else { throw DataError(file: file, reason: "found a part without end; allowed: a melody") }
    }

    private func duration() throws(DataError) -> Int {
      try integer(note["duration"] ?? "0", in: 0...1_000_000) * Self.unitsPerQuarter / divisions
    }

    private mutating func finishNote() throws(DataError) {
      guard note["grace"] == nil, note["cue"] == nil else { return }
      let length = try duration()
      let onset = note["chord"] == nil ? time : lastOnset
      if note["chord"] == nil {
        lastOnset = time
        time += length
      }
      guard note["rest"] == nil, let step = note["step"], let octave = note["octave"] else { return }
      let own = note["voice"] ?? "1"
      guard own == voice ?? own else { return }
      voice = own
      let semitones = ["C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11]
      guard let semitone = semitones[step], let alter = Double(note["alter"] ?? "0"), abs(alter) <= 12 else {
        throw DataError(file: file, reason: "found a pitch that is none; allowed: a step from A to G and an alter")
      }
      let key = 12 * (try integer(octave, in: -1...9) + 1) + semitone + Int(alter.rounded())
      guard (0...127).contains(key) else {
        throw DataError(file: file, reason: "found a pitch outside MIDI's keys; allowed: C-1 to G9")
      }
      if isTied, let last = sounds.indices.last, sounds[last].key == key, sounds[last].end == onset {
        sounds[last].end = onset + length
      } else {
        sounds.append(.init(key: key, onset: onset, end: onset + length))
      }
    }

    /// `<sound tempo="120"/>`.
    mutating func readTempo(_ tag: Substring) {
      guard let begin = tag.firstRange(of: "tempo=")?.upperBound, let quote = tag[begin...].first,
        quote == "\"" || quote == "'", let new = Double(tag[begin...].dropFirst().prefix { $0 != quote }), new.isFinite,
        new > 0
      else { return }
      if sounds.isEmpty { tempo = new } else if tempo != new { changesTempo = true }
    }

    /// Whether the note goes on from the one before.
    private var isTied: Bool { note["tie stop"] != nil }

    mutating func tie(_ tag: Substring) { if isInNote, tag.contains("stop") { note["tie stop"] = "" } }

    private func integer(_ text: String, in range: ClosedRange<Int>) throws(DataError) -> Int {
      guard let value = Double(text).flatMap({ Int(exactly: $0.rounded()) }), range.contains(value) else {
        let shown = TextQuoting.quote(Array(text.utf8), limit: 40)
        throw DataError(
          file: file, reason: "found \(shown); allowed: an integer from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }
}
