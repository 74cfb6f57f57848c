internal import Core

/// A page of an Ogg stream (RFC 3533): whole packets, with a checksum.
struct OggPage {
  /// What a page is in its stream.
  struct Position: OptionSet {
    let rawValue: UInt8
    /// The stream's first page.
    static let beginning = Position(rawValue: 2)
    /// The stream's last page.
    static let end = Position(rawValue: 4)
  }

  /// What belongs on it: the lengths of its packets, each as bytes of 255 and a last one below, are 255 at most.
  private(set) var packets: [[UInt8]] = []
  private var segments: [UInt8] = []

  var isEmpty: Bool { packets.isEmpty }

  /// - Returns: false if the page has no room for it.
  mutating func add(_ packet: [UInt8]) -> Bool {
    guard segments.count + packet.count / 255 + 1 <= 255 else { return false }
    segments += Array(repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
    packets.append(packet)
    return true
  }

  /// The page's bytes.
  func bytes(position: Position, granule: Int64, serial: UInt32, sequence: UInt32) -> [UInt8] {
    var page = Array("OggS".utf8) + [0, position.rawValue]
    page += Self.littleEndian(UInt64(bitPattern: granule), 8)
    page += Self.littleEndian(UInt64(serial), 4) + Self.littleEndian(UInt64(sequence), 4) + [0, 0, 0, 0]
    page.append(UInt8(segments.count))
    page += segments
    for packet in packets { page += packet }
    page.replaceSubrange(22..<26, with: Self.littleEndian(UInt64(OggChecksum.of(page)), 4))
    return page
  }

  /// A number's lowest bytes, the lowest first.
  static func littleEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }
}
