import CMallocCounter
import Foundation
import Testing

@testable import Core

/// The render path neither allocates nor frees nor locks.
@Suite struct RenderPathTests {
  @Test(.enabled(if: malloc_counter_works(), "a sanitizer counts allocations itself")) func counterCounts() throws {
    let lock = NSLock()
    malloc_counter_begin()
    let numbers = [Int](repeating: 1, count: Int.random(in: 1000...2000))
    lock.lock()
    lock.unlock()
    let counts = malloc_counter_end()
    #expect(numbers.first == 1)
    #expect(counts.allocations >= 1)
    #expect(counts.locks >= 1)
  }

  @Test(.enabled(if: malloc_counter_works(), "a sanitizer counts allocations itself")) func synthesizer() throws {
    let instrument = SineInstrument(
      timbre: .standard,
      eventEffects: [
        .tremolo(frequency: 6, amplitude: 0.5, waveform: .square), .vibrato(frequency: 5, width: 1, waveform: .sine),
      ], sampleRate: 48000)
    var synthesizer = SineSynthesizer(instrument: instrument, voiceLimit: 16)
    let left = UnsafeMutablePointer<Float>.allocate(capacity: 480)
    let right = UnsafeMutablePointer<Float>.allocate(capacity: 480)
    defer {
      left.deallocate()
      right.deallocate()
    }
    let middle = SineEvent(frequency: 440, volume: 0.2, location: 0, durationSeconds: 0.1, sampleRate: 48000)
    let side = SineEvent(frequency: 1000, volume: 0.2, location: -1, durationSeconds: 0.5, sampleRate: 48000)
    malloc_counter_begin()
    for block in 0..<200 {
      synthesizer.noteOn(block % 2 == 0 ? middle : side, afterFrames: block)
      synthesizer.render(left: left, right: right, frameCount: 480)
      if block == 150 { synthesizer.fadeOut(frames: 240) }
    }
    let counts = malloc_counter_end()
    #expect(counts.allocations == 0)
    #expect(counts.frees == 0)
    #expect(counts.locks == 0)
    #expect(synthesizer.stolenCount > 0)
  }

  @Test(.enabled(if: malloc_counter_works(), "a sanitizer counts allocations itself")) func limiter() throws {
    var limiter = Limiter(sampleRate: 48000)
    let left = UnsafeMutablePointer<Float>.allocate(capacity: 480)
    let right = UnsafeMutablePointer<Float>.allocate(capacity: 480)
    defer {
      left.deallocate()
      right.deallocate()
    }
    malloc_counter_begin()
    for block in 0..<200 {
      for frame in 0..<480 {
        left[frame] = Float((frame * 7919 + block) % 100) / 30
        right[frame] = 0.5
      }
      limiter.process(left: left, right: right, frameCount: 480)
    }
    let counts = malloc_counter_end()
    #expect(counts.allocations == 0)
    #expect(counts.frees == 0)
    #expect(counts.locks == 0)
    #expect(limiter.actionCount > 0)
  }
}
