import CMallocCounter
import Testing

@testable import Core

/// The room behind the mix.
@Suite struct ReverbTests {
  /// Noise in the first part, then silence, through a room in blocks of these sizes.
  private func rendered(_ amount: Double, seconds: Double, blocks: [Int], rate: Double = 44_100) -> ([Float], [Float]) {
    var random = RandomSource(seed: 1, purpose: .composition, population: 0, candidate: 0)
    let count = Int(seconds * rate)
    var left = (0..<count).map { $0 < 4410 ? Float(random.next() >> 40) / 16_777_216 - 0.5 : 0 }
    var right = (0..<count).map { $0 < 4410 ? left[$0] * 0.5 : 0 }
    var reverb = Reverb(amount: amount, sampleRate: rate)
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return }
        var (at, block) = (0, 0)
        while at < count {
          let size = min(blocks[block % blocks.count], count - at)
          reverb.process(left: left + at, right: right + at, frameCount: size)
          at += size
          block += 1
        }
      }
    }
    return (left, right)
  }

  private func power(_ samples: some Collection<Float>) -> Double {
    samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
  }

  @Test func blocksMakeNoDifference() {
    let whole = rendered(0.3, seconds: 1, blocks: [1 << 20])
    let parts = rendered(0.3, seconds: 1, blocks: [1, 64, 511, 7])
    #expect(whole.0 == parts.0 && whole.1 == parts.1)
  }

  @Test(arguments: [8000.0, 44_100, 48_000, 192_000]) func itDecaysAsARoomAndEndsInSilence(_ rate: Double) {
    let (left, _) = rendered(1, seconds: 4.5, blocks: [512], rate: rate)
    func decibels(_ seconds: Double) -> Double {
      let from = Int(seconds * rate)
      // log10 by the natural logarithm of Core
      return 10 * naturalLogarithm(max(1e-30, power(left[from..<from + Int(0.1 * rate)]))) / naturalLogarithm(10)
    }
    let slope = (decibels(1.0) - decibels(0.5)) / 0.5
    // 46 dB a second or more: the lowpass takes the rest.
    #expect(slope < -40 && slope > -120)
    #expect(left.suffix(Int(0.2 * rate)).allSatisfy { abs($0) < 1e-9 })
    #expect(left.allSatisfy { $0 == 0 || abs($0) > 1e-20 })
  }

  @Test func amountIsTheRoomsShare() {
    let dry = rendered(0, seconds: 2, blocks: [512]).0
    for amount in [0.1, 0.3, 1] {
      let wet = zip(rendered(amount, seconds: 2, blocks: [512]).0, dry).map { $0 - $1 }
      let share = (power(wet) / power(dry)).squareRoot()
      #expect(share > 0.4 * amount && share < 1.2 * amount, "\(share) for \(amount)")
    }
  }

  @Test func resetIsSilence() {
    var reverb = Reverb(amount: 1, sampleRate: 44_100)
    var (left, right) = ([Float](repeating: 0.5, count: 8192), [Float](repeating: 0.5, count: 8192))
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return }
        reverb.process(left: left, right: right, frameCount: 8192)
        reverb.reset()
        left.update(repeating: 0, count: 8192)
        right.update(repeating: 0, count: 8192)
        reverb.process(left: left, right: right, frameCount: 8192)
      }
    }
    #expect(left.allSatisfy { $0 == 0 } && right.allSatisfy { $0 == 0 })
  }
}
