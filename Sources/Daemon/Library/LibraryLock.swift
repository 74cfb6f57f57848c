internal import Core
internal import Foundation

/// One daemon a library: `daemon.lock`, which says who that is.
final class LibraryLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `FileError` that names the process that has it.
  init(folder: String) throws {
    let path = "\(folder)/daemon.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path: path, errno: errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      var text = [UInt8](repeating: 0, count: 32)
      let count = max(0, pread(descriptor, &text, text.count, 0))
      close(descriptor)
      let owner = String(decoding: text[..<count].prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
      throw FileError(
        .cannotCreate, path: folder,
        reason: "in use by another daemon" + (owner.isEmpty ? "" : ", process \(owner)") + "; stop it first")
    }
    // The number is a courtesy: where it cannot be written, the lock holds all the same.
    ftruncate(descriptor, 0)
    let text = Array("\(getpid())\n".utf8)
    _ = pwrite(descriptor, text, text.count, 0)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
