import Testing

@testable import Core

/// The pickup before a song's first bar.
@Suite struct SongUpbeatTests {
  private static func pieces(_ keys: String, count: Int = 3) throws -> [Piece] {
    SongTests.pieces(try SongTests.configuration("piece: {bars: 8, \(keys)}"), count: count)
  }

  @Test(arguments: [("4/4", 3), ("3/4", 2), ("6/8", 2), ("2/4", 1)])
  func theMelodyBeginsAlone(meter: String, upbeat: Int) throws {
    for piece in try Self.pieces("meter: \(meter), plan: {upbeat: \(upbeat)}") {
      let song = try #require(piece.song)
      #expect(piece.pickupSteps == upbeat && song.plan.upbeat == upbeat && song.upbeat.lanes.count == upbeat)
      #expect(piece.stepCount == upbeat + 8 * piece.stepsPerBar && piece.bars.count == 9)
      #expect(piece.parts[0].notes.first?.onset == 0)
      // What sounds before the first bar is the melody, and ends with it: everybody begins there.
      #expect(piece.parts.dropFirst().allSatisfy { $0.notes.allSatisfy { $0.onset >= upbeat } })
      #expect(piece.parts[0].notes.contains { $0.onset == upbeat })
      #expect(piece.parts[0].notes.filter { $0.onset < upbeat }.reduce(0) { $0 + $1.duration } == upbeat)
      #expect(song.lanes.allSatisfy { $0.count == 8 * piece.stepsPerBar })
    }
  }

  @Test func itIsDrawnAndHasToFit() throws {
    let drawn = try Self.pieces("meter: 6/8, plan: {upbeat: auto}", count: 24).map(\.pickupSteps)
    #expect(Set(drawn) == [0, 1, 2])
    #expect(try Self.pieces("plan: {upbeat: null}", count: 1)[0].pickupSteps == 0)
    #expect(try Self.pieces("meter: 2/4, plan: {upbeat: 3}", count: 1)[0].pickupSteps == 1)
    #expect(throws: ConfigurationError.self) { try SongTests.configuration("piece: {plan: {upbeat: 4}}") }
    #expect(throws: ConfigurationError.self) { try SongTests.configuration("piece: {plan: {upbeat: soon}}") }
  }

  @Test func theThemeComesBackWithIt() throws {
    let configuration = try SongTests.configuration("piece: {plan: {form: A B A, upbeat: 2}}")
    var before = 0
    for seed in 0..<40 {
      let plan = SongPlanner.plan(
        configuration.plan, world: configuration.worlds[0], random: RandomSource(key: UInt64(seed)))
      let home = try #require(plan.sections.last?.first)
      let phrase = plan.phrase(ofBar: home - 1)
      #expect(phrase.lead == (phrase.arrival == 0 ? 2 : 0))
      before += phrase.lead
    }
    #expect(before > 0)
  }

  @Test func itIsWrittenScoredAndReadBack() throws {
    for var piece in try Self.pieces("plan: {upbeat: 2}") {
      piece.song?.configuration = "environment: {kind: song}\npiece: {bars: 8, plan: {upbeat: 2}}\n"
      let text = PieceJSON.text(piece, programVersion: "test")
      let read = try PieceJSON.parse(Array(text.utf8), roll: nil, file: "piece.json")
      #expect(read.song == piece.song && read.pickupSteps == 2)
      let study = try SongStudy(read, file: "piece.json")
      let total = study.score.bars.reduce(0) { $0 + $1.reduce(0, +) }
      #expect(abs(total - piece.score.total) < 1e-3)
      #expect(MusicXML.text(piece, programVersion: "test").contains("<measure number=\"0\" implicit=\"yes\">"))
      // Phrases, harmony and dynamics are where they are heard.
      let analysis = study.world.analysis(of: try #require(read.song))
      #expect(analysis.phrases.first?.lowerBound == 0 && analysis.phrases.last?.upperBound == piece.stepCount)
      #expect(analysis.dynamics.dropFirst().allSatisfy { ($0.step - 2) % piece.stepsPerBar == 0 })
    }
  }

  @Test func aPickupThatCannotBeIsRefused() throws {
    var piece = try #require(try Self.pieces("plan: {upbeat: 2}", count: 1).first)
    piece.song?.configuration = "environment: {kind: song}\npiece: {bars: 8, plan: {upbeat: 2}}\n"
    let text = PieceJSON.text(piece, programVersion: "test")
    let lanes = try #require(piece.song?.upbeat.lanes).map(String.init).joined(separator: ", ")
    for (old, new) in [
      ("\"lanes\": [\(lanes)]", "\"lanes\": [\(lanes), 3]"), ("\"pickup_in_steps\": 2", "\"pickup_in_steps\": 7"),
    ] {
      #expect(text.contains(old))
      #expect(throws: DataError.self) {
        try PieceJSON.parse(Array(text.replacing(old, with: new).utf8), roll: nil, file: "piece.json")
      }
    }
    // A rhythm that begins later than the pickup does.
    piece.song?.upbeat.rhythm = 12
    #expect(throws: DataError.self) { try SongStudy(piece, file: "piece.json") }
  }

  @Test func aThemeTakesItAlong() throws {
    var piece = try #require(try Self.pieces("plan: {upbeat: 3}", count: 1).first)
    piece.song?.configuration = "environment: {kind: song}\npiece: {bars: 8, plan: {upbeat: 3}}\n"
    let study = try SongStudy(piece, file: "piece.json")
    var change = SongVariation.Change()
    change.meter = "6/8"
    let variation = try SongVariation(
      of: study, keeping: [.theme], change: change, parentName: "parent", overlayFile: "vary")
    let weights = [Float](repeating: 0, count: variation.environment.weightCount)
    let varied = variation.compose(weights: weights, seed: 1, number: 0, population: 0)
    #expect(varied.pickupSteps == 2)  // all that the meter has room for
    #expect(varied.parent?.kept == ["theme"] && varied.song?.tonic == piece.song?.tonic)
    let here = try SongVariation(
      of: study, keeping: [.theme], change: .init(), parentName: "parent", overlayFile: "vary"
    ).compose(weights: weights, seed: 1, number: 0, population: 0)
    func pickup(_ piece: Piece) -> [Int] { piece.parts[0].notes.filter { $0.onset < 3 }.map(\.degree) }
    #expect(pickup(here) == pickup(piece))
  }
}
