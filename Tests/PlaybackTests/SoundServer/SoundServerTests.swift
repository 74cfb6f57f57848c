#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  @Suite(.soundServer, .serialized) struct SoundServerTests {
    private func configuration(_ yaml: String = "") throws -> PlaybackConfiguration {
      try Configuration(text: "playback: {play: 'alsa:pulse', volume: 1, \(yaml)}", file: "x").playback
    }

    private func output(_ configuration: PlaybackConfiguration) throws -> AudioOutput {
      let device = PCMDevice(name: "pulse", rate: 48_000, periodFrames: 960, bufferFrames: 4800)
      return try AudioOutput(sink: device, options: .init(idleSeconds: 5)) { rate in
        try Player.makeEngine(configuration, sampleRate: rate, timbres: [:]) { _ in }
      }
    }

    /// Different pieces of the default size.
    private func pieces(_ count: Int, steps: Int = 33) -> [Piece] {
      (0..<count).map { number in
        TestPiece.melody(
          (0..<7).map { (5 * $0 * (number + 1) + number) % 25 }, steps: steps, stepSeconds: 0.5)
      }
    }

    /// Minutes of pieces while all cores are busy: what the server was given is the offline render, without an xrun.
    @Test(.timeLimit(.minutes(15)), arguments: ["sine", "fluidsynth"])
    func whatIsHeardIsTheOfflineRender(synth: String) async throws {
      // The long run is for the sine engine; FluidSynth gets a third.
      let seconds = synth == "sine" ? SoundServer.seconds : SoundServer.seconds / 3
      let pieces = pieces(max(1, Int(seconds / 16.5)))
      let configuration = try configuration("synth: \(synth)")
      let busy = BusyCores()
      defer { busy.stop() }
      let recorder = try Recorder()
      defer { recorder.stop() }
      try await recorder.ready()
      let output = try output(configuration)
      for (index, piece) in pieces.enumerated() { output.enqueue(PlayerItem(id: UInt64(index), piece: piece)) }
      var memory: [Int] = []
      for await event in output.events {
        if case .started = event { memory.append(try residentBytes() - 4 * recorder.samples.count) }
        if event == .idle { break }
      }
      try await Task.sleep(for: .milliseconds(300))
      let (xruns, cpu, written) = (output.xrunCount, output.cpuSeconds, Double(output.writtenFrames) / 48_000)
      await output.close()
      recorder.stop()
      let engine = try Player.makeEngine(configuration, sampleRate: 48_000, timbres: [:]) { _ in }
      let reference = OfflineRenderer.render(pieces, with: engine).left
      let recorded = recorder.samples
      let start = try #require(Audio.onset(recorded)) - (try #require(Audio.onset(reference)))
      try #require(start >= 0 && recorded.count >= start + reference.count)
      let ratio = Audio.signalToNoise(recorded[start..<(start + reference.count)], reference[...])
      let growth = (memory.last ?? 0) - (memory.dropFirst().first ?? memory.first ?? 0)
      print(
        "\(synth): \(Int(written)) s played, \(xruns) xruns, SNR \(ratio) dB, CPU of the audio thread "
          + "\((10_000 * cpu / written).rounded() / 100) %, memory +\(growth / 1024) kB over \(memory.count) pieces")
      #expect(xruns == 0)
      #expect(ratio >= 60)
    }

    /// The server is killed in the middle and started again: said once, sound again within two seconds, all events come.
    @Test(.timeLimit(.minutes(1))) func theServerMayBeRestarted() async throws {
      let output = try output(try configuration())
      output.enqueue(PlayerItem(id: 1, piece: pieces(1, steps: 14)[0]))
      var events = output.events.makeAsyncIterator()
      #expect(await events.next() == .started(1))
      try await Task.sleep(for: .seconds(1))
      try SoundServer.control("stop")
      guard case .deviceLost = await events.next() else {
        Issue.record("the loss was not reported")
        return
      }
      try await Task.sleep(for: .seconds(1))
      try SoundServer.control("start")
      let back = ContinuousClock.now
      #expect(await events.next() == .deviceBack)
      let seconds = (ContinuousClock.now - back) / .seconds(1)
      print("sound is back \(seconds) s after the server")
      #expect(seconds < 2)
      let recorder = try Recorder()
      defer { recorder.stop() }
      try await recorder.ready()
      #expect(await events.next() == .finished(1))
      #expect(Audio.onset(recorder.samples) != nil, "it is heard again")
      #expect(await events.next() == .idle)
      await output.close()
    }

    /// Heard within 150 ms: measured at the server's monitor, the recorder's own delay included.
    @Test(.timeLimit(.minutes(1))) func pauseSkipAndStopAreHeardSoon() async throws {
      let recorder = try Recorder()
      defer { recorder.stop() }
      try await recorder.ready()
      let begin = ContinuousClock.now
      let player = try #require(try await Player.start(try configuration()) { _ in })
      // A long low tone, then a piece of another pitch.
      var low = pieces(1)[0]
      low.roll = PianoRoll(rowCount: 25, stepCount: 2)
      low.roll[24, 0] = true
      low.settings.stepSeconds = 20
      await player.offer(PlayerPiece(low, role: .final(1)))
      await player.offer(PlayerPiece(pieces(1, steps: 8)[0], role: .final(2)))
      try await Task.sleep(for: .seconds(6))
      let onset = try #require(Audio.onset(recorder.samples))
      let startDelay = try #require(recorder.time(of: onset)) - begin
      let pause = ContinuousClock.now
      await player.control(.pause)
      try await Task.sleep(for: .milliseconds(600))
      var samples = recorder.samples
      let silent = try #require(samples.indices.last { abs(samples[$0]) > 1e-4 })
      let pauseDelay = try #require(recorder.time(of: silent)) - pause
      await player.control(.pause)
      try await Task.sleep(for: .milliseconds(600))
      let stop = ContinuousClock.now
      await player.control(.stop)
      try await Task.sleep(for: .milliseconds(600))
      samples = recorder.samples
      let last = try #require(samples.indices.last { abs(samples[$0]) > 1e-4 })
      #expect(last > silent + 4800, "it went on after the pause")
      let stopDelay = try #require(recorder.time(of: last)) - stop
      print("heard after: start \(startDelay), pause \(pauseDelay), stop \(stopDelay)")
      #expect(startDelay < .seconds(1))
      #expect(pauseDelay < .milliseconds(150))
      #expect(stopDelay < .milliseconds(150))
      await player.close()
    }
  }
#endif
