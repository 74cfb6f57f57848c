import Testing

@testable import Core

@Suite struct PerformanceRulesTests {
  /// Eight bars of eighths in 4/4 at 120 quarters a minute: a melody of steps and leaps over half notes.
  private static var piece: Piece {
    let melody = Part(
      name: "Melody", notes: TestParts.notes((0..<8).map { _ in "72 74 76 79 79 77 76 74" }.joined(separator: " ")))
    let bass = Part(
      name: "Bass", notes: TestParts.notes((0..<16).map { $0 % 2 == 0 ? "48:4" : "43:4" }.joined(separator: " ")))
    return TestParts.piece([melody, bass], steps: 64)
  }

  private static var analysis: ScoreAnalysis {
    var analysis = ScoreAnalysis()
    analysis.phrases = [0..<32, 32..<64]
    analysis.tonic = 60
    analysis.tonicChord = [60, 64, 67]
    analysis.harmonies = (0..<16).map { index in
      index % 2 == 0
        ? .init(step: 4 * index, root: 0, members: [0, 4, 7]) : .init(step: 4 * index, root: 7, members: [7, 11, 2])
    }
    return analysis
  }

  /// The interpretation by one rule alone, with its own k.
  private func played(_ rule: String, _ change: (inout PerformanceConfiguration) -> Void = { _ in }) throws
    -> Interpretation
  {
    var configuration = PerformanceConfiguration()
    for name in configuration.amounts.keys where name != rule { configuration.amounts[name] = 0 }
    change(&configuration)
    return try #require(configuration.interpretation(of: Self.piece, analysis: Self.analysis))
  }

  @Test func typedWithoutStyle() {
    var configuration = PerformanceConfiguration()
    configuration.style = .none
    #expect(configuration.interpretation(of: Self.piece, analysis: Self.analysis) == nil)
  }

  @Test(arguments: PerformanceRules.all.map { $0.name })
  func everyRuleDoesSomethingAndNothingForNoAmount(rule: String) throws {
    let exact = Interpretation(of: Self.piece)
    var analysis = Self.analysis
    analysis.subphrases = [0..<16, 16..<32, 32..<48, 48..<64]
    analysis.dynamics = [.init(step: 0, decibels: 0), .init(step: 63, decibels: 4)]
    var configuration = PerformanceConfiguration()
    for name in configuration.amounts.keys where name != rule { configuration.amounts[name] = 0 }
    #expect(configuration.interpretation(of: Self.piece, analysis: analysis) != exact)
    configuration.amounts[rule] = 0
    #expect(configuration.interpretation(of: Self.piece, analysis: analysis) == exact)
  }

  @Test func archSlowsBothEndsOfAPhrase() throws {
    let tempo = try played("phrase_arch").tempo
    for phrase in [0, 32] {
      let turn = tempo.stepSeconds(at: phrase + 9)
      #expect(tempo.stepSeconds(at: phrase) > 1.03 * turn)
    }
    #expect(tempo.stepSeconds(at: 31) > 1.1 * tempo.stepSeconds(at: 9))
    // How the piece ends is the final ritard's.
    #expect(tempo.stepSeconds(at: 63) == 0.25)
  }

  @Test func ritardEndsAtTheFinalTempo() throws {
    let tempo = try played("final_ritard").tempo
    // The last note begins at step 63; ten steps before it the tempo is still whole.
    #expect(tempo.stepSeconds(at: 52) == 0.25)
    #expect(abs(0.25 / tempo.stepSeconds(at: 63) - 0.62) < 1e-9)
    // v(1/2) = ((1 + 0.62^3) / 2)^(1/3) = 0.8524; between the two steps in the middle.
    let middle = 0.5 * (tempo.stepSeconds(at: 57) + tempo.stepSeconds(at: 58))
    #expect(abs(0.25 / middle - 0.8524) < 2e-3)
  }

  @Test func chargeIsThatOfTheTable() throws {
    let notes = try played("melodic_charge").deviations[0]
    // Over C: C 0, D 2; over G: G 0, F 3.5. The mean over all notes is taken away from both.
    #expect(abs(notes[1].decibels - notes[0].decibels - 0.2 * 2) < 1e-9)
    #expect(abs(notes[5].decibels - notes[4].decibels - 0.2 * 3.5) < 1e-9)
    let table = MelodicChargeTable(tuning: .twelveToneEqual, spectrum: Spectrum(.standard))
    #expect(table.charge(ofChord: [0, 4, 7], tonic: 60, tonicChord: [60, 64, 67]) == 0)
    #expect(abs(table.charge(ofChord: [7, 11, 2], tonic: 60, tonicChord: [60, 64, 67]) - 2) < 1e-9)
  }

  @Test func otherTuningsAreChargedByDissonance() {
    let tuning = Tuning.equal(divisions: 31)
    let table = MelodicChargeTable(tuning: tuning, spectrum: Spectrum(.standard))
    #expect(table.charge(5, above: 5) == 0 && table.charge(36, above: 5) == 0)
    let charges = (1..<31).map { table.charge($0, above: 0) }
    #expect(charges.min() == 0 && charges.max() == MelodicChargeTable.highest)
    #expect(table.charge(1, above: 0) > table.charge(18, above: 0))  // a diesis against a fifth
  }

  @Test func shortNotesSoftenAndLeapsDetach() throws {
    let contrast = try played("duration_contrast").deviations
    #expect(contrast[0][0].decibels < contrast[1][0].decibels)  // 250 ms against 1 s
    let leaps = try played("leap_articulation").deviations[0]
    #expect(leaps[0].durationSeconds == 0)  // a whole tone
    // A minor third of 250 ms: 8 * 3 * (0.3 + 0.3 * 150 / 600) = 9 ms.
    #expect(abs(leaps[2].durationSeconds + 0.009) < 1e-9)
    let repetitions = try played("repetition_articulation").deviations[0]
    #expect(abs(repetitions[3].durationSeconds + 0.035) < 1e-9 && repetitions[4].durationSeconds == 0)
  }

  @Test func phrasesBreathe() throws {
    let notes = try played("punctuation").deviations
    #expect(abs(notes[0][31].durationSeconds + 1.1 * 0.03) < 1e-9)
    #expect(notes[0][30].durationSeconds == 0 && notes[0][63].durationSeconds == 0)
    #expect(abs(notes[1][7].durationSeconds + 1.1 * 0.06) < 1e-9)
  }

  @Test func loudnessIsCentredAndTheMelodyLeads() throws {
    let interpretation = try #require(
      PerformanceConfiguration().interpretation(of: Self.piece, analysis: Self.analysis))
    let all = interpretation.deviations.flatMap { $0 }
    #expect(abs(all.reduce(0) { $0 + $1.decibels } / Double(all.count)) < 1e-9)
    #expect(interpretation.deviations[0].allSatisfy { $0.onsetSeconds == -0.012 })
    let noise = interpretation.deviations[1].map(\.onsetSeconds)
    #expect(Set(noise).count == noise.count && noise.allSatisfy { abs($0) < 0.024 })
  }

  @Test func anothersClockKeepsItsTempo() throws {
    var piece = Self.piece
    let played = try #require(PerformanceConfiguration().interpretation(of: piece, analysis: Self.analysis))
    piece.interpretation = played.inTempo(piece.tempo)
    #expect(piece.notes.allSatisfy { $0.onsetSeconds == 0.25 * Double($0.onsetStep) })
    #expect(Set(piece.notes.map(\.velocity)).count > 5)
    #expect(piece.notes.contains { $0.durationSeconds < 0.25 * Double($0.endStep - $0.onsetStep) - 0.005 })
  }

  @Test func samePieceSamePerformance() {
    let configuration = PerformanceConfiguration()
    #expect(
      configuration.interpretation(of: Self.piece, analysis: Self.analysis)
        == configuration.interpretation(of: Self.piece, analysis: Self.analysis))
  }

  @Test func oddPiecesArePlayed() {
    let configuration = PerformanceConfiguration()
    let pieces = [
      TestParts.piece([], steps: 1), TestParts.piece([Part(name: "Rest")], steps: 4), TestParts.quarterTones,
      TestParts.trio,
    ]
    for var piece in pieces {
      piece.interpretation = configuration.interpretation(of: piece, analysis: ScoreAnalysis())
      #expect(piece.notes.count == piece.parts.flatMap(\.notes).count)
      #expect(piece.notes.allSatisfy { $0.onsetSeconds >= 0 && $0.durationSeconds > 0 })
    }
  }
}
