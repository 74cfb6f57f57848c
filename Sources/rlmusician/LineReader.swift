import Core
import Foundation

/// Lines from a file descriptor as they arrive, in bounded memory.
struct LineReader {
  /// A line without its line break.
  enum Line: Equatable {
    /// As it was.
    case complete(ArraySlice<UInt8>)
    /// Longer than the limit; its bytes are gone.
    case tooLong
  }

  private let descriptor: Int32
  private let limit: Int
  private var pending: ArraySlice<UInt8> = []
  private var isSkipping = false
  private var isAtEnd = false

  /// Lines of at most `limit` bytes.
  init(descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    self.limit = limit
  }

  /// The next line; the last one needs no line break. nil at the end.
  mutating func next() throws(FileError) -> Line? {
    var searched = 0
    while true {
      if let end = pending.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
        let line = pending[..<end]
        pending = pending[(end + 1)...]
        return finish(line)
      }
      if isAtEnd {
        let line = pending
        pending = []
        return line.isEmpty && !isSkipping ? nil : finish(line)
      }
      if pending.count > limit {
        isSkipping = true
        pending = []
      }
      searched = pending.count
      try fill()
    }
  }

  private mutating func finish(_ line: ArraySlice<UInt8>) -> Line {
    defer { isSkipping = false }
    return isSkipping || line.count > limit ? .tooLong : .complete(line)
  }

  private mutating func fill() throws(FileError) {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var count: Int
    repeat { count = read(descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
    guard count >= 0 else { throw FileError(.noInput, path: "standard input", errno: errno) }
    isAtEnd = count == 0
    pending = ArraySlice(Array(pending) + buffer[..<count])
  }
}

/// Writes a line at once, unbuffered.
///
/// - Returns: false if nobody reads any more.
/// - Throws: `FileError` if it cannot be written for another reason.
func writeLine(_ text: String, descriptor: Int32) throws(FileError) -> Bool {
  let bytes = Array(text.utf8) + [UInt8(ascii: "\n")]
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      written += count
    } else if errno == EPIPE {
      return false
    } else if errno != EINTR {
      throw FileError(.cannotCreate, path: "standard output", errno: errno)
    }
  }
  return true
}
