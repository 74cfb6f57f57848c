/// A piece as it is written down: bars of voices of notes, chords and rests, with ties. What MusicXML and LilyPond share.
///
/// Notated is what the score says, in exact time; how it is played is not in it. Notes that overlap within a part become
/// voices of the part, notes that begin and end together a chord.
struct Notation {
  /// A note, a chord or a rest of one note value.
  struct Element: Hashable {
    /// The first step.
    var onset: Int
    /// Steps.
    var duration: Int
    /// How it is written.
    var value: NoteValue
    /// Degrees, lowest first; empty for a rest.
    var degrees: [Int]
    /// Whether it goes on from the element before, or into the next.
    var isTiedFrom = false
    /// See `isTiedFrom`.
    var isTiedTo = false
    /// Whether a bracket of a ratio begins here, or ends.
    var beginsBracket = false
    /// See `beginsBracket`.
    var endsBracket = false
    /// A rest that fills its bar.
    var isWholeBarRest = false

    var isRest: Bool { degrees.isEmpty }
  }

  /// A bar of a part.
  struct Bar {
    /// Its steps.
    var steps: Range<Int>
    /// Its voices, the first of them always there. Others have no elements in bars where they are silent.
    var voices: [[Element]]
  }

  let piece: Piece
  /// For every part its bars.
  let parts: [[Bar]]
  /// For every part its clef.
  let clefs: [Clef]
  /// The key that notes are spelled in.
  let key: KeySignature

  init(_ piece: Piece) {
    self.piece = piece
    let key = piece.key ?? KeySignature(tonic: 60, mode: .major)
    self.key = key
    let bars = piece.bars
    parts = piece.parts.map { part in
      let voices = Self.voices(part.notes.filter { $0.duration > 0 && $0.onset >= 0 && $0.end <= piece.stepCount })
      return bars.enumerated().map { index, steps in
        let isPickup = index == 0 && piece.pickupSteps > 0
        let writer = BarWriter(
          piece: piece, steps: steps, origin: isPickup ? steps.upperBound - piece.stepsPerBar : steps.lowerBound)
        return Bar(
          steps: steps,
          voices: voices.enumerated().map { number, chords in writer.elements(chords, keepsSilence: number > 0) })
      }
    }
    clefs = piece.parts.map { part in
      Clef.best(for: part.notes.map { key.spelling(ofKey: piece.pitch(ofDegree: $0.degree).key).position })
    }
  }

  /// A part's clef if it is written so many octaves higher than it sounds.
  func clef(ofPart index: Int, octavesUp: Int) -> Clef {
    guard octavesUp > 0 else { return clefs[index] }
    return Clef.best(
      for: piece.parts[index].notes.map {
        key.spelling(ofKey: piece.pitch(ofDegree: $0.degree).key).position + 7 * octavesUp
      })
  }

  /// A chord: what begins and ends together.
  struct Chord: Hashable {
    var onset: Int
    var end: Int
    var degrees: [Int]
  }

  /// Chords dealt out to voices so that none overlap; at one onset the higher ones first.
  private static func voices(_ notes: [PartNote]) -> [[Chord]] {
    var chords: [Chord] = []
    for note in notes.sorted(by: { ($0.onset, $0.end, $0.degree) < ($1.onset, $1.end, $1.degree) }) {
      if let last = chords.last, last.onset == note.onset, last.end == note.end {
        if last.degrees.last != note.degree { chords[chords.count - 1].degrees.append(note.degree) }
      } else {
        chords.append(Chord(onset: note.onset, end: note.end, degrees: [note.degree]))
      }
    }
    chords.sort { ($0.onset, -($0.degrees.last ?? 0), $0.end) < ($1.onset, -($1.degrees.last ?? 0), $1.end) }
    var voices: [[Chord]] = [[]]
    for chord in chords {
      if let free = voices.firstIndex(where: { ($0.last?.end ?? 0) <= chord.onset }) {
        voices[free].append(chord)
      } else {
        voices.append([chord])
      }
    }
    return voices
  }

  /// How a degree is written: the nearest key as the piece's key spells it, and how far away it is, in cents.
  func spelling(ofDegree degree: Int) -> (pitch: SpelledPitch, cents: Double) {
    let pitch = piece.pitch(ofDegree: degree)
    return (key.spelling(ofKey: pitch.key), pitch.cents)
  }
}

/// Clefs, by the staff position of the middle line: `SpelledPitch.position`.
struct Clef: Hashable, Sendable {
  /// MusicXML's sign.
  let sign: String
  /// The line that the sign stands on, from the lowest.
  let line: Int
  /// Octaves that it sounds higher than written.
  let octaves: Int
  /// LilyPond's name.
  let lilyPond: String
  /// The middle line.
  let middle: Int

  static let all = [
    Clef(sign: "G", line: 2, octaves: 0, lilyPond: "treble", middle: 34),  // B4
    Clef(sign: "F", line: 4, octaves: 0, lilyPond: "bass", middle: 22),  // D3
    Clef(sign: "G", line: 2, octaves: -1, lilyPond: "treble_8", middle: 27),
    Clef(sign: "G", line: 2, octaves: 1, lilyPond: "treble^8", middle: 41),
    Clef(sign: "F", line: 4, octaves: -1, lilyPond: "bass_8", middle: 15),
    Clef(sign: "G", line: 2, octaves: 2, lilyPond: "treble^15", middle: 48),
    Clef(sign: "F", line: 4, octaves: -2, lilyPond: "bass_15", middle: 8),
  ]

  /// The clef with the fewest ledger lines, if it saves enough of them against a more usual one. Without notes treble.
  static func best(for positions: [Int]) -> Clef {
    func cost(_ clef: Clef) -> Int {
      // A position beyond the fifth from the middle takes a line for every two more. An unusual clef is worth half a line
      // a note for a tenor, one for other octaves, and half of one more for the second.
      let lines = positions.reduce(0) { $0 + max(0, (abs($1 - clef.middle) - 4) / 2) }
      let price = clef.octaves == 0 ? 0 : clef.lilyPond == "treble_8" ? 1 : abs(clef.octaves) + 1
      return 2 * lines + price * positions.count
    }
    return all.enumerated().min { (cost($0.1), $0.0) < (cost($1.1), $1.0) }?.element ?? all[0]
  }
}
