#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  @Suite(.timeLimit(.minutes(5))) struct AudioOutputTests {
    private func start(_ sink: RecordingSink, idleSeconds: Double = 0.2) throws -> AudioOutput {
      try AudioOutput(sink: sink, options: .init(idleSeconds: idleSeconds, priority: 0)) { ToneEngine(sampleRate: $0) }
    }

    @Test func whatIsHeardIsTheOfflineRender() async throws {
      let sink = RecordingSink()
      // Held until all three wait: a slow test must not become a gap.
      sink.heldFrom.withLock { $0 = 0 }
      let output = try start(sink)
      for id in 1...3 { output.enqueue(PlayerItem(id: UInt64(id), piece: TestPiece.melody())) }
      sink.heldFrom.withLock { $0 = .max }
      var seen: [PlayerEvent] = []
      for await event in output.events {
        seen.append(event)
        if event == .idle { break }
      }
      #expect(seen == [.started(1), .finished(1), .started(2), .finished(2), .started(3), .finished(3), .idle])
      await output.close()
      let reference = OfflineRenderer.render(
        Array(repeating: TestPiece.melody(), count: 3), with: ToneEngine(sampleRate: 48_000)
      ).left
      let recorded = sink.recorded.withLock { $0 }
      let start = try #require(Audio.onset(recorded)) - (try #require(Audio.onset(reference)))
      #expect(recorded.count >= start + reference.count - 4800)
      #expect(zip(recorded[start...], reference).allSatisfy { $0 == $1 })
    }

    @Test func aDriverThatKeepsTheThreadIsSeen() async throws {
      let sink = RecordingSink()
      let output = try AudioOutput(
        sink: sink, options: .init(idleSeconds: 0.05, priority: 0, longestSilence: 0.5)
      ) { ToneEngine(sampleRate: $0) }
      sink.heldFrom.withLock { $0 = 0 }
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody()))
      #expect(await becomes { output.isStuck })
      sink.heldFrom.withLock { $0 = .max }
      #expect(await becomes { !output.isStuck })
      // At rest it says that it is there, and may be silent for ever.
      for await event in output.events where event == .idle { break }
      try await Task.sleep(for: .milliseconds(800))
      #expect(!output.isStuck)
      await output.close()
      #expect(!output.isStuck)
    }

    @Test func aThreadThatHangsAtRestIsSeen() async throws {
      let sink = RecordingSink()
      let output = try AudioOutput(
        sink: sink, options: .init(idleSeconds: 0.05, priority: 0, longestSilence: 0.5)
      ) { ToneEngine(sampleRate: $0) }
      sink.holdsClose.withLock { $0 = true }
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody()))
      for await event in output.events where event == .idle { break }
      #expect(await becomes { output.isStuck })
      sink.holdsClose.withLock { $0 = false }
      #expect(await becomes { !output.isStuck })
      await output.close()
    }

    @Test func theDeviceIsReleasedAtRestAndOpenedAgain() async throws {
      let sink = RecordingSink()
      let output = try start(sink, idleSeconds: 0.1)
      for round in 1...2 {
        output.enqueue(PlayerItem(id: UInt64(round), piece: TestPiece.melody()))
        for await event in output.events where event == .idle { break }
        #expect(await becomes { !sink.isOpen.withLock { $0 } })
        let cpu = output.cpuSeconds
        let written = output.writtenFrames
        try await Task.sleep(for: .milliseconds(100))
        #expect(output.writtenFrames == written && output.cpuSeconds == cpu)
      }
      #expect(sink.openCount.withLock { $0 } == 2)
      await output.close()
    }

    @Test func aLostDeviceIsReportedOnceAndTheSoundComesBack() async throws {
      let sink = RecordingSink()
      sink.heldFrom.withLock { $0 = 4800 }
      let output = try start(sink)
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody(steps: 200)))
      var events = output.events.makeAsyncIterator()
      #expect(await events.next() == .started(1))
      // The block that is being written fails, in the middle of the piece.
      sink.failing.withLock { $0 = true }
      sink.heldFrom.withLock { $0 = .max }
      let lost = await events.next()
      guard case .deviceLost(let text) = lost else {
        Issue.record("\(String(describing: lost))")
        return
      }
      #expect(text.contains("recording"))
      #expect(await becomes { sink.refusedCount.withLock { $0 } > 2 })
      sink.failing.withLock { $0 = false }
      #expect(await events.next() == .deviceBack)
      #expect(await events.next() == .finished(1))
      #expect(await events.next() == .idle)
      await output.close()
    }

    @Test func nothingHangsWhenTheDeviceIsGone() async throws {
      let sink = RecordingSink()
      let output = try start(sink)
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody(steps: 2000)))
      #expect(await becomes { !sink.recorded.withLock { $0.isEmpty } })
      sink.failing.withLock { $0 = true }
      #expect(await becomes { sink.refusedCount.withLock { $0 } > 0 })
      output.skip()
      output.enqueue(PlayerItem(id: 2, piece: TestPiece.melody()))
      output.stop()
      await output.close()
      await output.close()
      var finished: [PlayerEvent] = []
      for await event in output.events { if case .finished = event { finished.append(event) } }
      #expect(finished == [.finished(1), .finished(2)])
    }

    @Test func manyPiecesPassThroughTheBoundedList() async throws {
      let sink = RecordingSink()
      let output = try start(sink)
      let count = RenderLoop.waitingCapacity + 50
      for id in 1...count {
        output.enqueue(PlayerItem(id: UInt64(id), piece: TestPiece.melody([3], steps: 2, stepSeconds: 0.001)))
      }
      var finished: [UInt64] = []
      for await event in output.events {
        if case .finished(let id) = event { finished.append(id) }
        if event == .idle, finished.count == count { break }
      }
      #expect(finished == Array(1...UInt64(count)))
      await output.close()
    }

    @Test func positionFollowsThePiece() async throws {
      let output = try AudioOutput(
        sink: ClockSink(sampleRate: 48_000, periodFrames: 960, bufferFrames: 4800), options: .init(priority: 0)
      ) { ToneEngine(sampleRate: $0) }
      #expect(output.position == PlayerPosition(item: nil, seconds: 0, isPaused: false))
      let begin = ContinuousClock.now
      output.enqueue(PlayerItem(id: 7, piece: TestPiece.melody(steps: 4000)))
      #expect(await becomes { output.position.seconds > 0.2 })
      let position = output.position
      #expect(position.item == 7)
      #expect(.seconds(position.seconds) <= ContinuousClock.now - begin)
      output.pause()
      #expect(output.position.isPaused)
      // Comes to rest: two looks further apart than the fade and the buffer see the same.
      #expect(
        await becomes {
          let held = output.position.seconds
          try? await Task.sleep(for: .milliseconds(300))
          return output.position.seconds == held
        })
      output.resume()
      let held = output.position.seconds
      #expect(await becomes { output.position.seconds > held })
      #expect(!output.position.isPaused)
      await output.close()
    }
  }
#endif
