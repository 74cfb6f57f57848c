/// Melodies that nobody plays: as text, or in a file.
extension PhraseQuantizer.Phrase {
  /// Quarter notes a minute of a melody that does not say how fast it is.
  public static let usualTempo = 96.0

  /// A melody as a line of text (`MelodyText`): notes with durations in eighths.
  ///
  /// - Throws: `Refusal`, in words.
  public init(
    text: String, tempo: Double? = nil, meter: Meter = .common
  ) throws(PhraseQuantizer.Refusal) {
    do {
      self.init(try MelodyText.read(text), tempo: tempo, meter: meter)
    } catch {
      throw PhraseQuantizer.Refusal(description: "found \(error.found); allowed: \(error.allowed)")
    }
  }

  /// A melody in a file's bytes: MIDI, MusicXML that is not compressed, or text.
  ///
  /// - Throws: `Refusal`, in words.
  public init(
    file bytes: [UInt8], tempo: Double? = nil, meter: Meter = .common
  ) throws(PhraseQuantizer.Refusal) {
    do {
      self.init(try MelodyFile.read(bytes, file: "the file"), tempo: tempo, meter: meter)
    } catch {
      throw PhraseQuantizer.Refusal(description: "\(error.reason)")
    }
  }

  private init(_ line: GivenLine, tempo: Double?, meter: Meter) {
    self.init(
      notes: line.notes.map { note in
        PartNote(onset: 2 * note.onset, duration: 2 * (note.end - note.onset), degree: note.key, velocity: 90)
      }, stepSeconds: 15 / min(400, max(20, tempo ?? Self.usualTempo)))
    self.meter = meter
  }
}
