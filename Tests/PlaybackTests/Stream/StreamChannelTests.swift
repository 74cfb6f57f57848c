#if Playback
  import Testing

  @testable import Playback

  /// Who comes in the middle.
  @Suite struct StreamChannelTests {
    /// The pages' serial numbers, and whether each begins a logical stream.
    private func pages(_ bytes: [UInt8]) throws -> [(serial: [UInt8], begins: Bool)] {
      var (pages, at): ([(serial: [UInt8], begins: Bool)], Int) = ([], 0)
      while at < bytes.count {
        try #require(at + 27 <= bytes.count && Array(bytes[at..<at + 4]) == Array("OggS".utf8))
        pages.append((Array(bytes[at + 14..<at + 18]), bytes[at + 5] & 2 != 0))
        let segments = Int(bytes[at + 26])
        at += 27 + segments + bytes[at + 27..<at + 27 + segments].reduce(0) { $0 + Int($1) }
      }
      return pages
    }

    /// A piece began a moment ago: whoever comes now gets a little of the piece before, with what says how to read it.
    @Test(arguments: [1, 4, 7, 20]) func everyPageBelongsToAStreamThatHasBegun(_ blocks: Int) throws {
      let encoder = try #require(OpusStreamEncoder(title: "silence", isChained: true))
      let channel = StreamChannel(encoder, origin: 0)
      let block = [Float](repeating: 0, count: 2 * 4096)
      func encode(_ count: Int) {
        for _ in 0..<count { block.withUnsafeBufferPointer { _ = channel.encode($0) } }
      }
      encode(12)
      encoder.begin("a piece", atFrame: 12 * 4096 + 100)
      encode(blocks)
      let pages = try pages(try #require(channel.beginning).bytes)
      var begun: Set<[UInt8]> = []
      for page in pages {
        if page.begins { begun.insert(page.serial) }
        #expect(begun.contains(page.serial))
      }
      #expect(begun.count == 2)
    }
  }
#endif
