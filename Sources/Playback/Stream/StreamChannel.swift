/// An encoder, and what it gave lately, for who comes later. Belongs to the encoder's thread.
final class StreamChannel {
  let encoder: any StreamEncoder
  /// The stream's frame that it began with.
  let origin: Int
  /// Blocks, each with what has to be known before it: a piece that began meanwhile has another header, inside its block.
  private var recent: [(frame: Int, header: [UInt8], bytes: [UInt8])] = []

  init(_ encoder: any StreamEncoder, origin: Int) {
    (self.encoder, self.origin) = (encoder, origin)
  }

  /// Encodes, and keeps what comes of it for a while.
  func encode(_ frames: UnsafeBufferPointer<Float>) -> [UInt8] {
    let (start, header) = (origin + encoder.nextFrame, encoder.header)
    let bytes = encoder.encode(frames)
    if bytes.isEmpty { return [] }
    recent.append((start, header, bytes))
    let oldest = origin + encoder.nextFrame - Int(StreamFeed.lead * Double(StreamFeed.rate))
    while recent.count > 1, recent[1].frame <= oldest { recent.removeFirst() }
    return bytes
  }

  /// What somebody gets who comes now, and the stream's frame that it begins with.
  var beginning: (frame: Int, bytes: [UInt8])? {
    recent.first.map { ($0.frame, $0.header + recent.flatMap(\.bytes)) }
  }
}
