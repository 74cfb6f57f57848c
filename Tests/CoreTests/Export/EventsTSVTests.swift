import Testing

@testable import Core

@Suite struct EventsTSVTests {
  @Test(arguments: GoldenSound.ids)
  func golden(id: String) throws {
    let golden = try GoldenSound(id)
    #expect(EventsTSV.text(of: golden.piece) == golden.eventsText)
  }

  @Test(arguments: [
    (0.0, "0.0"), (1, "1.0"), (0.1 + 0.2, "0.30000000000000004"), (1e-4, "0.0001"), (1e-5, "1e-05"),
    (1.5e-7, "1.5e-07"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
    (12_345_678_901_234_568, "1.2345678901234568e+16"),
    (-17e15, "-1.7e+16"), (1e22, "1e+22"), (123456.789, "123456.789"),
  ])
  func numbers(value: Double, text: String) {
    #expect(EventsTSV.number(value) == text)
  }

  @Test func frequenciesWithoutAName() {
    #expect(EventsTSV.frequency(Pitch(key: 20), tuning: .twelveToneEqual) == "25.956543598746574")
    #expect(EventsTSV.frequency(Pitch(key: 21), tuning: .twelveToneEqual) == "A0")
    #expect(EventsTSV.frequency(Pitch(key: 108), tuning: .twelveToneEqual) == "C8")
    #expect(EventsTSV.frequency(Pitch(key: 109), tuning: .twelveToneEqual) == "4434.922095629953")
    let tuning = Tuning(name: "2edo", degreesInCents: [0, 600], periodInCents: 1200)
    #expect(EventsTSV.frequency(Pitch(key: 69), tuning: tuning) == "440.0")
  }

  @Test func emptyRollHasOnlyTheHeader() {
    let piece = Piece(
      roll: PianoRoll(rowCount: 1, stepCount: 2), settings: PerformanceSettings(), score: ScoreBreakdown(entries: []),
      provenance: nil)
    #expect(EventsTSV.text(of: piece) == EventsTSV.header + "\n")
  }
}
