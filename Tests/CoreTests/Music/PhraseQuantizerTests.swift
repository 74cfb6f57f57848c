import Testing

@testable import Core

@Suite struct PhraseQuantizerTests {
  /// A melody of (steps, key), played at a tempo with the same small errors every time.
  private static func play(
    _ melody: [(steps: Int, key: Int)], bpm: Double, errorSeconds: Double = 0.015, seed: UInt64 = 1, ritard: Double = 0
  ) -> [PlayedNote] {
    var state = seed
    func error() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 33) / Double(1 << 30) - 1) * errorSeconds
    }
    var (time, notes) = (3.7, [PlayedNote]())
    var length = 15 / bpm
    for (steps, key) in melody {
      let duration = Double(steps) * length
      notes.append(PlayedNote(onset: time + error(), duration: 0.8 * duration + error(), key: key, velocity: 80))
      time += duration
      length *= 1 + ritard
    }
    return notes
  }

  private static let tune = [
    (4, 60), (4, 62), (2, 64), (2, 65), (4, 67), (6, 69), (2, 67), (4, 64), (1, 62), (1, 64), (2, 62), (8, 60),
  ]

  private static func steps(_ melody: [(Int, Int)]) -> [[Int]] {
    var onset = 0
    return melody.map { steps, key in
      defer { onset += steps }
      return [onset, key]
    }
  }

  @Test(arguments: [62.0, 68, 76, 88, 96, 110, 126, 150], [1, 2, 3] as [UInt64])
  func aPlayedMelodyIsFoundAgain(_ bpm: Double, _ seed: UInt64) throws {
    let phrase = try PhraseQuantizer.phrase(Self.play(Self.tune, bpm: bpm, seed: seed))
    #expect(phrase.notes.map { [$0.onset, $0.degree] } == Self.steps(Self.tune), "\(bpm)")
    #expect(abs(phrase.stepSeconds * 4 * bpm - 60) < 1.2)
    #expect(phrase.remarks.isEmpty)
    #expect(phrase.notes.dropLast().map(\.end) == phrase.notes.dropFirst().map(\.onset))
  }

  /// Slower than people tap, it is written in notes twice as long, unless somebody says how fast it is.
  @Test func aVerySlowMelodyIsTakenTwiceAsFast() throws {
    let slow = Self.play(Self.tune, bpm: 45)
    let phrase = try PhraseQuantizer.phrase(slow)
    #expect(phrase.notes.map { [$0.onset, $0.degree] } == Self.steps(Self.tune).map { [2 * $0[0], $0[1]] })
    let told = try PhraseQuantizer.phrase(slow, tempo: 45)
    #expect(told.notes.map { [$0.onset, $0.degree] } == Self.steps(Self.tune))
  }

  /// Long notes at a usual tempo stay long, as long as there are others.
  @Test(arguments: [66.0, 80, 96, 110]) func halfNotesStayHalfNotes(_ bpm: Double) throws {
    let melody = [(4, 60), (4, 62), (8, 64), (4, 65), (4, 67), (8, 69)]
    let phrase = try PhraseQuantizer.phrase(Self.play(melody, bpm: bpm))
    #expect(phrase.notes.map(\.onset) == [0, 4, 8, 16, 20, 24])
  }

  @Test func barsAreThoseOfTheMeter() throws {
    let notes = [(7.0, 1.0), (8, 1), (9, 1)].map { PlayedNote(onset: $0.0, duration: $0.1, key: 60, velocity: 90) }
    let meter = try #require(Meter("3/4"))
    let phrase = try PhraseQuantizer.phrase(notes, clock: .quarters(seconds: 0.5), meter: meter)
    #expect(phrase.notes.map(\.onset) == [4, 8, 12])
    #expect(phrase.beginning == 6 && phrase.barSteps == 12 && phrase.barCount == 2)
  }

  @Test func evenNotesAreQuarterNotesAtAUsualTempo() throws {
    for length in [0.4, 0.5, 0.6, 0.7, 0.9, 1.1] {
      let notes = (0..<8).map {
        PlayedNote(onset: Double($0) * length, duration: length, key: 60 + $0, velocity: 90)
      }
      let phrase = try PhraseQuantizer.phrase(notes)
      #expect(phrase.notes.map(\.duration) == Array(repeating: 4, count: 8), "\(length)")
    }
  }

  @Test func restsStay() throws {
    let notes = [(0.0, 0.5), (0.5, 0.5), (2.0, 0.5), (2.5, 1.0)].map {
      PlayedNote(onset: $0.0, duration: $0.1, key: 60, velocity: 90)
    }
    let phrase = try PhraseQuantizer.phrase(notes)
    #expect(phrase.notes.map(\.onset) == [0, 4, 16, 20])
    #expect(phrase.notes.map(\.duration) == [4, 4, 4, 8])
  }

  @Test func aClockSaysWhereTheBarIs() throws {
    // On the second quarter note of the fourth bar, a little late.
    let notes = [(13.03, 0.9), (14.02, 0.4), (14.51, 0.4), (14.98, 2)].map {
      PlayedNote(onset: $0.0, duration: $0.1, key: 60, velocity: 90)
    }
    let phrase = try PhraseQuantizer.phrase(notes, clock: .quarters(seconds: 0.6))
    #expect(phrase.notes.map(\.onset) == [4, 8, 10, 12])
    #expect(phrase.stepSeconds == 0.15)
  }

  @Test func chordsGiveTheirHighestNotes() throws {
    var notes: [PlayedNote] = []
    for beat in 0..<4 {
      for (late, key) in [60, 64, 67 + beat].enumerated() {
        let onset = 0.5 * Double(beat) + 0.01 * Double(2 - late)
        notes.append(PlayedNote(onset: onset, duration: 0.4, key: key, velocity: 90))
      }
    }
    let phrase = try PhraseQuantizer.phrase(notes)
    #expect(phrase.notes.map(\.degree) == [67, 68, 69, 70])
    #expect(phrase.remarks.count == 1)
  }

  @Test func whatIsNoMelodyIsRefusedInWords() {
    #expect(throws: PhraseQuantizer.Refusal(description: "no note was played")) { try PhraseQuantizer.phrase([]) }
    #expect(throws: PhraseQuantizer.Refusal(description: "one note is no melody: play at least two")) {
      try PhraseQuantizer.phrase([PlayedNote(onset: 0, duration: 1, key: 60, velocity: 1)])
    }
    #expect(throws: PhraseQuantizer.Refusal.self) {
      try PhraseQuantizer.phrase([PlayedNote(onset: .nan, duration: 1, key: 60, velocity: 1)])
    }
  }

  @Test func tenThousandNotesGiveTheLast() throws {
    let notes = (0..<10_000).map {
      PlayedNote(onset: Double($0) / 2, duration: 0.5, key: 40 + $0 % 40, velocity: 90)
    }
    let phrase = try PhraseQuantizer.phrase(notes)
    #expect(phrase.notes.count == PhraseQuantizer.mostNotes)
    #expect(phrase.notes.last?.degree == 40 + 9999 % 40)
    #expect(phrase.remarks.count == 1)
  }

  /// Whatever is played, what comes back is one voice on steps, or words.
  @Test(arguments: 1...30) func garbage(_ seed: Int) {
    var state = UInt64(seed)
    func draw() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 30) - 1
    }
    let scales = [1e-9, 0.01, 1, 100, 1e12]
    let notes = (0..<Int(abs(draw()) * 400)).map { _ in
      PlayedNote(
        onset: scales[Int(abs(draw()) * 4.99)] * draw(), duration: scales[Int(abs(draw()) * 4.99)] * draw(),
        key: Int(draw() * 200), velocity: Int(draw() * 300))
    }
    for clock in [PhraseQuantizer.Clock.seconds, .quarters(seconds: abs(draw()))] {
      guard let phrase = try? PhraseQuantizer.phrase(notes, clock: clock) else { continue }
      #expect(zip(phrase.notes, phrase.notes.dropFirst()).allSatisfy { $0.end <= $1.onset })
      #expect(phrase.notes.allSatisfy { $0.duration >= 1 && $0.onset >= 0 && (1...127).contains($0.velocity) })
      #expect(phrase.stepSeconds > 0 && phrase.stepCount <= PhraseQuantizer.mostSteps + 64)
    }
  }
}

@Suite struct PhraseTextTests {
  private func text(_ notes: [(Int, Int, Int)]) -> String {
    PhraseQuantizer.Phrase(
      notes: notes.map { PartNote(onset: $0.0, duration: $0.1, degree: $0.2, velocity: 90) }, stepSeconds: 0.125
    ).melodyText
  }

  @Test func notesAndRestsAreEighths() {
    #expect(text([(0, 8, 60), (8, 4, 66), (16, 2, 59)]) == "C4:4 F#4:2 r:2 B3:1")
    #expect(text([(2, 2, 60), (4, 4, 62)]) == "r:1 C4:1 D4:2")
  }

  @Test func ofSixteenthsThatShareAnEighthTheFirstStays() {
    #expect(text([(0, 1, 60), (1, 1, 62), (2, 1, 64), (3, 1, 65), (4, 4, 67)]) == "C4:1 E4:1 G4:2")
    #expect(text([]) == "")
  }
}
