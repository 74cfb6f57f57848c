#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  @Suite struct RenderLoopTests {
    /// A loop with its pieces kept alive, driven by hand.
    final class Bench {
      let engine: ToneEngine
      let loop: RenderLoop
      var timelines: [PieceTimeline] = []
      var left: [Float] = []
      var reports: [RenderMessage.Kind] = []
      var returnedCount = 0

      init(volume: Float = 1) {
        engine = ToneEngine(sampleRate: 48_000)
        loop = RenderLoop(engine: engine, volume: volume)
      }

      func play(_ piece: Piece) {
        let timeline = engine.timeline(of: piece)
        timelines.append(timeline)
        timeline.item = UInt64(timelines.count)
        send(RenderMessage(kind: .play, item: timeline.item, piece: timeline.contents))
      }

      func send(_ message: RenderMessage) { #expect(loop.commands.push(message)) }
      func send(_ kind: RenderMessage.Kind, value: Double = 0) { send(RenderMessage(kind: kind, value: value)) }

      func run(frames: Int, block: Int = 480) {
        var remaining = frames
        while remaining > 0 {
          let count = min(block, remaining)
          var l = [Float](repeating: 9, count: count)
          var r = l
          loop.takeCommands()
          loop.render(left: &l, right: &r, frameCount: count)
          left += l
          remaining -= count
          while let report = loop.reports.pop() {
            if report.kind == .returned { returnedCount += 1 } else { reports.append(report.kind) }
          }
        }
      }
    }

    @Test(arguments: [1, 7, 64, 480, 1000, 20_000])
    func samplesDoNotDependOnTheBlocks(blockFrames: Int) {
      let pieces = [TestPiece.melody(), TestPiece.melody([3, 9])]
      let whole = OfflineRenderer.render(pieces, with: ToneEngine(sampleRate: 44_100), blockFrames: 4096)
      let cut = OfflineRenderer.render(pieces, with: ToneEngine(sampleRate: 44_100), blockFrames: blockFrames)
      let count = min(whole.left.count, cut.left.count)
      #expect(count > 40_000)
      #expect(whole.left[..<count] == cut.left[..<count])
      #expect(whole.right[..<count] == cut.right[..<count])
    }

    @Test func piecesFollowEachOtherOnTheStepGrid() throws {
      // Two pieces of 9 steps of 0.05 s with an empty last step: the second begins at 0.45 s exactly.
      let single = OfflineRenderer.render([TestPiece.melody()], with: ToneEngine(sampleRate: 48_000))
      let both = OfflineRenderer.render(
        [TestPiece.melody(), TestPiece.melody()], with: ToneEngine(sampleRate: 48_000))
      let second = 21_600
      #expect(both.left[..<second] == single.left[..<second])
      // Nothing of the first sounds any more there (its last note and 1000 frames of tail end before).
      #expect(both.left[second..<(second + 19_000)] == single.left[..<19_000])
    }

    @Test func reportsComeInOrder() {
      let bench = Bench()
      bench.play(TestPiece.melody())
      bench.play(TestPiece.melody())
      bench.run(frames: 60_000)
      #expect(bench.reports == [.started, .finished, .started, .finished, .idle])
    }

    @Test func pauseHoldsTheMusicAndResumeGoesOn() {
      let bench = Bench()
      bench.play(TestPiece.melody())
      bench.run(frames: 4800)
      bench.send(.pause)
      bench.run(frames: 4800)
      #expect(bench.left[4800 + 480..<9600].allSatisfy { $0 == 0 }, "silent 10 ms after the pause")
      let isPaused = bench.loop.playhead.isPaused.load(ordering: .relaxed)
      #expect(isPaused)
      bench.send(.resume)
      bench.run(frames: 40_000)
      #expect(bench.reports == [.started, .finished, .idle])
      #expect(bench.returnedCount == 1)
      // The music goes on where it was: what follows equals the undisturbed render, shifted.
      let whole = OfflineRenderer.render([TestPiece.melody()], with: ToneEngine(sampleRate: 48_000)).left
      let fade = Int(RenderLoop.fadeSeconds * 48_000)
      let resumed = Array(bench.left[(9600 + fade)...])
      let reference = Array(whole[(4800 + 2 * fade - bench.loop.limiterFrames)...])
      #expect(zip(resumed, reference).allSatisfy { $0 == $1 })
    }

    @Test(arguments: [RenderMessage.Kind.skip, .stop, .pause])
    func nothingClicks(kind: RenderMessage.Kind) {
      let undisturbed = Bench()
      undisturbed.play(TestPiece.melody(steps: 40))
      undisturbed.run(frames: 24_000)
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 40))
      bench.run(frames: 12_345)
      bench.send(kind)
      bench.run(frames: 12_000)
      // ToneEngine's notes begin with a step of 0.1: the fade may not add a larger one.
      #expect(Audio.largestStep(bench.left) <= Audio.largestStep(undisturbed.left) * 1.001)
      #expect(bench.left.suffix(10_000).allSatisfy { $0 == 0 })
    }

    @Test func skipGoesToTheNextPieceAtOnce() {
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 400))
      bench.play(TestPiece.melody([5]))
      bench.run(frames: 4800)
      bench.send(.skip)
      bench.run(frames: 40_000)
      #expect(bench.reports == [.started, .finished, .started, .finished, .idle])
      #expect(bench.returnedCount == 2)
      let next = OfflineRenderer.render([TestPiece.melody([5])], with: ToneEngine(sampleRate: 48_000)).left
      let start = 4800 + Int(RenderLoop.fadeSeconds * 48_000) + bench.loop.limiterFrames
      #expect(Array(bench.left[start..<(start + 20_000)]) == Array(next[..<20_000]))
    }

    @Test func whatIsQueuedAfterAStopIsPlayed() {
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 400))
      bench.run(frames: 4800)
      bench.send(.stop)
      bench.play(TestPiece.melody([5]))
      bench.run(frames: 40_000)
      #expect(bench.reports == [.started, .finished, .started, .finished, .idle])
    }

    @Test func skippingWhilePausedStaysPaused() {
      let bench = Bench()
      bench.play(TestPiece.melody())
      bench.play(TestPiece.melody([5]))
      bench.run(frames: 4800)
      bench.send(.pause)
      bench.run(frames: 4800)
      bench.send(.skip)
      bench.run(frames: 4800)
      #expect(bench.left.suffix(4000).allSatisfy { $0 == 0 })
      bench.send(.resume)
      bench.run(frames: 40_000)
      #expect(bench.reports.filter { $0 == .finished }.count == 2)
      #expect(bench.reports.last == .idle)
    }

    /// Nothing is rendered meanwhile: the device is closed.
    @Test func whatComesWhilePausedWaitsAtItsBeginning() {
      let bench = Bench()
      bench.send(.pause)
      bench.run(frames: 4800)
      bench.play(TestPiece.melody([5]))
      bench.loop.takeCommands()
      let first = bench.loop.playhead.current
      #expect(first.itemBits == 1 && first.frames == 0)
      bench.send(.seek, value: 3000)
      bench.loop.takeCommands()
      #expect(bench.loop.playhead.current.frames == 3000)
      bench.send(.stop)
      bench.loop.takeCommands()
      #expect(bench.loop.playhead.current.itemBits == 0)
      bench.play(TestPiece.melody([5]))
      bench.run(frames: 4800)
      #expect(bench.left.allSatisfy { $0 == 0 })
      bench.send(.resume)
      bench.run(frames: 40_000)
      #expect(bench.reports == [.started, .finished, .started, .finished, .idle])
    }

    @Test func volumeGlidesWithoutAClick() {
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 40, stepSeconds: 0.5))
      bench.run(frames: 10_000)
      let before = Audio.largestStep(Array(bench.left.suffix(5000)))
      bench.send(.volume, value: 0.25)
      bench.run(frames: 10_000)
      #expect(Audio.largestStep(Array(bench.left.suffix(10_000))) <= before)
      let undisturbed = Bench()
      undisturbed.play(TestPiece.melody(steps: 40, stepSeconds: 0.5))
      undisturbed.run(frames: 20_000)
      #expect(zip(bench.left, undisturbed.left).suffix(5000).allSatisfy { $0 == 0.25 * $1 })
    }

    @Test func quitEndsTheFadeFirst() {
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 400))
      bench.run(frames: 4800)
      bench.send(.quit)
      bench.loop.takeCommands()
      #expect(!bench.loop.isQuitting)
      bench.run(frames: 960)
      #expect(bench.loop.isQuitting)
    }
  }
#endif
