#if Playback
  import CSndFile
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// What encoders give is what libsndfile's decoders make of it.
  @Suite(.timeLimit(.minutes(3))) struct StreamEncoderTests {
    /// Two tones, left and right in turn, that nothing repeats soon.
    private static func sound(_ seconds: Double) -> [Float] {
      (0..<Int(seconds * 48_000)).flatMap { frame -> [Float] in
        let time = Double(frame) / 48_000
        return [
          Float(0.4 * sin(2 * .pi * (300 + 40 * time) * time)), Float(0.3 * sin(2 * .pi * (500 + 30 * time) * time)),
        ]
      }
    }

    private static func decoded(_ bytes: [UInt8]) throws -> [Float] {
      let path = NSTemporaryDirectory() + "rlmusician-stream-\(UUID().uuidString)"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      defer { unlink(path) }
      var info = SF_INFO()
      let file = try #require(sf_open(path, Int32(SFM_READ), &info))
      defer { sf_close(file) }
      #expect(info.channels == 2 && info.samplerate == 48_000)
      var samples: [Float] = []
      var block = [Float](repeating: 0, count: 8192)
      while case let count = sf_readf_float(file, &block, 4096), count > 0 { samples += block[..<Int(2 * count)] }
      return samples
    }

    private static func blocks(_ encoder: any StreamEncoder, _ sound: [Float]) -> [(frame: Int, bytes: [UInt8])] {
      stride(from: 0, to: sound.count, by: 1920).compactMap { start in
        let frame = encoder.nextFrame
        let bytes = sound[start..<min(sound.count, start + 1920)].withUnsafeBufferPointer { encoder.encode($0) }
        return bytes.isEmpty ? nil : (frame, bytes)
      }
    }

    /// From the beginning and for who comes late: the samples are those of the moment that `nextFrame` says.
    @Test(arguments: [(StreamFormat.flac, 80.0), (.opus, 20), (.mp3, 20)])
    func whatIsSentIsWhatIsHeard(format: StreamFormat, least: Double) throws {
      let encoder = try #require(StreamKind(format, hasTitles: false).makeEncoder(title: "a"))
      let sound = Self.sound(3)
      let blocks = Self.blocks(encoder, sound)
      // Every block is a write for every listener: no more than fifteen a second.
      #expect((10...45).contains(blocks.count))
      for late in [0, blocks.count / 3] {
        let samples = try Self.decoded(encoder.header + blocks[late...].flatMap(\.bytes))
        #expect(samples.count > 48_000)
        // A decoder of MP3 needs a frame to begin with; half a second in, everything has settled. A short piece finds the
        // place, the whole second is measured there.
        let start = 48_000
        func ratio(_ shift: Int, over length: Int) -> Double? {
          let begin = start + 2 * (blocks[late].frame + shift)
          guard begin >= 0, begin + 48_000 <= sound.count, start + 48_000 <= samples.count else { return nil }
          return Audio.signalToNoise(samples[start..<start + length], ArraySlice(sound[begin..<begin + length]))
        }
        let found = (-1200...1200).map { ($0, ratio($0, over: 1920) ?? -.infinity) }.max { $0.1 < $1.1 }
        let place = try #require(found).0
        let measured = try #require(ratio(place, over: 48_000))
        #expect(measured > least, "\(format) from block \(late)")
        // libsndfile's own decoder of MP3 leaves out what LAME's tag would have told it; one of Opus leaves out the
        // header's pre-skip wherever it begins, 6.5 ms.
        let most = format == .mp3 ? 1200 : format == .opus && late > 0 ? 312 : 0
        #expect(abs(place) <= most, "\(format) from block \(late): \(place) frames off")
      }
    }

    @Test func pagesHaveTheChecksumOfTheStandard() {
      // The first page that `opusenc` wrote of a file, serial number 0.
      var page = OggPage()
      _ = page.add(Array("OpusHead".utf8) + [1, 2, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0])
      let bytes = page.bytes(position: .beginning, granule: 0, serial: 0, sequence: 0)
      #expect(bytes.prefix(6).elementsEqual(Array("OggS".utf8) + [0, 2]))
      #expect(bytes.count == 27 + 1 + 19)
      var blank = bytes
      blank.replaceSubrange(22..<26, with: [0, 0, 0, 0])
      #expect(bytes[22..<26].elementsEqual(OggPage.littleEndian(UInt64(OggChecksum.of(blank)), 4)))
      // CRC-32/MPEG-2's polynomial without its preset: "123456789" has this check.
      #expect(OggChecksum.of(Array("123456789".utf8)) == 0x89A1_897F)
      let isAdded = page.add([UInt8](repeating: 0, count: 65_300))
      #expect(!isAdded)
    }

    /// Every piece is a stream of its own; together they are as long as what went in.
    @Test func namesAreCommentsOfChainedStreams() throws {
      let encoder = try #require(StreamKind(.opus, hasTitles: true).makeEncoder(title: "first"))
      let sound = Self.sound(2)
      var bytes = encoder.header
      for start in stride(from: 0, to: sound.count, by: 960) {
        if start == 2 * 24_000 { encoder.begin("second", atFrame: 24_123) }
        bytes += sound[start..<start + 960].withUnsafeBufferPointer { encoder.encode($0) }
      }
      var pages: [(position: UInt8, granule: Int64, serial: [UInt8])] = []
      var offset = 0
      while offset + 27 <= bytes.count {
        try #require(bytes[offset..<offset + 4].elementsEqual("OggS".utf8))
        let count = Int(bytes[offset + 26])
        let length = 27 + count + bytes[offset + 27..<offset + 27 + count].reduce(0) { $0 + Int($1) }
        var page = Array(bytes[offset..<offset + length])
        let granule = page[6..<14].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        pages.append((page[5], granule, Array(page[14..<18])))
        let checksum = Array(page[22..<26])
        page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        #expect(checksum == OggPage.littleEndian(UInt64(OggChecksum.of(page)), 4))
        offset += length
      }
      let end = try #require(pages.firstIndex { $0.position == 4 })
      #expect(pages[end + 1].position == 2 && pages[end + 1].serial != pages[end].serial)
      // 312 frames are skipped at the beginning: libopus looks ahead.
      #expect(pages[end].granule == 24_123 + 312)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("TITLE=first") && text.contains("TITLE=second"))
      #expect(String(decoding: encoder.header, as: UTF8.self).contains("TITLE=second"))
      // What is heard of the second stream begins where the first ended, and at least 80 ms are there to settle in.
      let head = try #require(bytes.firstRange(of: Array("OpusHead".utf8), after: 100))
      let skip = Int(bytes[head + 10]) | Int(bytes[head + 11]) << 8
      #expect((3840..<4800).contains(skip) && (skip - 24_123 - 312) % 960 == 0)
      #expect(Int(pages.last?.granule ?? 0) - skip + 24_123 <= 96_000)
    }
  }

  extension [UInt8] {
    fileprivate func firstRange(of pattern: [UInt8], after start: Int) -> Int? {
      (start..<count - pattern.count).first { self[$0..<$0 + pattern.count].elementsEqual(pattern) }
    }
  }
#endif
