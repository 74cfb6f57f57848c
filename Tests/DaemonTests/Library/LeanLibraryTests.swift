import Core
import Foundation
import GRDB
import Testing

@testable import Daemon

/// What a library keeps, and what it makes again.
@Suite(.timeLimit(.minutes(1))) struct LeanLibraryTests {
  private let folder: TestFolder
  private var configuration: Core.Configuration

  init() throws {
    folder = try TestFolder()
    configuration = try testConfiguration()
    configuration.audio.keepsFiles = false
  }

  private func add(_ library: PieceLibrary, seed: UInt64, rating: Int = 0) async throws -> PieceRecord {
    let piece = try library.write(
      testPiece(configuration, seed: seed), session: nil, weights: nil, timbres: configuration.timbres,
      audio: configuration.audio)
    try await library.add(piece)
    return rating == 0 ? piece : try #require(try await library.rate(piece.id, rating))
  }

  private func names(_ path: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: path))
  }

  @Test func whatIsMadeIsWhatWouldHaveBeenKept() async throws {
    let library = try folder.library()
    let lean = try await add(library, seed: 4)
    #expect(
      try names(library.path(of: lean)) == ["piano_roll.tsv", "piece.json", "library.json", PieceSoundPin.name])
    var keeping = configuration.audio
    keeping.keepsFiles = true
    let kept = try library.write(testPiece(configuration, seed: 4), session: nil, weights: nil, audio: keeping)
    let maker = PieceMaker(library: library)
    // The configuration's timbre is another one by now: the piece's own counts.
    let other = [
      "default_timbre": Timbre(
        name: "default_timbre", fundamental: .square,
        envelope: Envelope(unit: .seconds, attack: 0, decay: 0, sustainLevel: 1, release: 0), effects: [], overtones: []
      )
    ]
    let made = try await maker.withFiles(of: lean, timbres: other, audio: configuration.audio) { $0 }
    for name in PieceFolder.madeNames(of: try library.read(lean), audio: configuration.audio, options: FileOptions()) {
      let expected = try Data(contentsOf: URL(filePath: "\(library.path(of: kept))/\(name)"))
      #expect(try Data(contentsOf: URL(filePath: "\(made)/\(name)")) == expected, "\(name)")
    }
    #expect(try await maker.withFiles(of: lean, timbres: other, audio: configuration.audio) { $0 } == made)
  }

  @Test func theCacheIsSmall() async throws {
    let library = try folder.library()
    let maker = PieceMaker(library: library, byteLimit: 1)
    let first = try await maker.withFiles(of: add(library, seed: 1), timbres: [:], audio: configuration.audio) { $0 }
    let second = try await maker.withFiles(of: add(library, seed: 2), timbres: [:], audio: configuration.audio) { $0 }
    #expect(!FileManager.default.fileExists(atPath: first))
    #expect(FileManager.default.fileExists(atPath: second))
  }

  /// Whoever was given a folder has it, whatever others ask for meanwhile.
  @Test func whoReadsIsNotOvertaken() async throws {
    let library = try folder.library()
    let maker = PieceMaker(library: library, byteLimit: 1)
    var pieces: [PieceRecord] = []
    for seed in 1...6 { pieces.append(try await add(library, seed: UInt64(seed))) }
    let audio = configuration.audio
    try await withThrowingTaskGroup(of: OpenFile?.self) { group in
      for piece in pieces {
        group.addTask {
          try await maker.withFiles(of: piece, timbres: [:], audio: audio) { OpenFile(path: "\($0)/music.mid") }
        }
      }
      for try await file in group { #expect((file?.byteCount ?? 0) > 20) }
    }
  }

  @Test func aSoundfontThatIsGoneIsSaid() async throws {
    let path = "\(folder.path)/font.sf2"
    try Data("font".utf8).write(to: URL(filePath: path))
    let digest = try #require(SoundfontDigests.shared.digest(of: path))
    #expect(digest == SHA256.hexadecimal(Array("font".utf8)))
    let pin = PieceSoundPin(
      testPiece(configuration, seed: 1), timbres: [:], synthesizer: "fluidsynth",
      soundfont: .init(path: path, sha256: digest))
    #expect(pin.loss() == nil)
    try FileManager.default.removeItem(atPath: path)
    #expect(pin.loss()?.contains("no longer there") == true)
    try Data("another font".utf8).write(to: URL(filePath: path))
    #expect(pin.loss()?.contains("another one") == true)
  }

  @Test func whatWasLikedStaysAndANewLibraryHasALimit() async throws {
    let library = try folder.library()
    #expect(library.standardMegabytes == 2000)
    let liked = try await add(library, seed: 1, rating: 1)
    let disliked = try await add(library, seed: 2, rating: -1)
    _ = try await add(library, seed: 3)
    let retention = try testConfiguration("retention: {pieces: 1}").daemon.retention
    #expect(try await library.apply(retention).map(\.id).contains(disliked.id))
    #expect(try await library.piece(liked.id) != nil)
    #expect(try await library.totals().bytes == library.list().pieces.map(\.bytes).reduce(0, +))
  }

  @Test func anOldLibraryIsToldOnceAndLosesNothing() async throws {
    _ = try await add(try folder.library(), seed: 1)
    try FileManager.default.removeItem(atPath: "\(folder.path)/library_defaults.json")
    let lines = LineList()
    let again = try PieceLibrary(
      folder: folder.path, output: folder.path + "/pieces", access: .owner, news: "other pieces"
    ) { lines.add($0) }
    #expect(lines.all.count == 2 && lines.all[0].contains("before libraries had a limit"))
    #expect(lines.all.last == "other pieces")
    #expect(again.standardMegabytes == nil)
    #expect(try await again.apply(configuration.daemon.retention).isEmpty)
  }

  @Test func namesTagsAndNotesAreFound() async throws {
    let library = try folder.library()
    let piece = try await add(library, seed: 1)
    _ = try await add(library, seed: 2)
    #expect(piece.name.split(separator: " ").count >= 3)
    let labelled = try #require(
      try await library.label(piece.id, tags: ["rainy day", "100%", "rainy day"], note: "for the stairs"))
    #expect(labelled.tags == ["100%", "rainy day"] && labelled.name == piece.name)
    func found(_ text: String? = nil, tag: String? = nil) async throws -> [Int64] {
      var filter = PieceFilter()
      (filter.text, filter.tag) = (text, tag)
      return try await library.list(filter).pieces.map(\.id)
    }
    #expect(try await found(piece.name.uppercased()).contains(piece.id))
    #expect(try await found("STAIRS") == [piece.id])
    #expect(try await found(tag: "rainy day") == [piece.id])
    #expect(try await found(tag: "rainy").isEmpty)
    #expect(try await found("0%") == [piece.id])
    #expect(try await found("_").isEmpty)
    // The folder knows them too.
    #expect(try await library.verify().isEmpty)
    #expect(library.describe(folder: piece.folder)?.note == "for the stairs")
  }
}

/// Lines in their order.
final class LineList: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  var all: [String] { lock.withLock { lines } }

  func add(_ line: String) { lock.withLock { lines.append(line) } }
}
