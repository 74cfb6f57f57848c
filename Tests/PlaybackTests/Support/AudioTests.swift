#if Playback
  import Foundation
  import Testing

  /// What comparisons of recordings find.
  @Suite struct AudioTests {
    /// Ten seconds of a tone that rises, so that no part of it is like another.
    private let reference: [Float] = (0..<480_000).map { frame in
      let seconds = Double(frame) / 48_000
      return Float(0.3 * sin(2 * Double.pi * (220 + 37 * seconds) * seconds) * (1 - exp(-seconds)))
    }

    private func found(_ recorded: [Float]) -> [String]? {
      Audio.differences(recorded[...], reference[...]).map { $0.map(\.description) }
    }

    @Test func nothingWhereBothAreEqual() { #expect(found(reference) == []) }

    @Test func whatIsMissingAndWhatIsTooMuch() {
      var recorded = reference
      recorded.insert(contentsOf: [Float](repeating: 0, count: 1024), at: 200_000)
      recorded.removeSubrange(100_000..<103_072)
      #expect(found(recorded) == ["2.08 s: - 3072", "4.17 s: + 1024 of silence"])
    }

    /// Two losses that are too close for what lies between them to be recognized; a second later the music is the same.
    @Test func musicThatRepeats() {
      let repeated = (0..<480_000).map { reference[48_000 + $0 % 48_000] }
      var recorded = repeated
      recorded.removeSubrange(101_000..<101_512)
      recorded.removeSubrange(100_000..<100_512)
      let found = Audio.differences(recorded[...], repeated[...])
      #expect(found?.map(\.description) == ["2.08 s: - 1536 + 512"])
    }

    @Test func whatIsOther() {
      var recorded = reference
      for frame in 150_000..<151_024 { recorded[frame] = 0 }
      #expect(found(recorded) == ["3.13 s: - 1024 + 1024 of silence"])
      #expect(found(reference.map { -$0 }) == nil)
    }
  }
#endif
