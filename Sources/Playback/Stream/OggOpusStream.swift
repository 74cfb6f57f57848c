/// Packets of one Opus encoder as a live Ogg stream (RFC 7845), with the pieces' names in it.
///
/// Every piece is a logical stream of its own, chained to the one before, because that is where Ogg has its comments.
/// The encoder goes on all the while: the new stream repeats the packets of the last 80 ms before its beginning, which the
/// decoder uses to settle and drops (pre-skip, section 5.1), and the old one says where in its last packet it ends. So
/// the samples follow each other as if nothing had happened.
struct OggOpusStream {
  /// Frames of a packet.
  static let packetFrames = 960
  private static let settlingFrames = 3840
  private static let packetsPerPage = 5

  /// What every listener gets first: the pages that say what follows.
  private(set) var header: [UInt8] = []

  private let lookAhead: Int
  private let isChained: Bool
  private var serial: UInt32
  private var sequence: UInt32 = 0
  private var page = OggPage()
  /// Decoded frames before the logical stream's first, those that are skipped among them.
  private var base = 0
  /// Packets there were, and the latest of them.
  private var packetCount = 0
  private var latest: [[UInt8]] = []
  /// The decoded frame at which another piece begins, and its name.
  private var next: (frame: Int, title: String)?

  /// - Parameters:
  ///   - lookAhead: frames by which what is decoded is later than what was encoded.
  ///   - isChained: whether pieces' names are said; else it is one stream for ever.
  init(lookAhead: Int, serial: UInt32, title: String, isChained: Bool) {
    self.lookAhead = lookAhead
    self.serial = serial
    self.isChained = isChained
    begin(title, preSkip: lookAhead)
  }

  /// The frame of the encoder's input that is heard first of the page that comes next.
  var nextFrame: Int { (packetCount - page.packets.count) * Self.packetFrames }

  /// From a frame of the encoder's input on, another piece is heard. In order; not before the packets that are there.
  mutating func begin(_ title: String, atFrame frame: Int) {
    guard isChained else { return }
    next = (max(frame + lookAhead, packetCount * Self.packetFrames), title)
  }

  /// The pages that are complete with the next packet; often none.
  mutating func add(_ packet: [UInt8]) -> [UInt8] {
    packetCount += 1
    latest.append(packet)
    if latest.count > 2 + Self.settlingFrames / Self.packetFrames { latest.removeFirst() }
    var output = put(packet)
    let end = packetCount * Self.packetFrames
    if let (frame, title) = next, frame <= end {
      next = nil
      output += flush(.end, granule: frame - base)
      output += chain(title, from: frame)
    } else if page.packets.count >= Self.packetsPerPage {
      output += flush([], granule: end - base)
    }
    return output
  }

  private mutating func chain(_ title: String, from frame: Int) -> [UInt8] {
    let first = max(packetCount - latest.count, (frame - Self.settlingFrames) / Self.packetFrames)
    serial &+= 1
    sequence = 0
    base = first * Self.packetFrames
    begin(title, preSkip: frame - base)
    var output = header
    for packet in latest.suffix(packetCount - first) { output += put(packet) }
    return output + flush([], granule: packetCount * Self.packetFrames - base)
  }

  private mutating func put(_ packet: [UInt8]) -> [UInt8] {
    if page.add(packet) { return [] }
    // Only packets of kilobytes fill a page before its time.
    let output = flush([], granule: (packetCount - 1) * Self.packetFrames - base)
    _ = page.add(packet)
    return output
  }

  private mutating func flush(_ position: OggPage.Position, granule: Int) -> [UInt8] {
    if page.isEmpty { return [] }
    defer {
      page = OggPage()
      sequence &+= 1
    }
    return page.bytes(position: position, granule: Int64(granule), serial: serial, sequence: sequence)
  }

  private mutating func begin(_ title: String, preSkip: Int) {
    let head =
      Array("OpusHead".utf8) + [1, 2] + OggPage.littleEndian(UInt64(preSkip), 2) + OggPage.littleEndian(48_000, 4)
      + [0, 0, 0]
    func text(_ text: String) -> [UInt8] {
      OggPage.littleEndian(UInt64(text.utf8.count), 4) + Array(text.utf8)
    }
    let comments = ["ARTIST=rl-musician", "TITLE=\(String(title.prefix(200)))"]
    let tags =
      Array("OpusTags".utf8) + text("rl-musician") + OggPage.littleEndian(UInt64(comments.count), 4)
      + comments.flatMap(text)
    var pages: [UInt8] = []
    for (packet, position) in [(head, OggPage.Position.beginning), (tags, OggPage.Position())] {
      _ = page.add(packet)
      pages += flush(position, granule: 0)
    }
    header = pages
  }
}
