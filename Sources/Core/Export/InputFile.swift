import Foundation

/// Reads whole files of bounded size.
public enum InputFile {
  /// What is read.
  public enum Kind: Sendable {
    /// A regular file; whatever else may lie at the path is refused, never waited for.
    case file
    /// What a person named: also `-` for standard input, a pipe, or a device, up to the limit.
    case named
  }

  /// What a path is called in messages.
  public static func shown(_ path: String) -> String { path == "-" ? "standard input" : path }

  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - path: The path as the user named it.
  ///   - limit: The largest size that is accepted, in bytes; no more than that is ever held.
  ///   - content: What the file should hold, for the message: `a piano roll`.
  ///   - kind: Whether it may be something that has to be waited for.
  /// - Throws: `FileError` (no such input), or `DataError` if it is no such file or larger than `limit`.
  public static func read(_ path: String, limit: Int, as content: String, _ kind: Kind = .file) throws -> [UInt8] {
    if kind == .named, path == "-" { return try read(STDIN_FILENO, shown(path), limit: limit, as: content) }
    guard !path.utf8.contains(0) else { throw FileError(.noInput, path: path, reason: "a path holds no NUL") }
    var status = stat()
    // Without O_NONBLOCK, opening a FIFO waits until somebody writes to it.
    let mayWait = kind == .named && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (mayWait ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else {
      // A socket cannot be opened at all.
      guard errno != ENXIO else { throw DataError(file: path, reason: "no regular file; \(content) is one") }
      throw FileError(.noInput, path: path, errno: errno)
    }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { throw FileError(.noInput, path: path, errno: errno) }
    let format = status.st_mode & S_IFMT
    let isAllowed =
      format == S_IFREG || kind == .named && (format == S_IFIFO || format == S_IFCHR || format == S_IFSOCK)
    guard isAllowed else {
      throw DataError(
        file: path, reason: "\(format == S_IFDIR ? "a folder" : "no regular file"); \(content) is a regular file")
    }
    // A terminal, or the pipe that /dev/stdin leads to, is waited for.
    if format != S_IFREG { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) }
    return try read(descriptor, path, limit: limit, as: content)
  }

  private static func read(
    _ descriptor: Int32, _ path: String, limit: Int, as content: String
  ) throws -> [UInt8] {
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
