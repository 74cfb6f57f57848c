import Foundation
import Testing

@testable import Core

@Suite struct LimiterTests {
  /// Both channels through a limiter, with its latency taken off, and what it says of itself.
  static func limit(
    _ left: [Float], _ right: [Float], blockFrames: Int = 333, ceiling: Float = 1
  ) -> (left: [Float], right: [Float], actions: Int, lowest: Double) {
    var limiter = Limiter(sampleRate: 44100, ceiling: ceiling)
    let rest = [Float](repeating: 0, count: limiter.latencyFrames)
    var left = left + rest
    var right = right + rest
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        for start in stride(from: 0, to: left.count, by: blockFrames) {
          limiter.process(
            left: left.baseAddress! + start, right: right.baseAddress! + start,
            frameCount: min(blockFrames, left.count - start))
        }
      }
    }
    return (
      Array(left.dropFirst(limiter.latencyFrames)), Array(right.dropFirst(limiter.latencyFrames)),
      limiter.actionCount, limiter.lowestGain
    )
  }

  static func wave(_ frequency: Double, volume: (Int) -> Double) -> [Float] {
    (0..<44100).map { Float(volume($0) * sin(2 * Double.pi * frequency / 44100 * Double($0))) }
  }

  @Test func quietSoundIsUntouched() {
    let left = Self.wave(440) { _ in 1 }
    let right = Self.wave(31) { _ in 0.3 }
    let out = Self.limit(left, right)
    #expect(out.left == left)
    #expect(out.right == right)
    #expect(out.actions == 0)
    #expect(out.lowest == 1)
  }

  @Test(arguments: [Float(1), 0.966, 0.25])
  func neverAboveTheCeiling(ceiling: Float) {
    var random = SplitMixForTests(state: 1)
    let left = (0..<44100).map { _ in Float(random.next() % 2001) / 250 - 4 }
    let right = Self.wave(440) { frame in frame % 9000 < 3000 ? 2 : 0.1 }
    let out = Self.limit(left, right, ceiling: ceiling)
    #expect(out.left.allSatisfy { abs($0) <= ceiling })
    #expect(out.right.allSatisfy { abs($0) <= ceiling })
    #expect(abs(out.lowest - Double(ceiling) / 4) < 0.01)
  }

  @Test func oneBurstIsTurnedDownAndReleased() {
    let loud = 20_000..<21_000
    let left = Self.wave(1000) { loud.contains($0) ? 2 : 0.5 }
    let out = Self.limit(left, left)
    #expect(out.actions == 1)
    #expect(abs(out.lowest - 0.5) < 0.01)
    #expect(out.left == out.right)
    // Untouched until the look-ahead sees the burst, and again after the release.
    #expect(out.left[..<(20_000 - 220)] == left[..<(20_000 - 220)])
    #expect(zip(out.left, left).suffix(100).allSatisfy { abs($0 - $1) < 5e-3 })
    // No click: between two frames the gain moves by less than 1/100.
    let gains = zip(out.left, left).filter { abs($0.1) > 0.05 }.map { $0.0 / $0.1 }
    #expect(zip(gains, gains.dropFirst()).allSatisfy { abs($0 - $1) < 0.02 })
  }

  @Test func sameBitsWhateverTheBlocks() {
    let left = Self.wave(97) { frame in frame % 5000 < 100 ? 3 : 0.9 }
    #expect(Self.limit(left, left, blockFrames: 1).left == Self.limit(left, left, blockFrames: 44100).left)
  }

  @Test func resetForgetsEverything() {
    var limiter = Limiter(sampleRate: 48000)
    var left = [Float](repeating: 4, count: 1000)
    var right = left
    limiter.process(left: &left, right: &right, frameCount: 1000)
    limiter.reset()
    let quiet = (0..<1000).map { Float($0) / 2000 }
    left = quiet
    right = quiet
    limiter.process(left: &left, right: &right, frameCount: 1000)
    #expect(left[..<limiter.latencyFrames].allSatisfy { $0 == 0 })
    #expect(left[limiter.latencyFrames...].elementsEqual(quiet.prefix(1000 - limiter.latencyFrames)))
  }
}

/// SplitMix64: the same numbers in every run.
struct SplitMixForTests: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
