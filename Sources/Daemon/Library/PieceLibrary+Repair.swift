internal import Core
internal import Foundation
internal import GRDB

/// What brings the database and the folders together.
extension PieceLibrary {
  static let folderPrefix = "result_"
  /// Pieces that are looked at together: bounds memory and the time that others wait for the database.
  static let batch = 50

  /// Finishes deletions, writes what is unsaved into the folders, makes rows for folders without one.
  func repair(_ db: Database) throws {
    for folder in try String.fetchAll(db, sql: "SELECT folder FROM deletion") {
      try removeFolder(folder)
      try db.execute(sql: "DELETE FROM deletion WHERE folder = ?", arguments: [folder])
    }
    for row in try Row.fetchAll(db, sql: "SELECT * FROM piece WHERE is_unsaved = 1") {
      saveSidecar(PieceRecord(row), db)
    }
    // Numbers that older releases took from anywhere are followed by none.
    let greatest = [Self.numbers.upperBound]
    reserve(
      try Int64.fetchOne(
        db, sql: "SELECT MAX(id) FROM piece WHERE id <= ?", arguments: StatementArguments(greatest)) ?? 0)
    let known = try Set(String.fetchAll(db, sql: "SELECT folder FROM piece"))
    let unknown = pieceFolders().filter { !known.contains($0) }
    // A commit for many: each waits for the disk.
    for start in stride(from: 0, to: unknown.count, by: Self.batch) {
      try db.inTransaction {
        for folder in unknown[start..<min(start + Self.batch, unknown.count)] {
          if let piece = describe(folder: folder) { try insert(piece, db) }
        }
        return .commit
      }
    }
    // Sessions that only their pieces know of. The newest may not have been over: it goes on, or ends at once.
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO session (id, started, ended, seed, populations, configuration_digest)
        SELECT session, MIN(time), CASE WHEN session < (SELECT MAX(session) FROM piece) THEN MAX(time) END,
          COALESCE(seed, '0'), COALESCE(MAX(population), 0), COALESCE(configuration_digest, '')
        FROM piece WHERE session > 0 AND session NOT IN (SELECT id FROM session) GROUP BY session
        """)
    // What was given once is not given again, not even if its session is gone.
    let sessions = "SELECT id FROM session UNION ALL SELECT seq FROM sqlite_sequence WHERE name = 'session'"
    reserve(
      session: try Int64.fetchOne(
        db, sql: "SELECT MAX(id) FROM (\(sessions)) WHERE id <= ?", arguments: StatementArguments(greatest)) ?? 0)
  }

  /// Inserts, with a number of its own if another piece has taken it.
  func insert(_ piece: PieceRecord, _ db: Database) throws {
    var piece = piece
    let isTaken = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM piece WHERE id = ?)", arguments: [piece.id])
    if isTaken == true { piece.id = nextID(at: Date()) }
    try piece.insert(db)
    reserve(piece.id)
    guard PieceSidecar.read(folder: path(of: piece)) != PieceSidecar(piece) else { return }
    try db.execute(sql: "UPDATE piece SET is_unsaved = 1 WHERE id = ?", arguments: [piece.id])
    saveSidecar(piece, db)
  }

  /// The folder says what the database says; if it cannot be written, it is tried again at the next repair.
  func saveSidecar(_ piece: PieceRecord, _ db: Database) {
    do {
      try OutputFile.replace("\(path(of: piece))/\(PieceSidecar.name)", with: PieceSidecar(piece).bytes)
      try db.execute(sql: "UPDATE piece SET is_unsaved = 0 WHERE id = ?", arguments: [piece.id])
    } catch {
      notice("not saved in the folder yet: \(error)")
    }
  }

  /// The names of the pieces' folders, sorted.
  func pieceFolders() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    return names.filter { $0.hasPrefix(Self.folderPrefix) }.sorted()
  }

  /// What a folder says of its piece; nil, with a notice, if it holds none.
  func describe(folder: String) -> PieceRecord? {
    let path = "\(output)/\(folder)"
    do {
      let piece = try PieceFolder.read(path)
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/piece.json")
      let modified = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      let sidecar = PieceSidecar.read(folder: path)
      let time = Date(timeIntervalSince1970: sidecar?.time ?? modified)
      var record = PieceRecord(
        piece, id: sidecar?.id ?? nextID(at: time), time: time, session: sidecar?.session,
        rating: sidecar?.rating ?? 0, isKept: sidecar?.isKept ?? false, bytes: byteCount(of: path), folder: folder)
      (record.tags, record.note) = (sidecar?.tags ?? [], sidecar?.note ?? "")
      return record
    } catch {
      notice("\(path) holds no piece: \(error)")
      return nil
    }
  }

  /// Bytes of the files in a folder.
  func byteCount(of path: String) -> Int64 {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.reduce(0) { sum, name in
      let size = (try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)"))?[.size] as? NSNumber
      return sum + (size?.int64Value ?? 0)
    }
  }

  /// A folder goes whole: it is hidden first, under a name that a later write of a piece cleans up.
  func removeFolder(_ folder: String) throws {
    let path = "\(output)/\(folder)"
    let hidden = "\(output)/.rlmusician-partial-deleted-\(UInt64.random(in: 0 ... .max))"
    guard rename(path, hidden) == 0 else {
      if errno == ENOENT { return }
      throw FileError(.cannotCreate, path: path, errno: errno)
    }
    try? FileManager.default.removeItem(atPath: hidden)
  }
}

extension PieceRecord {
  /// What a piece's values say.
  init(
    _ piece: Piece, id: Int64, time: Date, session: Int64?, rating: Int = 0, isKept: Bool = false, bytes: Int64,
    folder: String
  ) {
    self.init(
      id: id, time: time, session: session, seed: piece.provenance?.seed, population: piece.provenance?.population,
      configurationDigest: piece.provenance?.configurationDigest, score: piece.score.total,
      scores: piece.score.entries.map { RuleScore(rule: $0.rule, raw: $0.raw, coefficient: $0.coefficient) },
      tuning: piece.tuning.name, seconds: piece.seconds, rating: rating, isKept: isKept, bytes: bytes,
      folder: folder)
    name = PieceName.name(of: self)
  }
}
