#if Playback
  import Foundation
  import Testing

  @testable import Playback

  @Suite struct LiveLimiterTests {
    private func limit(_ input: [Float], block: Int = 100) -> [Float] {
      var limiter = LiveLimiter(sampleRate: 48_000)
      var output: [Float] = []
      for start in stride(from: 0, to: input.count, by: block) {
        var left = Array(input[start..<min(start + block, input.count)])
        var right = left
        limiter.process(left: &left, right: &right, frameCount: left.count)
        output += left
      }
      return output
    }

    @Test func quietSoundPassesBitForBit() {
      let input = (0..<10_000).map { 0.97 * Float(sin(0.05 * Double($0))) }
      let output = limit(input)
      #expect(output.prefix(LiveLimiter.delay).allSatisfy { $0 == 0 })
      #expect(output.dropFirst(LiveLimiter.delay).elementsEqual(input.dropLast(LiveLimiter.delay)))
    }

    @Test(arguments: [1.0 as Float, 1.5, 4, 40])
    func nothingLeavesAboveTheCeiling(amplitude: Float) {
      // Bursts of every length and spacing, so that peaks meet every phase of hold and release.
      var input: [Float] = []
      for index in 0..<60_000 {
        let gate: Float = (index / 37) % ((index / 5000) % 7 + 2) == 0 ? 1 : 0.2
        input.append(amplitude * gate * Float(sin(0.31 * Double(index))))
      }
      let output = limit(input)
      let peak = output.map { abs($0) }.max() ?? 0
      #expect(peak <= LiveLimiter.ceiling * 1.0001)
      #expect(peak > 0.3)
    }

    @Test func itLetsGoCompletely() {
      var input = [Float](repeating: 3, count: 100)
      let tail = (0..<200_000).map { 0.5 * Float(sin(0.05 * Double($0))) }
      input += tail
      let output = limit(input)
      #expect(output.suffix(10_000).elementsEqual(input.dropLast(LiveLimiter.delay).suffix(10_000)))
    }
  }
#endif
