public import Core
public import Foundation
internal import GRDB
internal import Synchronization

/// What changes the library.
extension PieceLibrary {
  /// Name of the agent's weights in a piece's folder.
  static let weightsName = "agent_weights.safetensors"

  /// Writes a piece's folder, with the weights that composed it. Blocks while it renders and syncs; `add` makes the row.
  ///
  /// - Throws: `FileError` that names the path.
  public func write(
    _ piece: Piece, session: Int64?, weights: AgentWeightsFile?, timbres: [String: Timbre] = [:], audio: AudioSettings,
    options: FileOptions = FileOptions(), pin: PieceSoundPin? = nil, time: Date = Date(), work: WorkCounter? = nil
  ) throws -> PieceRecord {
    let id = nextID(at: time)
    let pin = pin ?? PieceSoundPin(piece, timbres: timbres)
    var options = options
    options.isSourceOnly = !audio.keepsFiles
    let written = try PieceFolder.write(
      piece, to: output, at: Timestamp(time), timbres: timbres, audio: audio, options: options, work: work
    ) { folder in
      try OutputFile.replace("\(folder)/\(PieceSoundPin.name)", with: pin.bytes)
      let sidecar = PieceSidecar(id: id, time: time, session: session)
      try OutputFile.replace("\(folder)/\(PieceSidecar.name)", with: sidecar.bytes)
      if let weights { try OutputFile.replace("\(folder)/\(Self.weightsName)", with: weights.bytes) }
    }
    for warning in written.warnings { notice("\(written.path)/\(warning)") }
    let folder = String(written.path.split(separator: "/").last ?? "")
    return PieceRecord(
      piece, id: id, time: time, session: session, bytes: byteCount(of: written.path), folder: folder)
  }

  /// Makes the row of a piece whose folder was written.
  public func add(_ piece: PieceRecord) async throws {
    try await pool.write { db in try piece.insert(db) }
    try await storeSessions()
  }

  /// Rates a piece: -1 down, 0 no more, 1 up.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  public func rate(_ id: Int64, _ rating: Int) async throws -> PieceRecord? {
    try await change(id, sql: "UPDATE piece SET rating = ?, is_unsaved = 1 WHERE id = ?", rating.signum())
  }

  /// Keeps a piece whatever the retention says, or no longer.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  public func keep(_ id: Int64, _ isKept: Bool) async throws -> PieceRecord? {
    try await change(id, sql: "UPDATE piece SET is_kept = ?, is_unsaved = 1 WHERE id = ?", isKept ? 1 : 0)
  }

  /// Gives a piece tags and a note; what is nil stays. Both are to be within `PieceRecord`'s limits.
  ///
  /// - Returns: the piece as it is now; nil if there is none of this number.
  public func label(_ id: Int64, tags: [String]?, note: String?) async throws -> PieceRecord? {
    let text = tags.map { PieceRecord.text(Set($0).sorted()) }
    return try await change(
      id, sql: "UPDATE piece SET tags = COALESCE(?, tags), note = COALESCE(?, note), is_unsaved = 1 WHERE id = ?",
      text, note)
  }

  private func change(_ id: Int64, sql: String, _ values: (any DatabaseValueConvertible & Sendable)?...) async throws
    -> PieceRecord?
  {
    try await pool.writeWithoutTransaction { [self] db in
      try db.execute(
        sql: sql, arguments: StatementArguments(values.map { $0?.databaseValue ?? .null } + [id.databaseValue]))
      guard let row = try Row.fetchOne(db, sql: "SELECT * FROM piece WHERE id = ?", arguments: [id]) else { return nil }
      let piece = PieceRecord(row)
      saveSidecar(piece, db)
      return piece
    }
  }

  /// Deletes a piece with its folder.
  ///
  /// - Returns: what it was; nil if there is none of this number.
  public func delete(_ id: Int64) async throws -> PieceRecord? {
    try await pool.writeWithoutTransaction { [self] db in
      guard let row = try Row.fetchOne(db, sql: "SELECT * FROM piece WHERE id = ?", arguments: [id]) else { return nil }
      let piece = PieceRecord(row)
      try remove(piece, db)
      return piece
    }
  }

  /// First the database forgets the piece and remembers the folder, then the folder goes.
  private func remove(_ piece: PieceRecord, _ db: Database) throws {
    try db.inTransaction {
      try db.execute(sql: "INSERT OR IGNORE INTO deletion VALUES (?)", arguments: [piece.folder])
      try db.execute(sql: "DELETE FROM piece WHERE id = ?", arguments: [piece.id])
      try db.execute(sql: "DELETE FROM play WHERE piece = ?", arguments: [piece.id])
      return .commit
    }
    try removeFolder(piece.folder)
    try db.execute(sql: "DELETE FROM deletion WHERE folder = ?", arguments: [piece.folder])
  }

  /// Deletes what is too much, the oldest first, never what was kept or rated up.
  ///
  /// - Returns: what was deleted.
  public func apply(_ retention: DaemonConfiguration.Retention, now: Date = Date()) async throws -> [PieceRecord] {
    let megabytes = megabyteLimit(retention)
    guard retention.pieces != nil || retention.days != nil || megabytes != nil else { return [] }
    return try await pool.writeWithoutTransaction { [self] db in
      let sums = try Row.fetchOne(db, sql: "SELECT pieces, bytes FROM total")
      var count: Int = sums?["pieces"] ?? 0
      var bytes: Int64 = sums?["bytes"] ?? 0
      let oldest = retention.days.map { now.timeIntervalSince1970 - $0 * 86_400 } ?? -.infinity
      var victims: [PieceRecord] = []
      // By number, which grows, so that a clock that was set back changes nothing.
      let rows = try Row.fetchCursor(db, sql: "SELECT * FROM piece WHERE is_kept = 0 AND rating <= 0 ORDER BY id")
      while let row = try rows.next() {
        let time: Double = row["time"]
        let isTooMany = retention.pieces.map { count > $0 } ?? false
        let isTooMuch = megabytes.map { Double(bytes) > $0 * 1e6 } ?? false
        guard isTooMany || isTooMuch || time < oldest else { break }
        let piece = PieceRecord(row)
        victims.append(piece)
        count -= 1
        bytes -= piece.bytes
      }
      for piece in victims {
        try remove(piece, db)
        // A session that is over and of which no piece is left is of no use to anybody.
        try db.execute(
          sql: """
            DELETE FROM session WHERE id = ? AND ended IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM piece WHERE session = ?)
            """, arguments: [piece.session, piece.session])
      }
      return victims
    }
  }

  // MARK: Sessions and plays

  /// A new session. It has its number at once, so that its pieces know where they belong; its row it gets from
  /// `storeSessions`, or with the next thing that the database takes.
  public func newSession(seed: UInt64, origin: Int64?, configurationDigest: String) -> SessionRecord {
    sessions.withLock { sessions in
      sessions.last += 1
      let session = SessionRecord(
        id: sessions.last, started: Date(), ended: nil, seed: seed, origin: origin, populations: 0,
        configurationDigest: configurationDigest)
      sessions.unstored.append(session)
      return session
    }
  }

  /// Makes the rows of sessions that have none yet.
  public func storeSessions() async throws {
    let unstored = sessions.withLock { $0.unstored }
    guard !unstored.isEmpty else { return }
    try await pool.write { db in
      for session in unstored { try session.insert(db) }
    }
    sessions.withLock { $0.unstored.removeAll(where: unstored.contains) }
  }

  /// Says how far a session has come.
  public func updateSession(_ id: Int64, populations: Int, isOver: Bool) async throws {
    try await storeSessions()
    try await pool.write { db in
      try db.execute(
        sql: "UPDATE session SET populations = ?, ended = ? WHERE id = ?",
        arguments: [populations, isOver ? Date().timeIntervalSince1970 : nil, id])
    }
  }

  /// Writes down that a piece was heard.
  public func record(_ play: PlayRecord) async throws {
    try await pool.write { db in
      try db.execute(
        sql: "INSERT INTO play (piece, time, seconds) VALUES (?, ?, ?)",
        arguments: [play.piece, play.time.timeIntervalSince1970, play.seconds])
    }
  }
}
