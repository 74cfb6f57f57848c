/// Ogg pages (RFC 3533): only what it takes to give a file a serial number of our own.
///
/// libsndfile draws the number at random, so that two files of the same sound would differ.
enum OggStream {
  /// Bytes of a page before its table of segments.
  private static let headerBytes = 27
  private static let serialOffset = 14
  private static let checksumOffset = 22
  private static let segmentCountOffset = 26

  /// Writes the number into every page of a file, with the page's new checksum.
  ///
  /// - Throws: `FileError` (cannot create output) if the file is not made of pages or cannot be written.
  static func setSerialNumber(_ number: UInt32, of file: AudioFileBytes) throws(FileError) {
    var page = [UInt8](repeating: 0, count: headerBytes + 255 + 255 * 255)
    var offset = 0
    while offset < file.byteCount {
      let available = page.withUnsafeMutableBytes {
        file.read(at: offset, into: $0.baseAddress!, count: min($0.count, file.byteCount - offset))
      }
      guard let length = pageLength(page[..<available]) else {
        throw FileError(.cannotCreate, path: file.name, reason: "libsndfile wrote no Ogg page at byte \(offset)")
      }
      store(number, in: &page, at: serialOffset)
      store(0, in: &page, at: checksumOffset)
      let checksum = OggChecksum.of(page[..<length])
      store(checksum, in: &page, at: checksumOffset)
      let written = page.withUnsafeBytes { file.write(at: offset, from: $0.baseAddress!, count: headerBytes) }
      guard written == headerBytes else {
        throw FileError(.cannotCreate, path: file.name, errno: file.failure ?? 0)
      }
      offset += length
    }
  }

  /// Length of the page at the beginning of `bytes`; nil if there is no whole page.
  private static func pageLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= headerBytes, bytes.starts(with: "OggS".utf8) else { return nil }
    let segments = Int(bytes[segmentCountOffset])
    guard bytes.count >= headerBytes + segments else { return nil }
    let length = headerBytes + segments + bytes[headerBytes..<headerBytes + segments].reduce(0) { $0 + Int($1) }
    return length <= bytes.count ? length : nil
  }

  /// Stores a number, least significant byte first.
  private static func store(_ number: UInt32, in page: inout [UInt8], at offset: Int) {
    for byte in 0..<4 { page[offset + byte] = UInt8(truncatingIfNeeded: number >> UInt32(8 * byte)) }
  }
}

/// The checksum of an Ogg page whose own four bytes of it are 0: CRC-32 with polynomial 0x04c11db7, neither reflected nor
/// inverted (RFC 3533, section 6).
public enum OggChecksum {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index) << 24
    for _ in 0..<8 { value = value & 0x8000_0000 != 0 ? (value << 1) ^ 0x04C1_1DB7 : value << 1 }
    return value
  }

  /// A page's.
  public static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let table = table
    return bytes.reduce(0) { $0 << 8 ^ table[Int(UInt8($0 >> 24) ^ $1)] }
  }
}
