import Testing

@testable import Core

/// What is composed in answer to a phrase.
@Suite struct PhraseAnswerTests {
  private static func phrase(_ text: String, tempo: Double = 100, meter: Meter = .common) throws
    -> PhraseQuantizer.Phrase
  {
    try PhraseQuantizer.Phrase(text: text, tempo: tempo, meter: meter)
  }

  private static let tune = "D4:2 F4:2 E4:2 D4:2 G4:4 F4:2 A4:2 G4:2 F4:2 E4:4 D4:8"
  private static let tunes = [
    tune, "C4:2 D4:2 E4:2 F4:2 G4:4 G4:4", "G4:2 A4:2 B4:2 C5:2 D5:8 B4:4 G4:4",
    "A3:3 B3:1 C4:4 E4:3 D4:1 C4:4 B3:4 G#3:4 A3:8", "C5:2 r:2 C5:2 B4:2 A4:4 r:4 G4:8", "C3:2 C5:2 C3:4", "F#4:4 G4:4",
    "C4:1 C#4:1 D4:1 D#4:1 E4:1 F4:1 F#4:1 G4:1 C5:8 B4:8 C5:8",
  ]

  @Test(arguments: tunes) func counterpointIsPlayedWithTheMelody(_ tune: String) throws {
    let answer = try PhraseAnswer(Self.phrase(tune), kind: .counterpoint, seed: 3)
    #expect(answer.isLooped)
    let piece = answer.piece
    let given = try #require(piece.parts.first { $0.isGiven })
    let text = try MelodyText.read(tune)
    #expect(given.notes.prefix(text.notes.count).map(\.degree) == text.notes.map(\.key))
    #expect(piece.parts.count == 2 && piece.parts[1].notes.count >= 2)
    #expect(piece.stepCount % piece.stepsPerBar == 0)
    #expect(abs(piece.tempo.stepSeconds(at: 0) - 0.3) < 1e-9)
  }

  /// Melodies that nobody thought of: some have no counterpoint that keeps the rules. Those are continued, in so many words.
  @Test func whatHasNoCounterpointIsContinued() throws {
    var source = RandomSource(seed: 5, purpose: .actions, population: 0, candidate: 0)
    var continued = 0
    for _ in 0..<60 {
      let notes = (0..<6 + Int(source.next() % 8)).map { _ in
        "\(["C", "C#", "D", "D#", "E", "F", "F#", "G", "A", "B"][Int(source.next() % 10)])\(3 + source.next() % 2):\(1 + source.next() % 4)"
      }
      let answer = try PhraseAnswer(
        Self.phrase(notes.joined(separator: " ")), kind: .counterpoint, voices: 3, seed: 1)
      let isContinued = answer.kind == .continuation
      #expect(answer.isLooped != isContinued && (answer.practice() == nil) == isContinued)
      #expect(answer.remarks.contains { $0.hasSuffix("it is continued instead") } == isContinued)
      continued += isContinued ? 1 : 0
    }
    #expect(continued > 0 && continued < 60)
  }

  /// It never becomes worse; most first answers are the best there are.
  @Test func itBecomesBetter() throws {
    var betterCount = 0
    for tune in Self.tunes {
      for seed in UInt64(1)...3 {
        let answer = try PhraseAnswer(Self.phrase(tune), kind: .counterpoint, seed: seed)
        let practice = try #require(answer.practice())
        var scores = [answer.piece.score.total]
        for _ in 0..<3 where practice.improve() { scores.append(practice.piece.score.total) }
        #expect(scores == scores.sorted())
        betterCount += scores.count > 1 ? 1 : 0
      }
    }
    #expect(betterCount >= 2)
  }

  @Test func aSecondVoiceLiesBelow() throws {
    let answer = try PhraseAnswer(Self.phrase(Self.tune), kind: .counterpoint, voices: 2, seed: 1)
    #expect(answer.piece.parts.count == 3)
  }

  @Test(arguments: tunes) func aContinuationStaysInKeyAndRegister(_ tune: String) throws {
    let phrase = try Self.phrase(tune)
    let answer = try PhraseAnswer(phrase, kind: .continuation, seed: 5)
    let piece = answer.piece
    let melody = piece.parts[0].notes.map { $0.degree + piece.lowestNote.number }
    let keys = phrase.notes.map(\.degree)
    let (low, high) = (keys.min() ?? 0, keys.max() ?? 0)
    #expect(melody.count >= 2)
    #expect(melody.allSatisfy { low - 12 <= $0 && $0 <= max(high, low + 12) + 7 })
    #expect(piece.parts.allSatisfy { part in part.notes.allSatisfy { $0.onset >= 0 && $0.end <= piece.stepCount } })
    #expect(piece.stepCount % piece.stepsPerBar == 0 && piece.stepCount >= 2 * piece.stepsPerBar)
    let scale = MelodyFit.scale(try MelodyText.read(tune))
    #expect(piece.key == KeySignature(tonic: scale.tonic, mode: scale.kind == .major ? .major : .minor))
    // It ends at home.
    let bass = (piece.parts[1].notes.last?.degree ?? 0) + piece.lowestNote.number
    #expect(bass % 12 == scale.tonic, "\(bass) \(melody) \(piece.parts[1].notes)")
  }

  @Test(arguments: tunes) func aSongIsBuiltOnTheTheme(_ tune: String) throws {
    let phrase = try Self.phrase(tune)
    let answer = try PhraseAnswer(phrase, kind: .theme, seed: 7)
    let piece = answer.piece
    #expect(piece.parts.count == 4 && piece.bars.count == 32)
    let line = try MelodyText.read(tune)
    let begin = piece.parts[0].notes.prefix(line.notes.count)
    let shift = (begin.first?.degree ?? 0) + piece.lowestNote.number - line.notes[0].key
    #expect(shift % 12 == 0)
    #expect(begin.map { $0.degree + piece.lowestNote.number - shift } == line.notes.map(\.key))
    #expect(begin.map(\.onset) == line.notes.map(\.onset))
    // Its other bars know it: the plan refers to the theme's.
    let bars = (line.end + 7) / 8
    #expect(piece.song?.plan.bars.dropFirst(bars).contains { ($0.reference ?? 99) < bars } == true)
  }

  @Test func theSameSeedGivesTheSame() throws {
    for kind in [PlaybackConfiguration.Answer.Kind.counterpoint, .continuation, .theme] {
      let pieces = try (0..<2).map { _ in try PhraseAnswer(Self.phrase(Self.tune), kind: kind, seed: 9).piece }
      #expect(pieces[0].parts == pieces[1].parts)
    }
  }

  @Test func whatIsOddIsSaidInWords() throws {
    let short = try PhraseAnswer(Self.phrase("C4:2 E4:2 G4:4"), kind: .counterpoint, seed: 1)
    #expect(short.remarks == ["the melody is a bar long: it is taken twice"])
    for kind in [PlaybackConfiguration.Answer.Kind.continuation, .theme] {
      let answer = try PhraseAnswer(Self.phrase("C4:2 E4:2 G4:4"), kind: kind, seed: 1)
      #expect(answer.remarks == ["the melody is a bar long: it is taken twice"])
      #expect(answer.piece.bars.count == (kind == .theme ? 32 : 2))
    }
    let waltz = try #require(Meter("3/4"))
    let three = try PhraseAnswer(
      Self.phrase("C4:2 E4:2 G4:2 C5:6 B4:2 A4:2 B4:2 C5:6", meter: waltz), kind: .continuation, seed: 1)
    #expect(three.remarks.isEmpty && three.piece.meter == waltz && three.piece.stepCount == 24)
    #expect(throws: PhraseQuantizer.Refusal.self) {
      try PhraseAnswer(Self.phrase("C1:4 C7:4"), kind: .continuation, seed: 1)
    }
    #expect(throws: PhraseQuantizer.Refusal.self) { try PhraseQuantizer.Phrase(text: "C4 H9") }
    #expect(throws: PhraseQuantizer.Refusal.self) { try PhraseQuantizer.Phrase(file: [1, 2, 3, 255]) }
  }

  /// Eight bars are the most that a song begins with.
  @Test func ofALongMelodyAPartIsUsed() throws {
    let text = Array(repeating: "C4:4 E4:4 G4:4 E4:4 F4:4 D4:4 C4:8", count: 5).joined(separator: " ")
    let answer = try PhraseAnswer(Self.phrase(text), kind: .continuation, seed: 1)
    #expect(answer.remarks == ["the melody has 20 bars: its last 8 are used"])
    #expect(answer.piece.bars.count == 8)
  }
}
