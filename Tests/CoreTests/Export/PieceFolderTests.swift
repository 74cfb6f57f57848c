import Foundation
import Testing

@testable import Core

@Suite struct PieceFolderTests {
  static func piece() throws -> Piece {
    var settings = PerformanceSettings()
    settings.stepSeconds = 0.35
    settings.velocity = 63.7
    settings.volume = ConfigurationNumber(integer: 1)
    settings.effects = #"[{"name": "tremolo", "frequency": 6}]"#
    return Piece(
      roll: try #require(PianoRoll(rowTexts: ["0110", "1111"])), settings: settings,
      score: ScoreBreakdown(entries: [
        .init(rule: "noncyclicity", raw: 1.0 / 3, coefficient: 250), .init(rule: "lines", raw: -12, coefficient: 1),
      ]),
      provenance: Provenance(seed: .max, population: 100, episode: 2, configurationDigest: "abc"))
  }

  private static let silent: @Sendable (Piece, String) throws -> [String] = { _, _ in [] }

  @Test func readsWhatItWrites() throws {
    let folder = try TemporaryFolder()
    var piece = try Self.piece()
    piece.tuning = Tuning.equal(divisions: 19).rooted(at: 261)
    let written = try PieceFolder.write(piece, to: folder.path, at: Timestamp(Date()), audio: Self.silent)
    #expect(written.warnings.isEmpty)
    let read = try PieceFolder.read(written.path)
    #expect(read.roll == piece.roll)
    #expect(read.parts == piece.parts && read.tempo == piece.tempo && read.stepCount == piece.stepCount)
    #expect(read.tuning == piece.tuning && read.lowestNote == piece.lowestNote && read.isRoll)
    #expect(read.score == piece.score)
    #expect(read.provenance == piece.provenance)
  }

  @Test func theSamePieceIsTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let paths = try (0..<2).map { _ in
      try PieceFolder.write(
        Self.piece(), to: folder.path, at: Timestamp(Date(timeIntervalSince1970: 1e9)), audio: Self.silent
      ).path
    }
    #expect(Set(paths).count == 2)
    let names = OutputFolder.entries(paths[0])
    #expect(names == ["music.mid", "piano_roll.svg", "piano_roll.tsv", "piece.json", "sinethesizer_events.tsv"])
    #expect(names == OutputFolder.entries(paths[1]))
    for name in names {
      #expect(
        FileManager.default.contents(atPath: paths[0] + "/" + name)
          == FileManager.default.contents(atPath: paths[1] + "/" + name))
    }
  }

  @Test func notesThatMIDICannotNameAreAWarning() throws {
    let folder = try TemporaryFolder()
    var piece = try Self.piece()
    piece.lowestNote = try #require(MIDIKey(127))
    let written = try PieceFolder.write(piece, to: folder.path, at: Timestamp(Date()), audio: Self.silent)
    #expect(written.warnings == ["music.mid: 1 notes left out, their keys lie outside 0...127"])
  }

  @Test func audioGoesIntoTheSameFolderOrThereIsNone() throws {
    struct Failure: Error {}
    let folder = try TemporaryFolder()
    #expect(throws: Failure.self) {
      try PieceFolder.write(Self.piece(), to: folder.path, at: Timestamp(Date())) { _, _ in throw Failure() }
    }
    #expect(folder.names.isEmpty)
    let written = try PieceFolder.write(Self.piece(), to: folder.path, at: Timestamp(Date())) { _, path in
      try OutputFolder.write([1], to: path + "/music.wav")
      return ["music.wav: limited"]
    }
    #expect(written.warnings == ["music.wav: limited"])
    #expect(OutputFolder.entries(written.path).contains("music.wav"))
  }

  @Test func missingAndMalformedFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError(.noInput, path: "\(folder.path)/piece.json", reason: "No such file or directory")) {
      try PieceFolder.read(folder.path)
    }
    _ = folder.file("piece.json", PieceJSONTests.firstVersion)
    #expect(throws: FileError(.noInput, path: "\(folder.path)/piano_roll.tsv", reason: "No such file or directory")) {
      try PieceFolder.read(folder.path)
    }
    let json = folder.file("piece.json", "{\n\"format\": ")
    #expect(throws: DataError(file: json, line: 2, reason: "no JSON: it ends too early")) {
      try PieceFolder.read(folder.path)
    }
  }

  @Test(arguments: [0, 1.5, 1e9, -1e9, -1e300, 1e300])
  func timestampsAreSortable(seconds: Double) {
    let stamp = Timestamp(Date(timeIntervalSince1970: seconds))
    let next = stamp.advanced(byMicroseconds: 1)
    #expect(stamp.description.utf8.count == 26)
    #expect(stamp.description < next.description)
  }
}
