import Foundation
import Testing

@testable import Core

/// Songs that were written down, read back, explained and varied.
@Suite struct SongStudyTests {
  static func configuration(_ text: String = "piece: {bars: 16, tempo: 90}") throws -> Configuration {
    try Configuration(text: text, file: "test")
  }

  static func piece(_ configuration: Configuration, seed: UInt64 = 3) throws -> Piece {
    let song = try #require(configuration.song)
    return try #require(SongTests.pieces(song, count: 1, seed: seed).first)
  }

  static func readBack(_ piece: Piece) throws -> Piece {
    let text = PieceJSON.text(piece, programVersion: "test")
    return try PieceJSON.parse(Array(text.utf8), roll: nil, file: "piece.json")
  }

  @Test(arguments: Style.songNames) func recordIsReadBackWhole(_ style: String) throws {
    let configuration = try Configuration(text: "", file: "t", style: Style.named(style))
    let piece = try Self.piece(configuration)
    let again = try Self.readBack(piece)
    #expect(again.song == piece.song)
    #expect(PieceJSON.text(again, programVersion: "test") == PieceJSON.text(piece, programVersion: "test"))
    // Its configuration is the one it came from.
    let own = try Configuration(text: try #require(again.song).configuration, file: "own")
    #expect(own.digest == configuration.digest)
    // What it is said to be worth is what its notes are worth.
    let study = try SongStudy(again, file: "piece.json")
    #expect(study.score.bars.count == piece.song?.plan.bars.count)
    let total = study.score.bars.reduce(0) { $0 + $1.reduce(0, +) }
    #expect(abs(total - piece.score.total) < 1e-3)
    #expect(study.score.faults.reduce(0, +) == piece.song?.faults)
  }

  @Test func reportSaysWhatEveryBarEarned() throws {
    let piece = try Self.piece(Self.configuration())
    let report = SongReport(try SongStudy(piece, file: "x"), file: "x")
    guard case .object(let members) = report.json,
      case .array(let bars) = members.first(where: { $0.key == "bars" })?.value
    else { throw DataError(file: "x", reason: "no bars") }
    #expect(bars.count == 16)
    #expect(report.table.split(separator: "\n").count > 16 + SongRuleRegistry.rules.count)
    #expect(report.table.contains("likeness") && report.table.contains(piece.song?.chordNames[0] ?? "?"))
    // By twice the coefficients it is worth twice as much.
    let text = "environment: {scoring_coefs: {steps: 2}}\npiece: {bars: 16, tempo: 90}"
    let other = try #require(try Self.configuration(text).song)
    let twice = try SongStudy(piece, file: "x").score(by: other)
    let once = try SongStudy(piece, file: "x").score
    let own = try #require(try Self.configuration().song).coefficients["steps"] ?? 1
    for (a, b) in zip(once.bars, twice.bars) { #expect(abs(a[0] * 2 / own - b[0]) < 1e-3) }
  }

  @Test func hostileRecordsAreRefused() throws {
    let piece = try Self.piece(Self.configuration())
    let text = PieceJSON.text(piece, programVersion: "test")
    for (old, new) in [
      ("\"climax_lane\": ", "\"climax_lane\": 9"), ("\"span_starts\": [", "\"span_starts\": [9, "),
      ("\"tonic\": ", "\"tonic\": 1"), ("\"relation\": \"exact\"", "\"relation\": \"same\""),
      ("\"first_bar\": 0", "\"first_bar\": 1"), ("\"cadence\": \"", "\"cadence\": \"x"),
      ("\"configuration\": \"", "\"configuration\": \"bars: 1\\n"), ("\"faults\": ", "\"faults\": -1"),
    ] {
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text, "\(old)")
      #expect(throws: (any Error).self, "\(old)") {
        let read = try PieceJSON.parse(Array(changed.utf8), roll: nil, file: "piece.json")
        _ = try SongStudy(read, file: "piece.json")
      }
    }
    // Notes beyond what its parts can have.
    var other = piece
    for part in 0..<4 { other.song?.lanes[part] = Array(repeating: 31, count: piece.stepCount) }
    #expect(throws: DataError.self) { try SongStudy(other, file: "x") }
    other = piece
    other.song?.lanes[0] = Array(repeating: -1, count: piece.stepCount)
    #expect(throws: DataError.self) { try SongStudy(other, file: "x") }
    other = piece
    other.song = nil
    #expect(throws: DataError.self) { try SongStudy(other, file: "x") }
  }

  // MARK: Variations

  private func vary(
    _ piece: Piece, keeping kept: [String] = [], _ change: SongVariation.Change = .init(), seed: UInt64 = 1,
    isTrained: Bool = false
  ) throws -> Piece {
    let study = try SongStudy(piece, file: "parent")
    let variation = try SongVariation(
      of: study, keeping: try kept.map { try SongKeep($0, of: study) }, change: change, parentName: "parent",
      overlayFile: "vary")
    let nothing = [Float](repeating: 0, count: variation.environment.weightCount)
    let weights = isTrained ? try #require(variation.shippedPolicy) : nothing
    return variation.compose(weights: weights, seed: seed, number: 0, population: 0)
  }

  private func notes(_ piece: Piece, part: Int, bars: Range<Int>) -> [PartNote] {
    let steps = bars.lowerBound * piece.stepsPerBar..<bars.upperBound * piece.stepsPerBar
    return piece.parts[part].notes.filter { steps.contains($0.onset) }
  }

  @Test func themeStaysAndTheRestIsNew() throws {
    let piece = try Self.piece(Self.configuration())
    let theme = 0..<(piece.song?.plan.sections[0].count ?? 1)
    let varied = try vary(piece, keeping: ["theme"])
    let onsets = { (piece: Piece, part: Int, bars: Range<Int>) in
      self.notes(piece, part: part, bars: bars).map { [$0.onset, $0.degree] }
    }
    #expect(onsets(varied, 0, theme) == onsets(piece, 0, theme))
    #expect(varied.parts[1] != piece.parts[1] && varied.parts[3] != piece.parts[3])
    #expect(onsets(varied, 0, theme.upperBound..<16) != onsets(piece, 0, theme.upperBound..<16))
    #expect(varied.parent?.kept == ["theme"] && varied.parent?.name == "parent")
    #expect(varied.parent?.digest.count == 64)
    // Everything so made can be made something of, and is reproducible.
    let again = try vary(try Self.readBack(varied), keeping: ["theme"], seed: 9)
    #expect(onsets(again, 0, theme) == onsets(piece, 0, theme))
    #expect(try vary(piece, keeping: ["theme"]).parts == varied.parts)
    #expect(try vary(piece, keeping: ["theme"], seed: 2).parts != varied.parts)
  }

  @Test func sectionPartAndPlanStay() throws {
    let piece = try Self.piece(Self.configuration("piece: {bars: 16, tempo: 90, plan: {form: A B A}}"))
    let plan = try #require(piece.song).plan
    let middle = plan.sections[1].first..<plan.sections[1].first + plan.sections[1].count
    let section = try vary(piece, keeping: ["section=B"])
    for part in 0..<4 {
      #expect(
        notes(section, part: part, bars: middle).map { [$0.onset, $0.degree] }
          == notes(piece, part: part, bars: middle).map { [$0.onset, $0.degree] })
    }
    #expect(section.parts != piece.parts)
    let bass = try vary(piece, keeping: ["part=Bass"])
    #expect(bass.parts[3].notes.map { [$0.onset, $0.degree] } == piece.parts[3].notes.map { [$0.onset, $0.degree] })
    #expect(bass.parts[0] != piece.parts[0] && bass.song?.chords == piece.song?.chords)
    let new = try vary(piece, keeping: ["plan"])
    #expect(new.song?.plan.phrases == plan.phrases && new.song?.plan.bars == plan.bars)
    #expect(new.parts[0] != piece.parts[0])
    let study = try SongStudy(piece, file: "x")
    #expect(study.sectionNames == ["A", "B"])
    for word in ["section=C", "part=5", "part=Drums", "chorus", "", "part"] {
      #expect(throws: DataError.self) { try SongKeep(word, of: study) }
    }
  }

  @Test func transposedAndFaster() throws {
    let piece = try Self.piece(Self.configuration())
    var change = SongVariation.Change()
    change.transposition = 3
    change.tempo = 120
    let moved = try vary(piece, change)
    #expect(moved.parts.map(\.notes) == piece.parts.map(\.notes))
    #expect(moved.lowestNote.number == piece.lowestNote.number + 3)
    #expect(abs(moved.tempo.stepSeconds(at: 0) - 0.25) < 1e-9 && moved.seconds < piece.seconds)
    #expect(moved.key?.tonicName != piece.key?.tonicName && moved.key?.mode == piece.key?.mode)
    // And back, with something composed again.
    change.transposition = -3
    change.tempo = nil
    let back = try vary(try Self.readBack(moved), keeping: ["part=Melody"], change)
    #expect(back.lowestNote == piece.lowestNote)
    #expect(back.parts[0].notes.map(\.degree) == piece.parts[0].notes.map(\.degree))
    #expect(abs(back.tempo.stepSeconds(at: 0) - 0.25) < 1e-6)
    change.transposition = 24
    #expect(throws: ConfigurationError.self) { _ = try vary(try vary(piece, change), change) }
  }

  /// A tuning with a pitch of its own goes along, by whole steps of it.
  @Test func transposedInAnAnchoredTuning() throws {
    let text = "piece: {bars: 8}\ntuning: {equal: {divisions: 12}, reference_frequency: 432}"
    let piece = try Self.piece(Self.configuration(text))
    var change = SongVariation.Change()
    change.transposition = -3
    let moved = try vary(piece, change)
    func hertz(_ piece: Piece) -> [Double] {
      piece.parts.flatMap(\.notes).map { piece.pitch(ofDegree: $0.degree).frequency }
    }
    #expect(!piece.parts.flatMap(\.notes).isEmpty)
    for (old, new) in zip(hertz(piece), hertz(moved)) { #expect(abs(12 * log2(new / old) + 3) < 1e-6) }
  }

  @Test(arguments: ["waltz", "minor", "pastorale", "slendro", "bohlen-pierce", "chorale"])
  func themeGoesIntoAnotherStyle(_ style: String) throws {
    let piece = try Self.piece(Self.configuration())
    var change = SongVariation.Change()
    change.style = Style.named(style)
    let other = try vary(piece, change)
    let song = try #require(other.song)
    #expect(other.parent?.kept == ["theme"])
    let bars = min(song.plan.sections[0].count, piece.song?.plan.sections[0].count ?? 0)
    // The contour of the theme, note by note: most intervals go the same way.
    let (old, new) = (notes(piece, part: 0, bars: 0..<bars), notes(other, part: 0, bars: 0..<bars))
    #expect(new.count > old.count / 2)
    if piece.stepsPerBar == other.stepsPerBar {
      #expect(new.map(\.onset) == old.map(\.onset))
      let signs = { (notes: [PartNote]) in zip(notes, notes.dropFirst()).map { ($1.degree - $0.degree).signum() } }
      let equal = zip(signs(old), signs(new)).filter { $0 == $1 }.count
      #expect(Double(equal) > 0.6 * Double(old.count - 1))
    }
    _ = try SongStudy(try Self.readBack(other), file: "child")
  }

  @Test func themeGoesIntoAnotherMeter() throws {
    let piece = try Self.piece(Self.configuration())
    var change = SongVariation.Change()
    change.meter = "6/8"
    let other = try vary(piece, keeping: ["theme"], change)
    #expect(other.meter.description == "6/8" && other.stepsPerBar == 6)
    #expect(other.parts[0].notes.first?.onset == 0 || piece.parts[0].notes.first?.onset != 0)
    change.meter = "5/4"
    #expect(throws: ConfigurationError.self) { _ = try vary(piece, change) }
  }

  /// What stays has faults that nothing can mend. They are not paid for twice, and the plan is one that suits it.
  @Test(arguments: [("3/4", nil), (nil, "waltz"), (nil, "chorale")] as [(String?, String?)])
  func whatStaysHasFaultsOfItsOwnOnly(meter: String?, style: String?) throws {
    let configuration = try Configuration(text: "", file: "t", style: Style.named("song"))
    let pieces = SongTests.pieces(
      try #require(configuration.song), count: 4, weights: try #require(configuration.shippedPolicy))
    var change = SongVariation.Change()
    change.meter = meter
    change.style = style.flatMap { Style.named($0) }
    let faults = try pieces.map { try vary($0, keeping: ["theme"], change, isTrained: true).song?.faults ?? 99 }
    #expect(faults.reduce(0, +) <= 3, "\(faults)")
  }
}
