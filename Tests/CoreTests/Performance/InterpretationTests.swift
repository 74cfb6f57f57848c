import Testing

@testable import Core

@Suite struct InterpretationTests {
  @Test func exactTimeWithoutRules() {
    var piece = TestParts.trio
    let exact = piece.notes
    #expect(exact.map(\.onsetTick) == exact.map { 110 * $0.onsetStep })
    #expect(exact.map(\.endTick) == exact.map { 110 * $0.endStep })
    #expect(exact.allSatisfy { $0.onsetSeconds == 0.25 * Double($0.onsetStep) && $0.gain == 1 })
    piece.interpretation = Interpretation(of: piece)
    #expect(piece.notes == exact)
  }

  @Test func notesInOrderOfTimeThenDegree() {
    let notes = TestParts.trio.notes
    for (a, b) in zip(notes, notes.dropFirst()) {
      #expect((a.onsetSeconds, a.degree) < (b.onsetSeconds, b.degree))
    }
  }

  @Test func deviationsAndTempo() throws {
    let piece = TestParts.performed()
    let map = try #require(piece.interpretation).tempo
    #expect(abs(piece.seconds - (8 * 0.25 + 6 * 0.24 + 6 * 0.3 + 2 * 0.4)) < 1e-12)
    for note in piece.notes {
      let number = try #require(piece.parts[note.part].notes.firstIndex { $0.onset == note.onsetStep })
      let sign = number % 2 == 0 ? 1.0 : -1.0
      let onset = map.seconds(ofStep: note.onsetStep)
      #expect(abs(note.onsetSeconds - max(0, onset + 0.003 * sign * Double(note.part))) < 1e-12)
      #expect(abs(note.durationSeconds - (map.seconds(ofStep: note.endStep) - onset - 0.035)) < 1e-12)
      #expect(abs(note.gain - pow10(1.5 * sign / 20)) < 1e-9)
      let nominal = Double(piece.parts[note.part].nominalVelocity)
      if note.part != 2 { #expect(abs(Double(note.velocity) - nominal * pow10(1.5 * sign / 40)) <= 0.5) }
      // The tick, by the tempos of the file, is the second.
      let timing = MIDITiming(piece)
      #expect(abs(Double(timing.nanoseconds(ofTick: note.onsetTick)) / 1e9 - note.onsetSeconds) < 0.000_4)
      #expect(
        abs(Double(timing.nanoseconds(ofTick: note.endTick)) / 1e9 - note.onsetSeconds - note.durationSeconds) < 0.000_4
      )
    }
  }

  @Test func velocitiesOfTheirOwnAreHeardInBothSounds() {
    var part = Part(name: "Part", notes: TestParts.notes("60"))
    part.notes[0].velocity = 50
    let note = TestParts.piece([part], steps: 1).notes[0]
    #expect(note.velocity == 50 && note.gain == 0.25)
  }

  @Test func shortNotesDoNotVanish() {
    var piece = TestParts.piece([Part(name: "Part", notes: TestParts.notes("60 62"))], steps: 2)
    piece.interpretation = Interpretation(of: piece)
    piece.interpretation?.deviations[0][0].durationSeconds = -10
    piece.interpretation?.deviations[0][1].onsetSeconds = -10
    piece.interpretation?.deviations[0][1].decibels = .infinity
    #expect(
      piece.notes[1].durationSeconds == Interpretation.shortestSeconds
        || piece.notes[0].durationSeconds == Interpretation.shortestSeconds)
    #expect(piece.notes.allSatisfy { $0.onsetSeconds >= 0 && $0.endTick > $0.onsetTick && $0.velocity == 100 })
  }

  private func pow10(_ x: Double) -> Double {
    let change = exponential(-abs(x) * 2.302585092994046)
    return x < 0 ? change : 1 / change
  }
}
