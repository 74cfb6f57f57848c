internal import Core
internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Files as one ZIP archive (PKWARE APPNOTE 6.3), stored as they are: sound does not shrink, the rest is small.
///
/// The files are opened and summed up first, so that the archive's length is known and it arrives whole even if its piece
/// is deleted meanwhile.
struct ZipArchive: Sendable {
  /// Without ZIP64 sizes and places have 32 bits.
  private static let byteLimit = Int64(UInt32.max) - (1 << 20)

  private struct Entry {
    var header: [UInt8]
    var file: OpenFile
  }

  private let entries: [Entry]
  private let directory: [UInt8]
  private let byteCount: Int

  /// - Parameters:
  ///   - files: names in the archive, and paths.
  ///   - time: in the archive, by UTC.
  /// - Throws: `FileError` if there is more than 4 GB, or a file cannot be read.
  init(_ files: [(name: String, path: String)], time: Date) throws {
    var entries: [Entry] = []
    var directory: [UInt8] = []
    var offset: Int64 = 0
    let stamp = Self.stamp(time)
    for (name, path) in files {
      guard let file = OpenFile(path: path) else { throw FileError(.noInput, path: path, errno: ENOENT) }
      guard offset + Int64(file.byteCount) < Self.byteLimit else {
        throw FileError(.cannotCreate, path: name, reason: "more than 4 GB do not fit into one archive")
      }
      let name = Array(name.utf8)
      // Version 2.0, names in UTF-8, stored; time and date, checksum, both sizes, the name's length, nothing extra.
      let shared: [UInt8] =
        Self.bytes(20, 2) + Self.bytes(0x0800, 2) + Self.bytes(0, 2) + stamp
        + Self.bytes(Int64(try file.checksum()), 4) + Self.bytes(Int64(file.byteCount), 4)
        + Self.bytes(Int64(file.byteCount), 4) + Self.bytes(Int64(name.count), 2) + Self.bytes(0, 2)
      let header = Self.bytes(0x0403_4B50, 4) + shared + name
      // Made by version 2.0; no comment, first disk, no attributes; where the header is.
      directory +=
        Self.bytes(0x0201_4B50, 4) + Self.bytes(20, 2) + shared + Self.bytes(0, 2) + Self.bytes(0, 2)
        + Self.bytes(0, 2) + Self.bytes(0, 4) + Self.bytes(offset, 4) + name
      entries.append(Entry(header: header, file: file))
      offset += Int64(header.count + file.byteCount)
    }
    let count = Int64(entries.count)
    let end: [UInt8] =
      Self.bytes(0x0605_4B50, 4) + Self.bytes(0, 4) + Self.bytes(count, 2) + Self.bytes(count, 2)
      + Self.bytes(Int64(directory.count), 4) + Self.bytes(offset, 4) + Self.bytes(0, 2)
    self.entries = entries
    self.directory = directory + end
    byteCount = Int(offset) + directory.count + end.count
  }

  /// The archive, read as the client takes it.
  var body: ResponseBody {
    ResponseBody(contentLength: byteCount) { [self] writer in
      for entry in entries {
        try await writer.write(ByteBuffer(bytes: entry.header))
        try await entry.file.send(0..<entry.file.byteCount, to: &writer)
      }
      try await writer.write(ByteBuffer(bytes: directory))
      try await writer.finish(nil)
    }
  }

  /// Little endian.
  private static func bytes(_ value: Int64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
  }

  /// MS-DOS time and date, in steps of two seconds from 1980.
  private static func stamp(_ time: Date) -> [UInt8] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: time)
    let clock = Int64((parts.hour ?? 0) << 11 | (parts.minute ?? 0) << 5 | (parts.second ?? 0) / 2)
    let year = min(127, max(0, (parts.year ?? 1980) - 1980))
    return bytes(clock, 2) + bytes(Int64(year << 9 | (parts.month ?? 1) << 5 | (parts.day ?? 1)), 2)
  }
}

/// The checksum of ZIP: CRC-32 of ITU-T V.42, reflected, by a table of bytes.
struct CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  private var state = UInt32.max

  /// Of what was added.
  var value: UInt32 { ~state }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = Self.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8 }
  }
}
