import Foundation

/// A lock between processes that the system takes back when its owner dies.
public final class FileLock {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  /// Locks a file, created if missing, until the value goes.
  ///
  /// - Returns: nil if another process has it.
  /// - Throws: `FileError` if the file cannot be created.
  public static func acquire(_ path: String) throws -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path: path, errno: errno) }
    // Where there are no locks (some network file systems), everybody is taken for the only one.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      return nil
    }
    return FileLock(descriptor: descriptor)
  }

  deinit { close(descriptor) }
}
