import Core
import Foundation
import GRDB
import Testing

@testable import Daemon

/// What is put into the library is found again, whatever happens in between.
@Suite struct PieceLibraryTests {
  private let folder: TestFolder
  private let configuration: Core.Configuration

  init() throws {
    folder = try TestFolder()
    configuration = try testConfiguration()
  }

  @discardableResult
  private func add(_ library: PieceLibrary, count: Int, session: Int64? = nil) async throws -> [PieceRecord] {
    var pieces: [PieceRecord] = []
    for number in 0..<count {
      let piece = testPiece(configuration, seed: UInt64(number))
      let record = try library.write(piece, session: session, weights: nil, audio: configuration.audio)
      try await library.add(record)
      pieces.append(record)
    }
    return pieces
  }

  @Test func aPieceIsListedWithItsScores() async throws {
    let library = try folder.library()
    let added = try await add(library, count: 3, session: 7)
    let page = try await library.list(limit: 2)
    #expect(page.total == 3)
    #expect(page.pieces.map(\.id) == [added[2].id, added[1].id])
    let piece = try library.read(added[0])
    #expect(added[0].score == piece.score.total)
    #expect(added[0].scores.map(\.rule) == ["lines", "consonances"])
    #expect(added[0].bytes > 1000)
    var filter = PieceFilter()
    filter.session = 8
    #expect(try await library.list(filter).total == 0)
    #expect(try await library.piece(12345) == nil)
  }

  @Test func ratingsSurviveTheDatabase() async throws {
    var library: PieceLibrary? = try folder.library()
    let added = try await add(library!, count: 2, session: 1)
    _ = try await library!.rate(added[0].id, -1)
    let kept = try await library!.keep(added[1].id, true)
    #expect(kept?.isKept == true)
    library = nil
    for suffix in ["", "-wal", "-shm"] { unlink(folder.path + "/library.sqlite" + suffix) }
    let again = try folder.library()
    let pieces = try await again.list(limit: 10).pieces
    #expect(pieces.map(\.rating) == [0, -1])
    #expect(pieces.map(\.isKept) == [true, false])
    #expect(pieces.map(\.id) == [added[1].id, added[0].id])
    #expect(pieces.map(\.session) == [1, 1])
    // Whether the last session was over, nobody knows: the daemon looks.
    #expect(try await again.sessions().map(\.ended) == [nil])
  }

  @Test func aFolderWithoutARowGetsOneAndADeletedPieceStaysAway() async throws {
    var library: PieceLibrary? = try folder.library()
    let piece = testPiece(configuration, seed: 1)
    // Killed between folder and row.
    let record = try library!.write(piece, session: nil, weights: nil, audio: configuration.audio)
    let gone = try await add(library!, count: 1)[0]
    // Killed between the row's end and the folder's.
    try await library!.pool.write { db in
      try db.execute(sql: "INSERT INTO deletion VALUES (?)", arguments: [gone.folder])
      try db.execute(sql: "DELETE FROM piece WHERE id = ?", arguments: [gone.id])
    }
    library = nil
    library = try folder.library()
    #expect(try await library!.list().pieces.map(\.folder) == [record.folder])
    #expect(try FileManager.default.contentsOfDirectory(atPath: library!.output) == [record.folder])
  }

  @Test(arguments: ["garbage", "empty header", "torn"])
  func aDamagedDatabaseIsMovedAsideAndMadeAgain(_ damage: String) async throws {
    var library: PieceLibrary? = try folder.library()
    let added = try await add(library!, count: 2)
    try await library!.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    try library!.pool.close()
    library = nil
    let path = folder.path + "/library.sqlite"
    // What is in the log would come back.
    for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    switch damage {
    case "garbage":
      try Data("not a database, but long enough to be read as one by whoever tries".utf8).write(to: URL(filePath: path))
    case "empty header": try Data(count: 8192).write(to: URL(filePath: path))
    default:
      var bytes = try Data(contentsOf: URL(filePath: path))
      for index in 4096..<min(bytes.count, 40_000) { bytes[index] = 0xFF }
      try bytes.write(to: URL(filePath: path))
    }
    let again = try folder.library()
    #expect(Set(try await again.list().pieces.map(\.id)) == Set(added.map(\.id)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.contains(".corrupt-") })
  }

  @Test func retentionSparesWhatWasKept() async throws {
    let library = try folder.library()
    let added = try await add(library, count: 5)
    _ = try await library.keep(added[0].id, true)
    let retention = try testConfiguration("retention: {pieces: 2}").daemon.retention
    let gone = try await library.apply(retention)
    #expect(gone.map(\.id) == added[1...3].map(\.id))
    #expect(try await library.list().pieces.map(\.id) == [added[4].id, added[0].id])
    let age = try testConfiguration("retention: {days: 1}").daemon.retention
    #expect(try await library.apply(age).isEmpty)
    #expect(try await library.apply(age, now: Date() + 90_000).map(\.id) == [added[4].id])
    #expect(try FileManager.default.contentsOfDirectory(atPath: library.output) == [added[0].folder])
  }

  @Test func retentionByBytes() async throws {
    let library = try folder.library()
    let added = try await add(library, count: 6)
    _ = try await library.keep(added[1].id, true)
    // As if every piece had 400 kB.
    try await library.pool.write { db in try db.execute(sql: "UPDATE piece SET bytes = 400000") }
    let plenty = try testConfiguration("retention: {megabytes: 2.5}").daemon.retention
    #expect(try await library.apply(plenty).isEmpty)
    let little = try testConfiguration("retention: {megabytes: 1}").daemon.retention
    #expect(try await library.apply(little).map(\.id) == [0, 2, 3, 4].map { added[$0].id })
    #expect(try await library.list().pieces.map(\.id) == [added[5].id, added[1].id])
    // What is kept stays even if it alone is too much.
    _ = try await library.keep(added[5].id, true)
    try await library.pool.write { db in try db.execute(sql: "UPDATE piece SET bytes = 4000000") }
    #expect(try await library.apply(little).isEmpty)
  }

  @Test func aSecondDaemonIsRefusedByName() throws {
    let library = try folder.library()
    let error = #expect(throws: FileError.self) { try folder.library() }
    #expect("\(error!)".contains("process \(getpid())"))
    withExtendedLifetime(library) {}
  }

  @Test func numbersGrowWhenTheClockIsSetBack() throws {
    let library = try folder.library()
    let later = library.nextID(at: Date() + 1000)
    #expect(library.nextID(at: Date()) == later + 1)
  }

  /// Whatever stands in a folder's file, or came into the database from one: there is a number that follows.
  @Test(arguments: ["9223372036854775807", "9007199254740992", "-9223372036854775808", "0"])
  func numbersThatNothingCanFollowAreNone(_ number: String) async throws {
    let library = try folder.library()
    let added = try await add(library, count: 3, session: 1)
    for (piece, said) in zip(added, [#""id": \#(number)"#, #""id": 7, "session": \#(number)"#]) {
      let text = #"{\#(said), "time": 1700000000, "rating": 1, "is_kept": true}"#
      try Data(text.utf8).write(to: URL(filePath: "\(library.path(of: piece))/\(PieceSidecar.name)"))
      #expect(PieceSidecar.read(folder: library.path(of: piece)) == nil)
    }
    // No file has a time of its own in the year 292 billion, but some systems keep one.
    #expect(PieceLibrary.numbers.contains(library.nextID(at: Date(timeIntervalSince1970: 9e18))))
    let other = "\(folder.path)/other"
    mkdir(other, 0o755)
    #expect(try await PieceLibrary.rebuild(folder: other, output: library.output, notice: { _ in }) == 3)
    let rebuilt = try PieceLibrary(folder: other, output: library.output, access: .owner)
    #expect(try await rebuilt.list().pieces.allSatisfy { PieceLibrary.numbers.contains($0.id) })
    try await rebuilt.pool.write { db in
      try db.execute(sql: "UPDATE piece SET id = \(number), session = \(number) WHERE id = \(added[2].id)")
      try db.execute(sql: "INSERT OR IGNORE INTO session SELECT \(number), 0, 0, '0', NULL, 0, ''")
    }
    try await rebuilt.recover()
    #expect(PieceLibrary.numbers.contains(rebuilt.nextID(at: Date())))
    #expect(PieceLibrary.numbers.contains(rebuilt.newSession(seed: 1, origin: nil, configurationDigest: "").id))
  }

  /// Numbers, order and folders of pieces that a clock has dated wrongly, across a new start.
  @Test func piecesOfAClockThatIsSetBackStayInOrder() async throws {
    var library: PieceLibrary? = try folder.library()
    let now = Date()
    var ids: [Int64] = []
    for (number, time) in [now, now - 86_400, now - 86_400, now, now - 1e6].enumerated() {
      if number == 3 {
        library = nil
        library = try folder.library()
      }
      let record = try library!.write(
        testPiece(configuration, seed: UInt64(number)), session: 1, weights: nil, audio: configuration.audio, time: time
      )
      try await library!.add(record)
      ids.append(record.id)
    }
    #expect(ids == ids.sorted() && Set(ids).count == 5)
    let pieces = try await library!.list().pieces
    #expect(pieces.map(\.id) == ids.reversed())
    #expect(Set(pieces.map(\.folder)).count == 5)
    #expect(try await library!.verify().isEmpty)
    // What is too much goes in the order of the numbers, whatever the clock said.
    let retention = try testConfiguration("retention: {pieces: 2}").daemon.retention
    #expect(try await library!.apply(retention).map(\.id) == Array(ids.prefix(3)))
  }

  /// More pieces than are looked at together.
  @Test func manyFoldersGetRowsAndAreVerified() async throws {
    var library: PieceLibrary? = try folder.library()
    let template = try await add(library!, count: 1)[0]
    let path = library!.path(of: template)
    unlink("\(path)/\(PieceSidecar.name)")
    let count = PieceLibrary.batch * 2 + 7
    for number in 1..<count {
      let copy = "\(library!.output)/result_copy-\(number)"
      mkdir(copy, 0o755)
      for name in ["piece.json", "piano_roll.tsv"] { #expect(link("\(path)/\(name)", "\(copy)/\(name)") == 0) }
    }
    library = nil
    library = try folder.library()
    #expect(try await library!.totals().pieces == count)
    // The template lost its library.json before the row could say so.
    #expect(try await library!.verify().map(\.folder) == [template.folder])
    _ = try await library!.keep(template.id, true)
    #expect(try await library!.verify().isEmpty)
    try FileManager.default.removeItem(atPath: "\(library!.output)/result_copy-5")
    mkdir("\(library!.output)/result_strange", 0o755)
    #expect(Set(try await library!.verify().map(\.folder)) == ["result_copy-5", "result_strange"])
  }

  @Test func aHundredThousandPiecesAreListedQuickly() async throws {
    let library = try folder.library()
    let template = PieceRecord(
      testPiece(configuration, seed: 1), id: 1, time: Date(), session: 1, bytes: 1, folder: "")
    try await library.pool.write { db in
      try template.insert(db)
      try db.execute(
        sql: """
          WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < 100000)
          INSERT INTO piece (id, time, session, score, scores, tuning, seconds, bytes, folder)
          SELECT n, time + n, n % 1000, n * 7919 % 10007, scores, tuning, seconds, bytes, 'result_' || n
          FROM number, (SELECT * FROM piece)
          """)
    }
    var byScore = PieceFilter()
    byScore.order = .score
    var bySession = PieceFilter()
    bySession.session = 77
    #expect(try await library.list(offset: 50_000, limit: 100).pieces.count == 100)
    #expect(try await library.list(byScore, limit: 100).pieces.first?.score == 10_006)
    #expect(try await library.list(bySession).total == 100)
    // How quick that is, is a matter of the machine (scripts/bench-library); that nothing is sorted or searched for row by
    // row is not.
    for (filter, index) in [(PieceFilter(), ""), (byScore, "piece_score"), (bySession, "piece_session")] {
      let plan = try await library.pool.read { db in
        let (condition, arguments) = filter.condition
        return try Row.fetchAll(
          db, sql: "EXPLAIN QUERY PLAN SELECT * FROM piece \(condition) ORDER BY \(filter.orderSQL) LIMIT 50",
          arguments: arguments
        ).map { $0["detail"] as String }.joined(separator: "; ")
      }
      #expect(index.isEmpty || plan.contains(index), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
    }
  }
}
