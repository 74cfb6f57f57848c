import Testing

@testable import Core

@Suite struct SineSynthesizerTests {
  static let instrument = SineInstrument(
    timbre: .standard, eventEffects: [.vibrato(frequency: 5, width: 0.5, waveform: .triangle)], sampleRate: 48000)

  /// A few notes, some beside the middle, some beginning within a block, fading out at the end.
  static func play(blockFrames: Int, instrument: SineInstrument = Self.instrument) -> [Float] {
    let total = 30_000
    let events: [(start: Int, event: SineEvent)] = [
      (0, (440, 0.2, 0, 0.3)), (0, (30, 0.1, -0.7, 0.5)), (4801, (5000, 0.3, 1, 0.1)), (9999, (261.6, 1, 0.25, 2)),
    ].map { start, event in
      let (frequency, volume, location, seconds) = event
      return (
        start,
        SineEvent(
          frequency: frequency, volume: volume, location: location, durationSeconds: seconds, sampleRate: 48000)
      )
    }
    var synthesizer = SineSynthesizer(instrument: instrument, voiceLimit: 8)
    var left = [Float](repeating: .nan, count: total)
    var right = left
    for (start, event) in events { synthesizer.noteOn(event, afterFrames: start) }
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        var frame = 0
        while frame < total {
          // The fade begins at a fixed frame, whatever the blocks are.
          let limit = frame < 25_000 ? 25_000 : total
          let count = min(blockFrames, limit - frame)
          if frame == 25_000 { synthesizer.fadeOut(frames: 1000) }
          synthesizer.render(left: left.baseAddress! + frame, right: right.baseAddress! + frame, frameCount: count)
          frame += count
        }
      }
    }
    #expect(synthesizer.activeCount == 0)
    return left + right
  }

  @Test(arguments: [1, 7, 64, 480, 1024])
  func sameBitsWhateverTheBlocks(blockFrames: Int) {
    #expect(Self.play(blockFrames: blockFrames) == Self.play(blockFrames: 30_000))
  }

  @Test func moreNotesThanVoices() {
    var synthesizer = SineSynthesizer(instrument: Self.instrument, voiceLimit: 4)
    let event = SineEvent(frequency: 440, volume: 0.1, location: 0, durationSeconds: 10, sampleRate: 48000)
    var left = [Float](repeating: 0, count: 480)
    var right = left
    for _ in 0..<100 {
      synthesizer.noteOn(event, afterFrames: 0)
      left.withUnsafeMutableBufferPointer { left in
        right.withUnsafeMutableBufferPointer { right in
          synthesizer.render(left: left.baseAddress!, right: right.baseAddress!, frameCount: 480)
        }
      }
      #expect(synthesizer.activeCount <= 5)
    }
    #expect(synthesizer.stolenCount == 96)
    for _ in 0..<100 { synthesizer.noteOn(event, afterFrames: 0) }
    #expect(synthesizer.activeCount <= 4 + 4 / 4 + 8)
    synthesizer.reset()
    #expect(synthesizer.activeCount == 0)
  }

  @Test(arguments: [0, -1, .infinity, .nan, 1e300, 1e-300])
  func frequenciesOutsideHearing(frequency: Double) {
    var synthesizer = SineSynthesizer(instrument: Self.instrument, voiceLimit: 1)
    synthesizer.noteOn(
      SineEvent(frequency: frequency, volume: 1, location: 0, durationSeconds: 1, sampleRate: 48000), afterFrames: 0)
    var left = [Float](repeating: .nan, count: 4800)
    var right = left
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        synthesizer.render(left: left.baseAddress!, right: right.baseAddress!, frameCount: 4800)
      }
    }
    #expect((left + right).allSatisfy { abs($0) <= 1.1 })
  }
}
