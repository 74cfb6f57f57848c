import Testing

@testable import Core

@Suite struct PieceTests {
  @Test func aRollIsOnePartOfItsRuns() throws {
    var settings = PerformanceSettings()
    settings.velocity = 63.7
    settings.program = 9
    let roll = try #require(PianoRoll(rowTexts: ["0110", "1011"]))
    let piece = Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
    #expect(piece.isRoll && piece.roll == roll && piece.parts.count == 1 && piece.parts[0].program == 9)
    #expect(
      piece.parts[0].notes == [
        PartNote(onset: 0, duration: 1, degree: 0, velocity: 63),
        PartNote(onset: 1, duration: 2, degree: 1, velocity: 63),
        PartNote(onset: 2, duration: 2, degree: 0, velocity: 63),
      ])
    #expect(piece.notes.allSatisfy { $0.gain == 1 && $0.velocity == 63 })
    let short = piece.excerpt(steps: 3)
    #expect(short.roll.rowTexts == ["011", "101"] && short.stepCount == 3)
    #expect(short.parts[0].notes.map(\.end) == [1, 3, 3])
    #expect(piece.excerpt(steps: 4).roll == roll && piece.excerpt(steps: 9).roll == roll)
  }

  @Test func theRollOfAllParts() {
    let piece = TestParts.trio
    #expect(piece.degrees == 38...77)
    let roll = piece.roll
    #expect(roll.rowCount == 40 && roll.stepCount == 22)
    for note in piece.parts.flatMap(\.notes) {
      for step in note.onset..<note.end { #expect(roll[77 - note.degree, step]) }
    }
    #expect(roll.cellCount == piece.parts.flatMap(\.notes).reduce(0) { $0 + $1.duration })
    let empty = TestParts.piece([Part(name: "Silent")], steps: 5)
    #expect(empty.roll.rowCount == 1 && empty.roll.cellCount == 0 && empty.notes.isEmpty)
  }

  @Test func hugePiecesHaveTheLargestRoll() {
    let wide = TestParts.piece([Part(name: "Wide", notes: TestParts.notes("0 5000 -5000"))], steps: 100_000)
    #expect(wide.roll.rowCount == 256 && wide.roll.stepCount == 4096)
  }

  @Test func barsBeginAfterThePickup() {
    #expect(TestParts.trio.bars == [0..<2, 2..<8, 8..<14, 14..<20, 20..<22])
    var piece = TestParts.trio
    piece.pickupSteps = 0
    #expect(piece.bars == [0..<6, 6..<12, 12..<18, 18..<22])
    piece.meter = Meter(6, 8) ?? .common
    #expect(piece.stepsPerBar == 6 && piece.meter.beatSteps(perQuarter: 2) == 3)
  }

  @Test(arguments: ["4/4", "3/4", "6/8", "64/32", "1/1"]) func meters(text: String) {
    #expect(Meter(text)?.description == text)
  }

  @Test(arguments: ["", "4", "4/3", "0/4", "65/4", "4/4/4", "x/4", "4/64", "-3/4"]) func notMeters(text: String) {
    #expect(Meter(text) == nil)
  }
}
