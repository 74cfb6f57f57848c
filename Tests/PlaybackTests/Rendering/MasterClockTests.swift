#if Playback
  import Core
  import Testing

  @testable import Playback

  /// Live sound in a master's time: a loop is driven by hand, and so is the clock.
  @Suite struct MasterClockTests {
    /// A loop whose device is heard `delay` frames after it is rendered.
    private final class Bench {
      let engine = ToneEngine(sampleRate: 48_000)
      let loop: RenderLoop
      var timelines: [PieceTimeline] = []
      var left: [Float] = []
      var reports: [RenderMessage.Kind] = []
      let delay: Int64

      init(delay: Int64 = 4800) {
        self.delay = delay
        loop = RenderLoop(engine: engine, volume: 1, isLimited: false)
        send(RenderMessage(kind: .follow, value: 1))
      }

      /// Steps are quarter notes.
      func play(_ piece: Piece) {
        let timeline = engine.timeline(of: piece)
        timeline.contents.pointee.framesPerClock = piece.tempo.stepSeconds(at: 0) / 24 * 48_000
        timelines.append(timeline)
        timeline.item = UInt64(timelines.count)
        send(RenderMessage(kind: .play, item: timeline.item, piece: timeline.contents))
      }

      func send(_ message: RenderMessage) { #expect(loop.commands.push(message)) }

      /// When a frame is heard.
      func nanoseconds(_ frame: Int) -> Int64 { (Int64(frame) + delay) * 1_000_000_000 / 48_000 }

      func run(frames: Int, block: Int = 480, before: (Int) -> Void = { _ in }) {
        let end = left.count + frames
        while left.count < end {
          before(left.count)
          var l = [Float](repeating: 9, count: block)
          var r = l
          loop.master.hear(at: nanoseconds(left.count))
          loop.takeCommands()
          loop.render(left: &l, right: &r, frameCount: block)
          left += l
          while let report = loop.reports.pop() {
            if report.kind != .returned { reports.append(report.kind) }
          }
        }
      }

      /// Frames at which a note begins: `ToneEngine` begins at full level.
      var onsets: [Int] {
        (1..<left.count).filter { abs(left[$0] - left[$0 - 1]) > 0.06 }.reduce(into: []) { kept, frame in
          if kept.last.map({ frame - $0 > 200 }) ?? true { kept.append(frame) }
        }
      }
    }

    /// A master at a tempo (bpm) that is at `position` at `nanoseconds`.
    private static func message(
      _ kind: RenderMessage.Kind, position: Double = 0, at nanoseconds: Int64, tempo: Double
    ) -> RenderMessage {
      RenderMessage(kind: kind, value: position, time: nanoseconds, tempo: tempo * 24 / 60e9)
    }

    /// A note in each of so many quarter notes, with a rest before the next.
    private static func beats(_ count: Int) -> Piece { TestPiece.melody([24, 24, 24, 24], steps: count + 1) }

    @Test func nothingIsHeardBeforeTheStart() {
      let bench = Bench()
      bench.play(TestPiece.melody())
      bench.run(frames: 48_000)
      #expect(bench.left.allSatisfy { $0 == 0 } && bench.reports.isEmpty)
    }

    /// A piece of 0.05 s a quarter note, played at 120 and at 90 bpm: each note is heard when the master is there.
    @Test(arguments: [120.0, 90, 240]) func notesAreHeardWhenTheMasterIsThere(_ tempo: Double) {
      let bench = Bench()
      bench.play(TestPiece.melody([24, 20, 17, 12], steps: 9))
      // Half a second before the first frame that will be rendered is heard, so that nothing is missed.
      let begin = bench.nanoseconds(24_000)
      bench.send(Self.message(.masterStarted, position: 0, at: begin, tempo: tempo))
      bench.run(frames: 192_000)
      let onsets = bench.onsets
      let expected = (0..<8).map { 24_000 + Double($0) * 60 / tempo * 48_000 }.filter { $0 < 190_000 }
      #expect(onsets.count >= expected.count - 1)
      for (onset, exact) in zip(onsets, expected) { #expect(abs(Double(onset) - exact) <= 24, "\(onset) \(exact)") }
    }

    @Test func aTempoRampIsFollowedWithoutAJump() {
      let bench = Bench()
      bench.play(TestPiece.melody([24, 20], steps: 40))
      var clocks = 0.0
      bench.send(Self.message(.masterStarted, at: bench.nanoseconds(4800), tempo: 120))
      // Updates fifty times a second; the tempo rises from 120 by 10 bpm a second.
      var position: [(frame: Int, clocks: Double)] = []
      bench.run(frames: 240_000) { frame in
        let second = max(0, Double(frame - 4800) / 48_000)
        clocks = (120 * second + 5 * second * second) / 60 * 24
        position.append((frame, clocks))
        if frame > 4800, frame % 960 == 0 {
          bench.send(
            Self.message(.masterTempo, position: clocks, at: bench.nanoseconds(frame), tempo: 120 + 10 * second))
        }
      }
      for (index, onset) in bench.onsets.enumerated() {
        let second = Double(onset - 4800) / 48_000
        let beat = (120 * second + 5 * second * second) / 60
        #expect(abs(beat - Double(index)) * 60 / 150 < 0.002, "beat \(index) at \(second) s: \(beat)")
      }
      #expect(bench.onsets.count >= 11)
    }

    @Test func stopIsSilentAtOnceAndContinueGoesOn() {
      let bench = Bench()
      bench.play(TestPiece.melody([24, 20, 17, 12], steps: 9))
      bench.send(Self.message(.masterStarted, at: bench.nanoseconds(0), tempo: 120))
      bench.run(frames: 60_000)
      bench.send(RenderMessage(kind: .masterStopped))
      let stopped = bench.left.count
      bench.run(frames: 24_000)
      #expect(bench.left[(stopped + 480)...].allSatisfy { $0 == 0 })
      // On at the third quarter note.
      let frame = bench.left.count
      bench.send(Self.message(.masterMoved, position: 48, at: bench.nanoseconds(frame), tempo: 120))
      bench.run(frames: 48_000)
      #expect(
        bench.onsets.contains { abs($0 - frame) < 300 } && bench.onsets.contains { abs($0 - frame - 24_000) < 48 })
      #expect(bench.reports == [.started])
    }

    @Test func aStartGoesToTheNextPiece() {
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 9))
      bench.play(TestPiece.melody(steps: 9))
      bench.send(Self.message(.masterStarted, at: bench.nanoseconds(0), tempo: 120))
      bench.run(frames: 30_000)
      bench.send(Self.message(.masterStarted, at: bench.nanoseconds(30_240), tempo: 120))
      bench.run(frames: 30_000)
      #expect(bench.reports == [.started, .finished, .started])
    }

    @Test func piecesFollowEachOtherInTheMastersTime() {
      let bench = Bench()
      bench.play(TestPiece.melody(steps: 3))
      bench.play(TestPiece.melody(steps: 3))
      bench.send(Self.message(.masterStarted, at: bench.nanoseconds(480), tempo: 240))
      bench.run(frames: 96_000)
      let expected = [0, 1, 3, 4].map { 480 + $0 * 12_000 }
      #expect(bench.onsets.count == 4)
      for (onset, exact) in zip(bench.onsets, expected) { #expect(abs(onset - exact) <= 24) }
    }

    /// Whatever a master says, the loop renders numbers and comes back.
    @Test(arguments: 1...10) func garbageDoesNoHarm(_ seed: Int) {
      var random = SimulatedMaster(seconds: 0, seed: UInt64(seed)) { _ in 120 }
      let bench = Bench()
      for _ in 0..<4 { bench.play(TestPiece.melody(steps: 20)) }
      let kinds: [RenderMessage.Kind] = [
        .masterStarted, .masterMoved, .masterTempo, .masterTempo, .masterStopped, .seek,
      ]
      for _ in 0..<200 {
        let scale: [Double] = [1, 100, 1e5, 1e12]
        bench.send(
          RenderMessage(
            kind: kinds[Int(abs(random.random()) * 5.99)],
            value: scale[Int(abs(random.random()) * 3.99)] * random.random(),
            time: bench.nanoseconds(bench.left.count)
              + Int64(scale[Int(abs(random.random()) * 3.99)] * random.random()),
            tempo: abs(random.random()) * 1e-6))
        bench.run(frames: 960)
      }
      #expect(bench.left.allSatisfy { $0.isFinite })
    }
  }

  @Suite struct SeekTests {
    @Test func soundGoesOnElsewhere() {
      let bench = RenderLoopTests.Bench()
      bench.play(TestPiece.melody(steps: 40))
      bench.run(frames: 4800)
      bench.send(.seek, value: 0.5 * 48_000)
      bench.run(frames: 4800)
      // 0.1 s later it is 0.1 s further, less the fade.
      #expect(abs(bench.loop.playhead.current.frames - 28_800) <= 480)
      #expect(bench.reports == [.started])
      bench.send(.seek, value: 1e18)
      bench.run(frames: 48_000)
      #expect(bench.reports == [.started, .finished, .idle])
    }

    @Test func aNoteThatSoundsThereBeginsThere() {
      // One note of a second and a rest.
      var roll = PianoRoll(rowCount: 1, stepCount: 3)
      (roll[0, 0], roll[0, 1]) = (true, true)
      var settings = PerformanceSettings()
      settings.stepSeconds = 0.5
      let bench = RenderLoopTests.Bench()
      bench.play(Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil))
      bench.send(.seek, value: 0.6 * 48_000)
      bench.run(frames: 60_000)
      #expect(bench.left[480..<9600].contains { abs($0) > 0.02 })
      // It ends when it would have: 0.4 s later, and the engine's tail.
      #expect(bench.left[(19_200 + 2000)...].allSatisfy { $0 == 0 })
    }
  }
#endif
