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

  @Test func partsHaveTheirInstrumentsAndNames() {
    var piece = TestParts.trio
    piece.parts[0].effects = #"[{"name": "tremolo"}]"#
    piece.parts[1].location = ConfigurationNumber(integer: 0)
    let lines = EventsTSV.text(of: piece).split(separator: "\n").map(String.init)
    #expect(lines[0] == EventsTSV.partsHeader)
    #expect(lines.count == 1 + piece.notes.count)
    let panning = #"{"name": "panning", "left_amplitude_ratio": 1.0, "right_amplitude_ratio": 0.5}"#
    #expect(
      lines[1] == "default_timbre\t0.0\t0.5\tA4\t0.2\t" + #"[{"name": "tremolo"}, "# + panning + "]\tsoprano")
    #expect(
      lines[2]
        == "other\t0.5\t1.5\tD2\t0.2\t"
        + #"[{"name": "panning", "left_amplitude_ratio": 0.5, "right_amplitude_ratio": 1.0}]"# + "\tbass")
    #expect(lines[3] == "default_timbre\t0.5\t1.5\tD4\t0.2\t\tcantus_firmus")
  }

  @Test func emptyRollHasOnlyTheHeader() {
    let piece = Piece(
      roll: PianoRoll(rowCount: 1, stepCount: 2), settings: PerformanceSettings(), score: ScoreBreakdown(entries: []),
      provenance: nil)
    #expect(EventsTSV.text(of: piece) == EventsTSV.header + "\n")
  }
}
