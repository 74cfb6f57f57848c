import Testing

@testable import Core

/// Counterpoints that exist, scored again.
@Suite struct CounterpointStudyTests {
  private func study(_ piece: Piece, _ text: String) throws -> CounterpointStudy {
    try CounterpointStudy(piece, file: "p") { melody in
      let own = try Configuration(text: text, file: "c.yml").counterpoint
      if let own, own.task.melody == melody { return own }
      let fitted = try Configuration(text: text, file: "c.yml", melody: MelodyText.text(melody))
      return try #require(fitted.counterpoint)
    }
  }

  @Test(arguments: [
    ("piece: {tonic: C}", nil), ("piece: {parts: [above, below, above]}", nil),
    ("environment: {kind: counterpoint}", "D4 F4:4 r:4 E4:2 D4:6 G4 F4 E4 D4"),
  ])
  func whatWasComposedScoresAsItDidAndBreaksNothing(text: String, melody: String?) throws {
    let configuration = try #require(try Configuration(text: text, file: "c.yml", melody: melody).counterpoint)
    let lines = try CounterpointComposer(configuration).searched(seed: 4, moves: 500)
    let piece = configuration.piece(lines, provenance: nil)
    let study = try study(piece, text)
    #expect(study.score == piece.score && study.faults == [] && study.lines.count == lines.count)
    let report = CounterpointReport(study, file: "p")
    #expect(report.table.hasPrefix("p: \(study.lines[0].task.stepCount / 8) bars, 0 rules broken\n"))
    #expect(report.json.text.contains("\"total\": \(piece.score.total)"))
  }

  @Test func whatIsBrokenIsNamedWhereItIs() throws {
    let text = "piece: {cantus_firmus: [C4, D4, E4, D4, C4]}"
    let configuration = try #require(try Configuration(text: text, file: "c.yml").counterpoint)
    var piece = configuration.piece(
      try CounterpointComposer(configuration).searched(seed: 4, moves: 10), provenance: nil)
    // A bar of four repetitions, a skip into a dissonance and one out of it.
    piece.parts[1].notes = [(4, 4, 67), (8, 4, 69), (12, 4, 76), (16, 8, 76), (24, 8, 72), (32, 8, 72)].map {
      PartNote(onset: $0.0, duration: $0.1, degree: $0.2, velocity: 100)
    }
    let study = try study(piece, text)
    let bars = Dictionary(grouping: study.faults) { $0.step / 8 }
    #expect(bars[1]?.map(\.rule).contains("step_motion_to_dissonance") == true)
    #expect(bars[2]?.map(\.rule).contains("rhythmic_pattern_validity") == true)
    #expect(CounterpointReport(study, file: "p").table.contains("rhythmic_pattern_validity"))
    piece.parts[1].notes[1].degree = 70
    #expect(throws: DataError(file: "p", reason: "Counterpoint, bar 2: found A#4; allowed: notes of C major")) {
      try self.study(piece, text)
    }
    piece.parts[1].notes[1].onset = 9
    #expect(throws: DataError.self) { try self.study(piece, text) }
    piece.parts[0].isGiven = false
    #expect(throws: DataError.self) { try self.study(piece, text) }
  }
}
