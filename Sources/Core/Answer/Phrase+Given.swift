/// Melodies that nobody plays: as text, or in a file.
extension PhraseQuantizer.Phrase {
  /// Quarter notes a minute of a melody that does not say how fast it is.
  public static let usualTempo = 96.0
  /// Quarter notes a minute that can be asked for.
  public static let tempos = 20.0...400.0

  /// The nearest tempo that can be asked for.
  public static func playable(_ tempo: Double) -> Double { min(tempos.upperBound, max(tempos.lowerBound, tempo)) }

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

  /// A melody in a file's bytes: MIDI, MusicXML that is not compressed, or text. It is as fast as the file says it is at the
  /// first note, unless somebody says a tempo; a remark tells which it was.
  ///
  /// - Throws: `Refusal`, in words.
  public init(
    file bytes: [UInt8], tempo: Double? = nil, meter: Meter = .common
  ) throws(PhraseQuantizer.Refusal) {
    do {
      let reading = try MelodyFile.read(bytes, file: "the file", cuts: true)
      self.init(reading.line, tempo: tempo ?? reading.tempo, meter: meter)
      if reading.isCut {
        remarks.append("the file is longer than \(CounterpointConfiguration.barLimit) bars: its beginning is used")
      }
      guard tempo == nil, let own = reading.tempo else { return }
      let used = Int((15 / stepSeconds).rounded())
      if !Self.tempos.contains(own) {
        remarks.append("the file's tempo is beyond what can be played: \(used) a minute is used")
      } else if reading.changesTempo {
        remarks.append("the file changes its tempo: that of its first note is used, \(used) a minute")
      } else {
        remarks.append("the file's tempo is used, \(used) a minute")
      }
    } catch {
      throw PhraseQuantizer.Refusal(description: "\(error.reason)")
    }
  }

  private init(_ line: GivenLine, tempo: Double?, meter: Meter) {
    self.init(
      notes: line.notes.map { note in
        PartNote(onset: 2 * note.onset, duration: 2 * (note.end - note.onset), degree: note.key, velocity: 90)
      }, stepSeconds: 15 / Self.playable(tempo ?? Self.usualTempo))
    self.meter = meter
  }
}
