#if Playback
  import Testing

  @testable import Playback

  @Suite struct PCMSampleFormatTests {
    private func bytes(_ format: PCMSampleFormat, _ left: [Float], _ right: [Float], channels: Int) -> [UInt8] {
      var output = [UInt8](repeating: 0xAA, count: left.count * channels * format.byteCount)
      output.withUnsafeMutableBytes { raw in
        guard let base = raw.baseAddress else { return }
        format.interleave(left: left, right: right, frameCount: left.count, channelCount: channels, into: base)
      }
      return output
    }

    @Test func integersAreRoundedAndHeldAtFullScale() {
      #expect(
        bytes(.s16, [0.5, 2, -2, 1.0 / 32768], [-0.5, 1, -1, -1.6 / 32768], channels: 2) == [
          0x00, 0x40, 0x00, 0xC0, 0xFF, 0x7F, 0xFF, 0x7F, 0x00, 0x80, 0x00, 0x80, 0x01, 0x00, 0xFE, 0xFF,
        ])
      #expect(
        bytes(.s24Packed, [0.5, 3], [-1, -0.5], channels: 2) == [0, 0, 0x40, 0, 0, 0x80, 0xFF, 0xFF, 0x7F, 0, 0, 0xC0])
      #expect(bytes(.s24, [0.5], [-1], channels: 2) == [0, 0, 0x40, 0, 0, 0, 0x80, 0xFF])
      #expect(
        bytes(.s32, [0.5, 1], [-1, 0], channels: 2) == [
          0, 0, 0, 0x40, 0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0,
        ])
    }

    @Test func otherChannelCountsAreServed() {
      #expect(bytes(.s16, [0.5], [0.25], channels: 1) == [0x00, 0x30])
      #expect(bytes(.s16, [0.5], [0.25], channels: 4) == [0x00, 0x40, 0x00, 0x20, 0, 0, 0, 0])
    }
  }
#endif
