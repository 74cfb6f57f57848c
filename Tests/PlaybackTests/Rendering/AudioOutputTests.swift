#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// Keeps what is written, at once or at real time's pace; can be made to fail.
  final class RecordingSink: AudioSink, @unchecked Sendable {
    let name = "recording"
    let recorded = Mutex<[Float]>([])
    let failing = Mutex(false)
    let openCount = Mutex(0)
    let isOpen = Mutex(false)
    /// A driver that keeps the thread.
    let blocking = Mutex(false)
    /// Times real time.
    let pace: Double

    init(pace: Double = 20) { self.pace = pace }

    func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat {
      if failing.withLock({ $0 }) { throw SinkError(operation: "open", device: name, code: 19, reason: "gone") }
      openCount.withLock { $0 += 1 }
      isOpen.withLock { $0 = true }
      return SinkFormat(
        sampleRate: 48_000, channelCount: 2, periodFrames: 960, bufferFrames: 4800, sampleFormat: "FLOAT")
    }

    func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32 {
      if failing.withLock({ $0 }) { return 19 }
      while blocking.withLock({ $0 }) { usleep(1000) }
      recorded.withLock { $0 += UnsafeBufferPointer(start: left, count: frameCount) }
      usleep(UInt32(1e6 * Double(frameCount) / 48_000 / pace))
      return 0
    }

    var delayFrames: Int { 0 }
    var xrunCount: Int { 0 }
    func close() { isOpen.withLock { $0 = false } }
  }

  @Suite(.timeLimit(.minutes(1))) struct AudioOutputTests {
    private func start(_ sink: RecordingSink, idleSeconds: Double = 0.2) throws -> AudioOutput {
      try AudioOutput(sink: sink, options: .init(idleSeconds: idleSeconds, priority: 0)) { ToneEngine(sampleRate: $0) }
    }

    @Test func whatIsHeardIsTheOfflineRender() async throws {
      let sink = RecordingSink()
      let output = try start(sink)
      for id in 1...3 { output.enqueue(PlayerItem(id: UInt64(id), piece: TestPiece.melody())) }
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
      func becomesStuck(_ isStuck: Bool) async throws -> Bool {
        for _ in 0..<2000 where output.isStuck != isStuck { try await Task.sleep(for: .milliseconds(5)) }
        return output.isStuck == isStuck
      }
      sink.blocking.withLock { $0 = true }
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody()))
      #expect(try await becomesStuck(true))
      sink.blocking.withLock { $0 = false }
      #expect(try await becomesStuck(false))
      // At rest it may be silent for ever.
      for await event in output.events where event == .idle { break }
      try await Task.sleep(for: .milliseconds(800))
      #expect(!output.isStuck)
      await output.close()
      #expect(!output.isStuck)
    }

    @Test func theDeviceIsReleasedAtRestAndOpenedAgain() async throws {
      let sink = RecordingSink()
      let output = try start(sink, idleSeconds: 0.1)
      for round in 1...2 {
        output.enqueue(PlayerItem(id: UInt64(round), piece: TestPiece.melody()))
        for await event in output.events where event == .idle { break }
        for _ in 0..<400 where sink.isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!sink.isOpen.withLock { $0 })
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
      let output = try start(sink)
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody(steps: 200)))
      var events = output.events.makeAsyncIterator()
      #expect(await events.next() == .started(1))
      sink.failing.withLock { $0 = true }
      let lost = await events.next()
      guard case .deviceLost(let text) = lost else {
        Issue.record("\(String(describing: lost))")
        return
      }
      #expect(text.contains("recording"))
      try await Task.sleep(for: .milliseconds(500))
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
      try await Task.sleep(for: .milliseconds(50))
      sink.failing.withLock { $0 = true }
      try await Task.sleep(for: .milliseconds(50))
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
      output.enqueue(PlayerItem(id: 7, piece: TestPiece.melody(steps: 100)))
      try await Task.sleep(for: .milliseconds(400))
      let position = output.position
      #expect(position.item == 7)
      #expect((0.1...0.6).contains(position.seconds))
      output.pause()
      try await Task.sleep(for: .milliseconds(200))
      let held = output.position
      #expect(held.isPaused)
      await output.close()
    }
  }
#endif
