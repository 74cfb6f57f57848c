internal import Core
internal import Foundation
internal import GRDB

/// A difference between the database and the folders.
public struct LibraryDifference: Sendable, Hashable, Codable {
  /// The piece's folder; empty for the database itself.
  public var folder: String
  /// What differs.
  public var text: String
}

extension PieceLibrary {
  /// Compares every row with its folder. What changes meanwhile may show up; ask again.
  ///
  /// - Throws: the database's errors.
  public func verify() async throws -> [LibraryDifference] {
    let (faults, unfinished) = try await pool.read { db in
      (
        try String.fetchAll(db, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" },
        try String.fetchAll(db, sql: "SELECT folder FROM deletion")
      )
    }
    var differences = faults.map { LibraryDifference(folder: "", text: "the database is damaged: \($0)") }
    var unknown = Set(pieceFolders()).subtracting(unfinished)
    var last = Int64.min
    while let rows = try await page(after: last), let end = rows.last {
      last = end.id
      for row in rows {
        if unknown.remove(row.folder) == nil, !FileManager.default.fileExists(atPath: path(of: row)) {
          differences.append(LibraryDifference(folder: row.folder, text: "piece \(row.id) has no folder"))
        } else {
          differences += compare(row).map { LibraryDifference(folder: row.folder, text: $0) }
        }
      }
    }
    differences += unknown.sorted().map { LibraryDifference(folder: $0, text: "is not in the database") }
    return differences
  }

  private func page(after id: Int64) async throws -> [PieceRecord]? {
    let rows = try await pool.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM piece WHERE id > ? ORDER BY id LIMIT ?", arguments: [id, Self.batch]
      ).map { PieceRecord($0) }
    }
    return rows.isEmpty ? nil : rows
  }

  private func compare(_ row: PieceRecord) -> [String] {
    let piece: Piece
    do {
      piece = try read(row)
    } catch {
      return ["\(error)"]
    }
    var differences: [String] = []
    if piece.score.total != row.score {
      differences.append("the score is \(piece.score.total) in the folder, \(row.score) in the database")
    }
    guard let sidecar = PieceSidecar.read(folder: path(of: row)) else {
      return differences + ["\(PieceSidecar.name) is missing or malformed"]
    }
    if sidecar.rating != row.rating || sidecar.isKept != row.isKept {
      differences.append("rating or keeping differ between folder and database")
    }
    if sidecar.tags ?? [] != row.tags || sidecar.note ?? "" != row.note {
      differences.append("tags or note differ between folder and database")
    }
    return differences
  }

  /// Makes a library's database anew from its folders; the old one is moved aside.
  ///
  /// - Returns: how many pieces there are.
  /// - Throws: `FileError` if a daemon is using the library, or something cannot be written.
  public static func rebuild(
    folder: String, output: String, notice: @escaping @Sendable (String) -> Void
  ) async throws -> Int {
    let lock = try LibraryLock(folder: folder)
    let path = databasePath(folder)
    let aside = "\(path).before-\(Timestamp(Date()))"
    for suffix in ["", "-wal", "-shm"] where rename(path + suffix, aside + suffix) != 0 && errno != ENOENT {
      throw FileError(.cannotCreate, path: path + suffix, errno: errno)
    }
    let library = try PieceLibrary(locked: lock, folder: folder, output: output, notice: notice)
    return try await library.totals().pieces
  }
}
