public import Core
internal import Foundation
internal import Synchronization

/// Makes what a piece's folder does not hold when it is wanted, on a thread of its own, and keeps the latest in a small
/// cache beside the database.
actor PieceMaker {
  /// What the cache holds at most, unless one piece alone is larger.
  static let byteLimit: Int64 = 64_000_000

  /// Somebody waits for what it makes: unlike the training it does not stand back behind other programs.
  private let executor = ThreadExecutor(name: "files", priority: .ordinary)
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let library: PieceLibrary
  private let folder: String
  private let byteLimit: Int64
  /// What is there, the latest last.
  private var entries: [(key: String, path: String, bytes: Int64)] = []

  init(library: PieceLibrary, byteLimit: Int64 = PieceMaker.byteLimit) {
    self.library = library
    self.byteLimit = byteLimit
    folder = "\(library.folder)/cache"
    // What another life left: it may have been made by other settings.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Lets a folder be read that has all files of a piece. What is opened there stays readable; the folder itself may go as
  /// soon as others are asked for.
  ///
  /// - Throws: `FileError` or `DataError`, or what `read` throws.
  func withFiles<Result: Sendable>(
    of piece: PieceRecord, timbres: [String: Timbre], audio: AudioSettings, options: FileOptions = FileOptions(),
    read: @Sendable (_ folder: String) throws -> Result
  ) throws -> Result {
    try read(folder(of: piece, timbres: timbres, audio: audio, options: options))
  }

  private func folder(
    of piece: PieceRecord, timbres: [String: Timbre], audio: AudioSettings, options: FileOptions
  ) throws -> String {
    let key = "\(piece.id) \(audio) \(options)"
    if let index = entries.firstIndex(where: { $0.key == key }) {
      let entry = entries.remove(at: index)
      if FileManager.default.fileExists(atPath: entry.path) {
        entries.append(entry)
        return entry.path
      }
    }
    let path = try library.make(piece, timbres: timbres, audio: audio, options: options, in: folder).path
    entries.append((key, path, library.byteCount(of: path)))
    while entries.count > 1, entries.reduce(0, { $0 + $1.bytes }) > byteLimit {
      try? FileManager.default.removeItem(atPath: entries.removeFirst().path)
    }
    return path
  }

  /// Runs what blocks on this thread.
  func perform<Result: Sendable>(_ work: @Sendable () throws -> Result) rethrows -> Result { try work() }
}

/// Names of what can be made of pieces, read once a piece.
final class MadeNames: Sendable {
  private static let limit = 10_000
  private let names = Mutex<[String: [String]]>([:])

  /// - Returns: none for a folder that cannot be read.
  func names(
    of record: PieceRecord, in library: PieceLibrary, audio: AudioSettings, options: FileOptions
  ) -> [String] {
    let key = "\(record.id) \(audio.containers) \(options)"
    if let known = names.withLock({ $0[key] }) { return known }
    guard let piece = try? library.read(record) else { return [] }
    let found = PieceFolder.madeNames(of: piece, audio: audio, options: options)
    names.withLock { names in
      if names.count >= Self.limit { names = [:] }
      names[key] = found
    }
    return found
  }
}

extension PieceLibrary {
  /// Writes all files of a piece into a new folder: what the piece was pinned to counts, then what is given.
  ///
  /// - Returns: the folder, and what can no longer be as it was, a line each.
  /// - Throws: `FileError` or `DataError`.
  func make(
    _ record: PieceRecord, timbres: [String: Timbre], audio: AudioSettings, options: FileOptions = FileOptions(),
    in output: String
  ) throws -> (path: String, warnings: [String]) {
    let (piece, timbres, loss) = try pinned(record, timbres)
    let written = try PieceFolder.write(
      piece, to: output, at: Timestamp(record.time), timbres: timbres, audio: audio, options: options)
    return (written.path, written.warnings + loss)
  }

  /// Copies a piece's folder with all that can be made of it: what the piece was pinned to counts, then what is given.
  ///
  /// - Returns: the copy, and what can no longer be as it was, a line each.
  /// - Throws: `FileError` or `DataError`; nothing is left behind then.
  public func export(
    _ record: PieceRecord, timbres: [String: Timbre], audio: AudioSettings, options: FileOptions, to output: String
  ) throws -> (path: String, warnings: [String]) {
    let (piece, timbres, loss) = try pinned(record, timbres)
    let source = path(of: record)
    var warnings: [String] = []
    let path = try OutputFolder.create(named: [record.folder], in: output) { folder in
      warnings = try PieceFolder.fill(
        folder, shownFolder: output, with: piece, timbres: timbres, audio: audio, options: options)
      // What was kept counts, not what would be made today.
      for name in try FileManager.default.contentsOfDirectory(atPath: source) {
        let copy = "\(folder)/\(name)"
        unlink(copy)
        do {
          try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: copy)
        } catch {
          throw FileError(.cannotCreate, path: "\(output)/\(name)", reason: error.localizedDescription)
        }
      }
    }
    return (path, warnings + loss)
  }

  private func pinned(
    _ record: PieceRecord, _ timbres: [String: Timbre]
  ) throws -> (piece: Piece, timbres: [String: Timbre], loss: [String]) {
    let pin = PieceSoundPin.read(folder: path(of: record))
    return (try read(record), timbres.merging(pin?.timbres ?? [:]) { $1 }, [pin?.loss()].compactMap { $0 })
  }
}
