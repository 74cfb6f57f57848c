import Foundation

/// Reads whole files of bounded size; whatever else may lie at a path is refused, never waited for.
public enum InputFile {
  /// The bytes of a regular file.
  ///
  /// - Parameters:
  ///   - path: The path as the user named it.
  ///   - limit: The largest size that is accepted, in bytes; no more than that is ever held.
  ///   - content: What the file should hold, for the message: `a piano roll`.
  /// - Throws: `FileError` (no such input), or `DataError` if it is no regular file or larger than `limit`.
  public static func read(_ path: String, limit: Int, as content: String) throws -> [UInt8] {
    guard !path.utf8.contains(0) else { throw FileError(.noInput, path: path, reason: "a path holds no NUL") }
    // Without O_NONBLOCK, opening a FIFO that nobody writes to waits for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      // A socket cannot be opened at all.
      guard errno != ENXIO else { throw DataError(file: path, reason: "no regular file; \(content) is one") }
      throw FileError(.noInput, path: path, errno: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.noInput, path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file"
      throw DataError(file: path, reason: "\(kind); \(content) is a regular file")
    }
    // The size is not trusted: the file may grow, and files of /proc say 0.
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = chunk.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 {
        bytes.append(contentsOf: chunk[..<count])
      } else if errno != EINTR {
        throw FileError(.noInput, path: path, errno: errno)
      }
    }
    throw DataError(file: path, reason: "more than \(limit) bytes; \(content) is smaller")
  }
}
