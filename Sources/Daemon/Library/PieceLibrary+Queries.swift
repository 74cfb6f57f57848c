public import Core
internal import Foundation
internal import GRDB

/// What the library is asked.
extension PieceLibrary {
  /// The most pieces on a page.
  public static let longestPage = 1000

  /// A page of a listing; `limit` 1...1000.
  public func list(_ filter: PieceFilter = PieceFilter(), offset: Int = 0, limit: Int = 50) async throws -> PiecePage {
    let (condition, arguments) = filter.condition
    let (offset, limit) = (max(0, offset), min(max(1, limit), Self.longestPage))
    return try await pool.read { db in
      let total =
        try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM piece \(condition)", arguments: arguments) ?? 0
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM piece \(condition) ORDER BY \(filter.orderSQL) LIMIT ? OFFSET ?",
        arguments: arguments + [limit, offset])
      return PiecePage(total: total, offset: offset, pieces: rows.map { PieceRecord($0) })
    }
  }

  /// A piece by its number; nil if there is none.
  public func piece(_ id: Int64) async throws -> PieceRecord? {
    try await pool.read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM piece WHERE id = ?", arguments: [id]).map { PieceRecord($0) }
    }
  }

  /// Pieces and bytes in all.
  public func totals() async throws -> (pieces: Int, bytes: Int64) {
    try await pool.read { db in
      let row = try Row.fetchOne(db, sql: "SELECT pieces, bytes FROM total")
      return (row?["pieces"] ?? 0, row?["bytes"] ?? 0)
    }
  }

  /// All pieces with a rating, the newest `limit` of them, in the order of their numbers.
  public func rated(limit: Int = 1000) async throws -> [PieceRecord] {
    try await pool.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM piece WHERE rating <> 0 ORDER BY id DESC LIMIT ?", arguments: [limit]
      ).reversed().map { PieceRecord($0) }
    }
  }

  /// The newest pieces that were rated up, or kept and not rated down.
  public func favourites(limit: Int = 100) async throws -> [PieceRecord] {
    try await pool.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM piece WHERE rating = 1 OR (is_kept = 1 AND rating >= 0) ORDER BY id DESC LIMIT ?",
        arguments: [limit]
      ).map { PieceRecord($0) }
    }
  }

  /// The newest sessions first.
  public func sessions(offset: Int = 0, limit: Int = 50) async throws -> [SessionRecord] {
    try await pool.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM session ORDER BY id DESC LIMIT ? OFFSET ?",
        arguments: [min(max(1, limit), Self.longestPage), max(0, offset)]
      ).map { SessionRecord($0) }
    }
  }

  /// When a piece was heard, the latest first.
  public func plays(of id: Int64, limit: Int = 50) async throws -> [PlayRecord] {
    try await pool.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM play WHERE piece = ? ORDER BY id DESC LIMIT ?", arguments: [id, max(1, limit)]
      ).map {
        PlayRecord(piece: $0["piece"], time: Date(timeIntervalSince1970: $0["time"]), seconds: $0["seconds"])
      }
    }
  }

  /// The whole piece, read from its folder.
  ///
  /// - Throws: `FileError` or `DataError` if the folder is not what it was.
  public func read(_ piece: PieceRecord) throws -> Piece { try PieceFolder.read(path(of: piece)) }

  /// The weights that composed a piece; nil if its folder has none that can be read.
  public func weights(of piece: PieceRecord) -> AgentWeightsFile? {
    try? AgentWeightsFile.read("\(path(of: piece))/\(Self.weightsName)")
  }
}

extension PieceFilter {
  /// `WHERE ...` and what stands for its question marks.
  var condition: (sql: String, arguments: StatementArguments) {
    var parts: [String] = []
    var arguments: [any DatabaseValueConvertible] = []
    func add(_ part: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      parts.append(part)
      arguments.append(value)
    }
    add("is_kept = ?", isKept)
    add("rating = ?", rating)
    add("session = ?", session)
    add("score >= ?", minimumScore)
    add("tuning = ?", tuning)
    add("time >= ?", since?.timeIntervalSince1970)
    add("time < ?", until?.timeIntervalSince1970)
    add("tags LIKE ? ESCAPE '!'", tag.map { "%|\(Self.literal($0))|%" })
    if let text, !text.isEmpty {
      let pattern = "%\(Self.literal(text))%"
      parts.append("(name LIKE ? ESCAPE '!' OR tags LIKE ? ESCAPE '!' OR note LIKE ? ESCAPE '!')")
      arguments += [pattern, pattern, pattern]
    }
    return (parts.isEmpty ? "" : "WHERE " + parts.joined(separator: " AND "), StatementArguments(arguments))
  }

  /// Text that LIKE takes for itself.
  private static func literal(_ text: String) -> String {
    String(text.flatMap { "!%_".contains($0) ? ["!", $0] : [$0] })
  }

  var orderSQL: String {
    switch order {
    case .newest: "id DESC"
    case .oldest: "id"
    case .score: "score DESC, id DESC"
    }
  }
}
