import Testing

@testable import Core

@Suite struct PianoRollSVGTests {
  private static func piece(_ rows: [String], _ change: (inout Piece) -> Void = { _ in }) throws -> Piece {
    var piece = Piece(
      roll: try #require(PianoRoll(rowTexts: rows)), settings: PerformanceSettings(),
      score: ScoreBreakdown(entries: []), provenance: nil)
    change(&piece)
    return piece
  }

  @Test func theHigherRowIsAboveTheLower() throws {
    let document = try SVGDocument(PianoRollSVG.text(try Self.piece(["0010", "1100"])))
    // Cells 22 wide and 14 high from 72, 60 on; a note is 1 and 1.5 smaller on every side.
    #expect(document.paths("notes") == ["M73 75.5h42v11h-42zM117 61.5h20v11h-20z"])
    #expect(document.texts.filter { ["C#4", "C4"].contains($0) } == ["C#4", "C4"])
  }

  @Test func everyNoteIsOneRectangle() throws {
    let piece = try #require(try GoldenMIDI.read("01").piece)
    let notes = try SVGDocument(PianoRollSVG.text(piece)).paths("notes")
    #expect(notes.first?.split(separator: "z").count == piece.notes.count)
  }

  @Test func scoreSeedAndRulesStandAbove() throws {
    let piece = try Self.piece(["1"]) {
      $0.score = ScoreBreakdown(entries: [.init(rule: "lines", raw: -2.5, coefficient: 2)])
      $0.provenance = Provenance(seed: 42, population: 7, episode: 0, configurationDigest: "")
    }
    let texts = try SVGDocument(PianoRollSVG.text(piece)).texts
    #expect(texts[0] == "Score −5")
    #expect(texts[1] == "seed 42 · population 7 · piece 1 · 1 note · lowest C4 · 12edo · 0.5 s a beat")
    #expect(texts[2] == "lines −5")
  }

  @Test func barsAreNumbered() throws {
    let texts = try SVGDocument(PianoRollSVG.text(try Self.piece([String(repeating: "1", count: 9)]))).texts
    #expect(texts.filter { Int($0) != nil } == ["1", "2", "3"] + ["2", "3", "4", "2", "3", "4"])
  }

  @Test func partsHaveColoursAndGivenOnesAreHollow() throws {
    let document = try SVGDocument(PianoRollSVG.text(TestParts.trio))
    #expect(document.texts.contains("Cantus firmus (given)") && document.texts.contains("Soprano"))
    // Notes, and the legend's.
    let styles = ["notes", "notes part1 given", "notes part2"]
    #expect(styles.map { document.paths($0).count } == [2, 2, 2])
    for (style, part) in zip(styles, TestParts.trio.parts) {
      #expect(document.paths(style)[0].split(separator: "z").count == part.notes.count)
    }
    // A pickup of a quarter, three bars, two quarters of the last: five bars' lines and the end.
    #expect(document.paths("bar")[0].split(separator: "M").count == 6)
    #expect(document.texts.filter { Int($0) != nil }.prefix(4) == ["1", "2", "3", "4"])
  }

  @Test func hostileNamesAreEscaped() throws {
    let name = "</text><script>&\u{0}\u{FFFE}\""
    let piece = try Self.piece(["1"]) {
      $0.tuning = Tuning(name: name, degreesInCents: [0, 90], periodInCents: 1200)
    }
    let texts = try SVGDocument(PianoRollSVG.text(piece)).texts
    #expect(texts.contains { $0.contains("</text><script>&  \"") })
  }

  @Test func theLargestRollStaysAFileOfReasonableSize() throws {
    var roll = PianoRoll(rowCount: 256, stepCount: 4096)
    for step in 0..<4096 { for row in stride(from: step % 16, to: 256, by: 16) { roll[row, step] = true } }
    let piece = Piece(
      roll: roll, settings: PerformanceSettings(), score: ScoreBreakdown(entries: []), provenance: nil)
    let text = PianoRollSVG.text(piece)
    #expect(text.utf8.count < 3_000_000)
    #expect(try SVGDocument(text).paths("notes").count == 1)
  }
}
