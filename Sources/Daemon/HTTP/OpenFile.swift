internal import CDispatch
internal import Foundation
internal import Hummingbird
internal import NIOCore

/// A file that is being sent. It is opened before the answer begins, so that it arrives whole even if its piece is deleted
/// meanwhile.
final class OpenFile: Sendable {
  private static let chunk = 1 << 16

  private let descriptor: Int32
  /// Its length when it was opened.
  let byteCount: Int

  /// nil if there is no regular file of this name.
  init?(path: String) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// A part of the file's contents, read as the client takes them.
  func body(_ range: Range<Int>) -> ResponseBody {
    ResponseBody(contentLength: range.count) { [self] writer in
      try await send(range, to: &writer)
      try await writer.finish(nil)
    }
  }

  /// Writes a part of the contents as it is taken.
  func send(_ range: Range<Int>, to writer: inout any ResponseBodyWriter) async throws {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let part = try read(at: offset, upTo: range.upperBound)
      offset += part.readableBytes
      try await writer.write(part)
    }
  }

  /// CRC-32 of the contents. Blocks.
  func checksum() throws -> UInt32 {
    var checksum = CRC32()
    var offset = 0
    while offset < byteCount {
      let part = try read(at: offset, upTo: byteCount)
      offset += part.readableBytes
      checksum.add(part.readableBytesView)
    }
    return checksum.value
  }

  private func read(at offset: Int, upTo end: Int) throws -> ByteBuffer {
    var bytes = [UInt8](repeating: 0, count: min(Self.chunk, end - offset))
    let count = pread(descriptor, &bytes, bytes.count, off_t(offset))
    // Nothing where there was something: the connection is closed before the length that was promised.
    guard count > 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return ByteBuffer(bytes: bytes[..<count])
  }
}
