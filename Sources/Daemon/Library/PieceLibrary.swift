internal import Core
internal import Foundation
internal import GRDB
internal import Synchronization

/// The library of pieces: folders with a piece each, and a database that finds them quickly.
///
/// What counts is in the folders; the database can be made again from them (`rebuild`). A piece is first a whole folder,
/// then a row: whoever is killed between the two has the row made at the next opening. What is said of a piece later
/// (rating, kept) is first in the database, marked as unsaved, then in the folder's `library.json`. All changes go
/// through the database's one writer, so they never overtake each other.
///
///     library.sqlite   the database (WAL)        daemon.lock   held by the daemon, with its process number
///     checkpoint.safetensors                     pieces/result_<time>/   unless `daemon.output` says otherwise
public final class PieceLibrary: Sendable {
  /// What the library is opened for.
  public enum Access: Sendable {
    /// By the one who adds pieces: locks the library, repairs what a killed process left.
    case owner
    /// To look only.
    case reader
  }

  /// Folder of the database.
  public let folder: String
  /// Folder of the pieces' folders.
  public let output: String
  let notice: @Sendable (String) -> Void
  private let access: Access
  private let lock: LibraryLock?
  private let database: Mutex<DatabasePool>
  /// Megabytes that its pieces may take where the configuration says nothing; nil for any number.
  let standardMegabytes: Double?
  private let lastID = Mutex<Int64>(0)
  let sessions = Mutex(Sessions())

  /// The numbers of sessions, which must be had also while the database takes nothing.
  struct Sessions {
    /// The last number that was given.
    var last: Int64 = 0
    /// Those without a row.
    var unstored: [SessionRecord] = []
  }

  var pool: DatabasePool { database.withLock { $0 } }

  static func databasePath(_ folder: String) -> String { "\(folder)/library.sqlite" }

  /// Opens a library; as an owner, creates it if it is missing.
  ///
  /// - Parameters:
  ///   - news: what the owner of an older version's library should know, once.
  ///   - notice: gets what a person should know, a line each.
  /// - Throws: `FileError`: not there, in use by another daemon (whose process number it names), not writable.
  public convenience init(
    folder: String, output: String, access: Access, news: String? = nil,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    switch access {
    case .owner:
      try OutputFolder.requireWritable(folder)
      try LibraryDefaults.ensure(folder: folder, output: output, news: news, notice: notice)
      try self.init(locked: LibraryLock(folder: folder), folder: folder, output: output, notice: notice)
    case .reader:
      self.init(folder, output, access, notice, nil, try Self.openExisting(Self.databasePath(folder)))
    }
  }

  /// Opens a library that is locked already, as its owner.
  convenience init(
    locked lock: LibraryLock, folder: String, output: String, notice: @escaping @Sendable (String) -> Void
  ) throws {
    try OutputFolder.requireWritable(output)
    let pool = try Self.openOrReplace(Self.databasePath(folder), notice: notice)
    self.init(folder, output, .owner, notice, lock, pool)
    try repair()
  }

  /// Throws nothing: the optimizer of Swift 6.3.1 stops at an initializer that may leave a `Mutex` half made.
  private init(
    _ folder: String, _ output: String, _ access: Access, _ notice: @escaping @Sendable (String) -> Void,
    _ lock: LibraryLock?, _ pool: DatabasePool
  ) {
    self.folder = folder
    self.output = output
    self.access = access
    self.notice = notice
    self.lock = lock
    standardMegabytes = LibraryDefaults.read(folder: folder)?.megabytes
    database = Mutex(pool)
  }

  /// The path of a piece's folder.
  public func path(of piece: PieceRecord) -> String { "\(output)/\(piece.folder)" }

  // MARK: The database's file

  private static func openExisting(_ path: String) throws -> DatabasePool {
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError(.noInput, path: path, reason: "no library here; the daemon makes one")
    }
    var configuration = LibrarySchema.configuration()
    configuration.readonly = true
    do {
      return try DatabasePool(path: path, configuration: configuration)
    } catch {
      throw FileError(.noInput, path: path, reason: "\(error)")
    }
  }

  /// A database that is no database any more is moved aside; the rows come back from the folders.
  private static func openOrReplace(_ path: String, notice: (String) -> Void) throws -> DatabasePool {
    do {
      return try open(path)
    } catch let error as DatabaseError where isCorrupt(error) {
      let aside = "\(path).corrupt-\(Timestamp(Date()))"
      notice(
        "\(path) is damaged (\(error.message ?? "\(error.resultCode)")): moved to \(aside), made again from the folders"
      )
      for suffix in ["", "-wal", "-shm"] where rename(path + suffix, aside + suffix) != 0 && errno != ENOENT {
        throw FileError(.cannotCreate, path: path + suffix, errno: errno)
      }
      return try open(path)
    } catch let error as DatabaseError {
      throw FileError(.cannotCreate, path: path, reason: error.message ?? "\(error.resultCode)")
    }
  }

  private static func open(_ path: String) throws -> DatabasePool {
    let pool = try DatabasePool(path: path, configuration: LibrarySchema.configuration())
    let faults = try pool.read { db in try String.fetchAll(db, sql: "PRAGMA quick_check(1)") }
    guard faults == ["ok"] else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: faults.first)
    }
    try LibrarySchema.migrator.migrate(pool)
    return pool
  }

  static func isCorrupt(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return false }
    return [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
  }

  /// Brings database and folders together again after something went wrong: a damaged database is replaced, folders
  /// without a row get one, what was left half done is done. For the owner.
  ///
  /// - Throws: what stands in the way still.
  public func recover() async throws {
    precondition(access == .owner)
    do {
      try await pool.writeWithoutTransaction { [self] db in try repair(db) }
    } catch  where Self.isCorrupt(error) {
      try database.withLock { pool in
        try? pool.close()
        pool = try Self.openOrReplace(Self.databasePath(folder), notice: notice)
      }
      try await pool.writeWithoutTransaction { [self] db in try repair(db) }
    }
    try await storeSessions()
  }

  private func repair() throws { try pool.writeWithoutTransaction { db in try repair(db) } }

  // MARK: Numbers

  /// What pieces and sessions may be called: a number that every JSON reader takes, and far from where counting on ends.
  static let numbers: ClosedRange<Int64> = 1...(1 << 53 - 1)

  /// The number of the next piece.
  func nextID(at time: Date) -> Int64 {
    // A file may be of any time.
    let now = Int64(min(max((time.timeIntervalSince1970 * 1e6).rounded(.down), 0), 1e15 * 4))
    return lastID.withLock { last in
      last = max(last + 1, now)
      return last
    }
  }

  /// Later numbers are greater than this one.
  func reserve(_ id: Int64) { lastID.withLock { $0 = max($0, id) } }

  /// The number of the newest session; 0 before the first.
  public var lastSession: Int64 { sessions.withLock { $0.last } }

  /// Later sessions' numbers are greater than this one.
  func reserve(session id: Int64) { sessions.withLock { $0.last = max($0.last, id) } }
}
