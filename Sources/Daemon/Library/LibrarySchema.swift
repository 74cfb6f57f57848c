internal import Foundation
internal import GRDB

/// The database's tables, as steps that every older database goes through.
enum LibrarySchema {
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          CREATE TABLE piece (
            id INTEGER PRIMARY KEY,            -- microseconds since 1970, growing
            time REAL NOT NULL,                -- seconds since 1970
            session INTEGER,
            seed TEXT,                         -- 64 bits without sign, decimal
            population INTEGER,
            configuration_digest TEXT,
            score REAL NOT NULL,
            scores TEXT NOT NULL,              -- JSON: [{"rule", "raw", "coefficient"}]
            tuning TEXT NOT NULL,
            seconds REAL NOT NULL,
            rating INTEGER NOT NULL DEFAULT 0,
            is_kept INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL,
            folder TEXT NOT NULL UNIQUE,
            is_unsaved INTEGER NOT NULL DEFAULT 0  -- the folder's library.json does not say this yet
          );
          CREATE INDEX piece_score ON piece(score);
          CREATE INDEX piece_session ON piece(session);
          CREATE INDEX piece_rating ON piece(rating) WHERE rating <> 0;
          CREATE INDEX piece_kept ON piece(is_kept, id);
          CREATE INDEX piece_time ON piece(time);
          CREATE INDEX piece_unsaved ON piece(id) WHERE is_unsaved = 1;
          CREATE TABLE session (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            started REAL NOT NULL, ended REAL, seed TEXT NOT NULL, origin INTEGER,
            populations INTEGER NOT NULL DEFAULT 0, configuration_digest TEXT NOT NULL
          );
          CREATE TABLE play (
            id INTEGER PRIMARY KEY, piece INTEGER NOT NULL, time REAL NOT NULL, seconds REAL
          );
          CREATE INDEX play_piece ON play(piece);
          CREATE TABLE deletion (folder TEXT PRIMARY KEY);  -- folders that have yet to go
          """)
    }
    migrator.registerMigration("2") { db in
      try db.execute(
        sql: """
          ALTER TABLE piece ADD COLUMN name TEXT NOT NULL DEFAULT '';
          ALTER TABLE piece ADD COLUMN tags TEXT NOT NULL DEFAULT '';  -- "|one|two|"
          ALTER TABLE piece ADD COLUMN note TEXT NOT NULL DEFAULT '';
          CREATE INDEX piece_free ON piece(id) WHERE is_kept = 0 AND rating <= 0;
          -- Pieces and bytes in all: one row, so that nobody has to count.
          CREATE TABLE total (pieces INTEGER NOT NULL, bytes INTEGER NOT NULL);
          INSERT INTO total SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM piece;
          CREATE TRIGGER piece_added AFTER INSERT ON piece BEGIN
            UPDATE total SET pieces = pieces + 1, bytes = bytes + NEW.bytes; END;
          CREATE TRIGGER piece_resized AFTER UPDATE OF bytes ON piece BEGIN
            UPDATE total SET bytes = bytes - OLD.bytes + NEW.bytes; END;
          CREATE TRIGGER piece_removed AFTER DELETE ON piece BEGIN
            UPDATE total SET pieces = pieces - 1, bytes = bytes - OLD.bytes; END;
          """)
      for row in try Row.fetchAll(db, sql: "SELECT * FROM piece") {
        let piece = PieceRecord(row)
        try db.execute(sql: "UPDATE piece SET name = ? WHERE id = ?", arguments: [piece.name, piece.id])
      }
    }
    return migrator
  }()

  static func configuration() -> GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.label = "library"
    // Somebody else's transaction is waited for, but not for ever: the caller says so and tries again.
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    // Also after a power cut: what was answered is there.
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
    return configuration
  }
}

extension PieceRecord {
  init(_ row: Row) {
    let scores: String = row["scores"]
    self.init(
      id: row["id"], time: Date(timeIntervalSince1970: row["time"]), session: row["session"],
      seed: (row["seed"] as String?).flatMap { UInt64($0) }, population: row["population"],
      configurationDigest: row["configuration_digest"], score: row["score"],
      scores: (try? JSONDecoder().decode([RuleScore].self, from: Data(scores.utf8))) ?? [],
      tuning: row["tuning"], seconds: row["seconds"], rating: row["rating"], isKept: row["is_kept"],
      bytes: row["bytes"], folder: row["folder"], tags: Self.tags(row["tags"] ?? ""), note: row["note"] ?? "")
    name = PieceName.name(of: self)
  }

  func insert(_ db: Database) throws {
    let scores = String(decoding: try JSONEncoder().encode(scores), as: UTF8.self)
    try db.execute(
      sql: """
        INSERT INTO piece (id, time, session, seed, population, configuration_digest, score, scores, tuning, seconds,
          rating, is_kept, bytes, folder, name, tags, note)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, time.timeIntervalSince1970, session, seed.map { "\($0)" }, population, configurationDigest, score, scores,
        tuning, seconds, rating, isKept, bytes, folder, name, Self.text(tags), note,
      ])
  }

  /// Tags as the database has them: each between bars, so that a whole one can be looked for.
  static func text(_ tags: [String]) -> String { tags.isEmpty ? "" : "|" + tags.joined(separator: "|") + "|" }

  private static func tags(_ text: String) -> [String] { text.split(separator: "|").map(String.init) }
}

extension SessionRecord {
  /// Makes the row. One that is there was made by a repair, of what the session's pieces know.
  func insert(_ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO session (id, started, seed, origin, populations, configuration_digest) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET started = excluded.started, seed = excluded.seed, origin = excluded.origin,
          configuration_digest = excluded.configuration_digest
        """,
      arguments: [id, started.timeIntervalSince1970, "\(seed)", origin, populations, configurationDigest])
  }

  init(_ row: Row) {
    self.init(
      id: row["id"], started: Date(timeIntervalSince1970: row["started"]),
      ended: (row["ended"] as Double?).map { Date(timeIntervalSince1970: $0) },
      seed: UInt64(row["seed"] as String) ?? 0, origin: row["origin"], populations: row["populations"],
      configurationDigest: row["configuration_digest"])
  }
}
