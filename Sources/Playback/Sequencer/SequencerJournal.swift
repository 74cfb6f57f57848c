internal import Core
internal import Foundation
internal import Glibc

/// Remembers on disk who is listening, so that the next start can silence them if this one is killed.
///
/// A file a process, locked while the process lives; removed by a clean stop. A file that can be locked belongs to a
/// process that died, and `abandoned` gives back what it said. Problems with the disk are not worth stopping music for:
/// then nothing is remembered.
final class SequencerJournal {
  /// What a process has been doing to others.
  struct Entry: Codable, Hashable {
    /// Who was subscribed.
    var ports: [SequencerPort]
    /// On which channels notes went out.
    var channels: [UInt8]
    /// The lowest and the highest key of those notes; nil in a file of an older release.
    var keys: [UInt8]?
    /// How receivers were told of tunings; nil in a file of an older release.
    var tunings: [MIDITuningOutput]?
  }

  private let file: URL
  private var descriptor: Int32 = -1
  private var written: Entry?

  /// The folder: `$STATE_DIRECTORY` (a systemd service), else `$XDG_STATE_HOME/rl-musician`, else
  /// `~/.local/state/rl-musician`.
  static func defaultFolder(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    // systemd separates several folders by colons.
    if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
      return URL(filePath: String(folder), directoryHint: .isDirectory)
    }
    // The specification says to ignore a relative path.
    if let home = environment["XDG_STATE_HOME"], home.hasPrefix("/") {
      return URL(filePath: home, directoryHint: .isDirectory).appending(path: "rl-musician")
    }
    let home = environment["HOME"].map { URL(filePath: $0, directoryHint: .isDirectory) } ?? .homeDirectory
    return home.appending(path: ".local/state/rl-musician")
  }

  init(folder: URL) {
    file = folder.appending(path: "sequencer-\(getpid())-\(UInt32.random(in: 0 ... .max)).json")
  }

  deinit { close(removing: true) }

  /// Writes an entry if it differs from the last.
  func remember(_ entry: Entry) {
    guard entry != written, let data = try? Self.encoder.encode(entry), open() else { return }
    let count = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    if count == data.count, ftruncate(descriptor, off_t(count)) == 0 { written = entry }
  }

  /// A clean stop: there is nothing to silence.
  func close(removing: Bool) {
    guard descriptor >= 0 else { return }
    if removing { unlink(file.path) }
    Glibc.close(descriptor)
    descriptor = -1
    written = nil
  }

  private func open() -> Bool {
    if descriptor >= 0 { return true }
    try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    descriptor = Glibc.open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { flock(descriptor, LOCK_EX | LOCK_NB) }
    return descriptor >= 0
  }

  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return encoder
  }()

  /// Older releases wrote `clientName`, which this leaves alone.
  private static let decoder = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }()

  /// What processes that are no more were doing; each is reported once.
  static func abandoned(in folder: URL) -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("sequencer-") && $0.hasSuffix(".json") }.sorted().compactMap { name in
      let path = folder.appending(path: name).path
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else { return nil }
      defer { Glibc.close(descriptor) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
      defer { unlink(path) }
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
      // Its size is ours to choose; whatever is longer was not written by us.
      guard let data = try? handle.read(upToCount: 1 << 20) else { return nil }
      return try? decoder.decode(Entry.self, from: data)
    }
  }
}
