#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  @Suite(.timeLimit(.minutes(5))) struct PlayerTests {
    private func player(_ yaml: String = "", sink: RecordingSink, notices: Notices = Notices()) async throws -> Player {
      let configuration = try Configuration(text: "playback: {volume: 1, \(yaml)}", file: "x").playback
      let output = try AudioOutput(sink: sink, options: .init(priority: 0)) { ToneEngine(sampleRate: $0) }
      let player = Player(output: output, configuration: configuration) { line in
        notices.lines.withLock { $0.append(line) }
      }
      await player.begin()
      return player
    }

    final class Notices: Sendable {
      let lines = Mutex<[String]>([])
    }

    @Test func theNextPieceIsHandedOverShortlyBeforeTheEnd() async throws {
      let output = ScriptedOutput()
      let player = Player(output: output, configuration: try Configuration(text: "", file: "x").playback) { _ in }
      await player.begin()
      let piece = TestPiece.melody(steps: 201, stepSeconds: 0.05)
      for number in 1...3 { await player.offer(PlayerPiece(piece, role: .final(number))) }
      for item in UInt64(1)...3 {
        #expect(output.enqueued == Array(1...item))
        output.stand(at: 0, of: item)
        output.report(.started(item))
        output.stand(at: 9, of: item)
        // Long before the end nothing more is handed over: what comes later may be newer.
        try await Task.sleep(for: .milliseconds(600))
        #expect(output.enqueued == Array(1...item))
        // Ten seconds of piece, and what the output needs to begin in time.
        output.stand(at: 9.4, of: item)
        if item < 3 { #expect(await becomes { output.enqueued.count == item + 1 }) }
        output.report(.finished(item))
      }
      output.report(.idle)
      await player.drain()
      #expect(output.enqueued == [1, 2, 3])
      await player.close()
    }

    @Test func nextPauseVolumeAndStop() async throws {
      let sink = RecordingSink()
      let player = try await player(sink: sink)
      for number in 1...3 {
        await player.offer(PlayerPiece(TestPiece.melody(steps: 4000), role: .final(number)))
      }
      #expect(await becomes { await player.status.title == "piece 1" })
      await player.control(.pause)
      await player.control(.next)
      #expect(await becomes { await player.status.title == "piece 2" })
      await player.control(.volume(-0.3))
      let status = await player.status
      #expect(status.isPaused && abs(status.volume - 0.7) < 1e-9)
      await player.control(.stop)
      await player.drain()
      await player.close()
      await player.drain()
    }

    @Test func aClosedPlayerTakesNothing() async throws {
      let player = try await player(sink: RecordingSink())
      await player.close()
      await player.offer(PlayerPiece(TestPiece.melody(), role: .final(1)))
      await player.drain()
      #expect(await player.wants(population: 1, isImprovement: true) == false)
    }

    @Test func startSaysWhatIsNotThere() async throws {
      let configuration = try Configuration(text: "playback: {play: 'alsa:no-such-device'}", file: "x").playback
      await #expect(throws: DeviceUnavailableError.self) { _ = try await Player.start(configuration) { _ in } }
      let none = try Configuration(text: "playback: {play: none}", file: "x").playback
      #expect(try await Player.start(none) { _ in Issue.record("says something") } == nil)
    }

    @Test func soundIsLookedForWithoutTouchingIt() {
      #expect(SoundSystem.isPresent(environment: ["PULSE_SERVER": "unix:/nowhere"]))
      #expect(!SoundSystem.deviceNames().isEmpty)
    }

    @Test func theLineSaysWhatIsHeard() {
      let status = PlayerStatus(
        title: "population 4", score: 213.46, seconds: 3.2, length: 76, waitingCount: 2, isPaused: false, volume: 0.8)
      #expect(status.line == "▶ population 4  score 213.5  0:03/1:16  volume 80 %  2 waiting")
    }
  }
#endif
