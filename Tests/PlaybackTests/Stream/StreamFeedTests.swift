#if Playback
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// The ring, and the stream's time.
  @Suite struct StreamFeedTests {
    private func push(_ tap: SampleTap, _ samples: [Float], item: UInt64, at frame: Int, isMoving: Bool = true) {
      tap.push(
        left: samples, right: samples, frameCount: samples.count, item: item, pieceFrame: frame, isMoving: isMoving)
    }

    @Test func theRingTakesNothingUnwantedAndLosesWhatDoesNotFit() {
      let tap = SampleTap()
      let block = [Float](repeating: 0.25, count: 1024)
      push(tap, block, item: 1, at: 1024)
      var out = [Float](repeating: 0, count: 4096)
      #expect(tap.take(2048, into: &out) == 0)
      tap.beginWanting()
      for _ in 0..<(SampleTap.capacity / 1024 + 3) { push(tap, block, item: 1, at: 1024) }
      #expect(tap.lostFrames.load(ordering: .relaxed) == 3 * 1024)
      #expect(tap.take(2048, into: &out) == 2048 && out.allSatisfy { $0 == 0.25 })
    }

    @Test func marksSayWhatBeginsWhere() {
      let tap = SampleTap()
      tap.beginWanting()
      let block = [Float](repeating: 0, count: 100)
      // A piece begins after 40 frames, goes on, is held, goes on; then there is silence.
      push(tap, block, item: 7, at: 60)
      push(tap, block, item: 7, at: 160)
      push(tap, block, item: 7, at: 170, isMoving: false)
      push(tap, block, item: 7, at: 170, isMoving: false)
      push(tap, block, item: 7, at: 270)
      push(tap, block, item: 0, at: 0, isMoving: false)
      push(tap, block, item: 0, at: 0, isMoving: false)
      var marks: [SampleTap.Mark] = []
      while let mark = tap.takeMark(before: .max) { marks.append(mark) }
      #expect(
        marks == [
          .init(tapFrame: 40, item: 7, pieceFrame: 0, isMoving: true),
          .init(tapFrame: 200, item: 7, pieceFrame: 170, isMoving: false),
          .init(tapFrame: 400, item: 7, pieceFrame: 170, isMoving: true),
          .init(tapFrame: 500, item: 0, pieceFrame: 0, isMoving: false),
        ])
    }

    @Test func listenersHaveSomethingInHandAlsoWhereAPieceIsHeardAlready() {
      let tap = SampleTap()
      tap.beginWanting()
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: StreamFeed.bufferCount)
      defer { buffer.deallocate() }
      let rate = tap.sampleRate.load(ordering: .relaxed)
      let block = [Float](repeating: 0.5, count: rate / 100)
      push(tap, block, item: 3, at: block.count)
      var feed = StreamFeed(tap: tap, from: 0, now: 100, buffer: buffer)
      let lead = feed.next(now: 100)
      #expect(lead.frames.count / 2 == 120_000 && lead.frames.allSatisfy { $0 == 0 } && lead.marks.isEmpty)
      let (frames, marks) = feed.next(now: 100)
      #expect(
        frames.contains { $0 != 0 } && marks.map(\.item) == [3] && marks.first.map { $0.frame >= 120_000 } == true)
    }

    @Test func silenceComesByTheClockAndMusicAsItIs() {
      let tap = SampleTap()
      tap.beginWanting()
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: StreamFeed.bufferCount)
      defer { buffer.deallocate() }
      var feed = StreamFeed(tap: tap, from: 0, now: 100, buffer: buffer)
      func count(_ now: Double) -> Int { feed.next(now: now).frames.count / 2 }
      // What listeners have in hand from the beginning.
      let first = [count(100), count(100.01), count(101)]
      #expect(first == [120_000, 0, 48_000])
      // A burst of a device's buffer, then blocks as they come.
      let music = (0..<4800).map { Float($0) / 4800 }
      push(tap, music, item: 3, at: 4800)
      let (frames, marks) = feed.next(now: 101)
      #expect(stride(from: 0, to: frames.count, by: 2).map { frames[$0] } == Array(music[..<4096]))
      #expect(marks == [.init(frame: 168_000, item: 3, seconds: 0, isMoving: true)])
      // Nothing for a moment is no pause yet.
      let rest = [count(101), count(101.2)]
      #expect(rest == [704, 0])
      // A second later the device is gone: the piece stands; the clock has come as far as the music was ahead.
      let silence = feed.next(now: 102)
      #expect(silence.frames.count == 2 * (48_000 - 4800) && silence.frames.allSatisfy { $0 == 0 })
      #expect(silence.marks == [.init(frame: 172_800, item: 3, seconds: 0.1, isMoving: false)])
      // And goes on.
      push(tap, music, item: 3, at: 9600)
      let again = feed.next(now: 102).marks
      #expect(again == [.init(frame: 216_000, item: 3, seconds: 0.1, isMoving: true)])
    }

    @Test(arguments: [44_100, 96_000, 22_050, 32_000]) func otherRatesAreBroughtToTheStreams(rate: Int) {
      var resampler = Resampler(from: rate, to: 48_000)
      let sine = { (frame: Int, rate: Int) in Float(0.5 * sin(2 * .pi * 1000 * Double(frame) / Double(rate))) }
      let input = (0..<rate).flatMap { [sine($0, rate), -sine($0, rate)] }
      var output: [Float] = []
      for start in stride(from: 0, to: input.count, by: 700) {
        output += input[start..<min(input.count, start + 700)].withUnsafeBufferPointer { resampler.process($0) }
      }
      #expect(abs(output.count / 2 - 48_000) < 100)
      let left = stride(from: 2000, to: output.count - 2000, by: 2).map { output[$0] }
      let expected = (0..<left.count).map { sine($0 + 1000, 48_000) }
      #expect(Audio.signalToNoise(left[...], expected[...]) > 70)
      #expect(output[5000] == -output[5001])
    }
  }
#endif
