#if Playback
  import Testing

  @testable import Playback

  /// Which control changes are a knob's.
  @Suite struct ControllerFilterTests {
    private typealias Voice = ControllerFilter.Voice
    private let voice = Voice(source: SequencerAddress(client: 20, port: 0), channel: 0)

    /// The filter, in a box that a test's expectations may ask.
    private final class Box {
      private var filter = ControllerFilter()
      func isKnob(_ controller: UInt8, value: UInt8, by voice: Voice, at nanoseconds: Int64) -> Bool {
        filter.isKnob(controller, value: value, by: voice, at: nanoseconds)
      }
    }

    @Test func theFineHalfOfAValueIsNoKnob() {
      let filter = Box()
      // Controller 27 in 14 bits: its fine half is 59, which is the usual key for the next piece.
      #expect(filter.isKnob(27, value: 3, by: voice, at: 0))
      #expect(!filter.isKnob(59, value: 100, by: voice, at: 1_000_000))
      #expect(filter.isKnob(59, value: 127, by: voice, at: 500_000_000))
      // Another half, another channel, another sender: keys of their own.
      #expect(filter.isKnob(27, value: 4, by: voice, at: 600_000_000))
      #expect(filter.isKnob(60, value: 127, by: voice, at: 600_000_000))
      #expect(filter.isKnob(59, value: 127, by: Voice(source: voice.source, channel: 1), at: 600_000_000))
      let other = Voice(source: SequencerAddress(client: 21, port: 0), channel: 0)
      #expect(filter.isKnob(59, value: 127, by: other, at: 600_000_000))
    }

    @Test func aParametersValueIsNoKnob() {
      let filter = Box()
      // Controller 6 alone is the usual knob for the tempo.
      #expect(filter.isKnob(6, value: 10, by: voice, at: 0))
      // The range of pitch bend: what many keyboards say when they are plugged in.
      for (controller, value) in [(101, 0), (100, 0)] as [(UInt8, UInt8)] {
        _ = filter.isKnob(controller, value: value, by: voice, at: 1_000_000)
      }
      #expect(!filter.isKnob(6, value: 2, by: voice, at: 2_000_000))
      #expect(!filter.isKnob(38, value: 0, by: voice, at: 3_000_000))
      for controller: UInt8 in [101, 100] { _ = filter.isKnob(controller, value: 127, by: voice, at: 4_000_000) }
      #expect(filter.isKnob(6, value: 20, by: voice, at: 5_000_000))
      // Who forgets to say that it is over is not believed for ever.
      _ = filter.isKnob(99, value: 1, by: voice, at: 6_000_000)
      #expect(!filter.isKnob(6, value: 20, by: voice, at: 7_000_000))
      #expect(filter.isKnob(6, value: 20, by: voice, at: 2_000_000_000))
    }

    @Test func whoHasThousandsOfVoicesIsHeard() {
      let filter = Box()
      for number in 0..<5000 {
        let many = Voice(source: SequencerAddress(client: number / 16, port: 0), channel: UInt8(number % 16))
        #expect(filter.isKnob(UInt8(number % 32), value: 1, by: many, at: .max - Int64(number)))
      }
    }
  }
#endif
