#if Playback
  import CMallocCounter
  import Core
  import Foundation
  import Testing

  @testable import Playback

  @Suite(.soundServer, .serialized) struct SoundServerTests {
    private func configuration(_ yaml: String = "") throws -> PlaybackConfiguration {
      try Configuration(text: "playback: {play: 'alsa:\(SoundServer.device)', volume: 1, \(yaml)}", file: "x").playback
    }

    private var device: PCMDevice {
      PCMDevice(name: SoundServer.device, rate: 48_000, periodFrames: 960, bufferFrames: 4800)
    }

    private func output(_ configuration: PlaybackConfiguration, _ sink: any AudioSink) throws -> AudioOutput {
      try AudioOutput(sink: sink, options: .init(idleSeconds: 5)) { rate in
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

    /// Minutes of pieces while all cores train: what the server was given is the offline render, without an xrun.
    /// Meanwhile the audio thread's own code allocates nothing and locks nothing, and memory does not grow. With the sine
    /// synthesizer the server is killed and started again in the middle.
    @Test(.timeLimit(.minutes(20)), arguments: ["sine", "fluidsynth"])
    func whatIsHeardIsTheOfflineRender(synth: String) async throws {
      let isSine = synth == "sine"
      // The long run is for the sine engine; FluidSynth gets a third.
      let pieces = pieces(max(1, Int(SoundServer.seconds / (isSine ? 2 : 3) / 16.5)))
      let configuration = try configuration("synth: \(synth)")
      let trainer = try TrainingCores()
      defer { trainer.stop() }
      let sink = CountingSink(device)
      let output = try output(configuration, sink)
      var events = output.events.makeAsyncIterator()
      var memory: [[Int]] = []
      var ratios: [Double] = []
      for half in 0..<(isSine ? 2 : 1) {
        if half == 1 { try await restartTheServer(output, &events) }
        // What one of them lacks and the other has was lost by the recorder.
        let recorders = try (0..<2).map { _ in try Recorder(seconds: 16.5 * Double(pieces.count) + 60) }
        defer { recorders.forEach { $0.stop() } }
        for recorder in recorders { try await recorder.ready() }
        for (index, piece) in pieces.enumerated() { output.enqueue(PlayerItem(id: UInt64(index), piece: piece)) }
        memory.append([])
        while let event = await events.next() {
          if case .started = event { memory[half].append(try residentBytes()) }
          if event == .idle { break }
        }
        memory[half].append(try residentBytes())
        try await Task.sleep(for: .milliseconds(300))
        ratios += try compare(recorders.map(\.samples), with: pieces, configuration)
      }
      let (xruns, cpu, written) = (output.xrunCount, output.cpuSeconds, Double(output.writtenFrames) / 48_000)
      await output.close()
      // The first piece still warms up: caches, the trainer's first populations.
      let growth = memory.map { ($0.max() ?? 0) - $0[1] }.max() ?? 0
      print(
        "\(synth): \(Int(written)) s played, \(xruns) xruns, SNR \(ratios) dB, CPU of the audio thread "
          + "\((10_000 * cpu / written).rounded() / 100) % (unoptimized), memory +\(growth / 1024) kB over "
          + "\(pieces.count) pieces; in \(sink.blocks) blocks \(sink.allocations) allocations, \(sink.frees) frees, "
          + "\(sink.locks) locks; \(trainer.environmentSteps / 1_000_000) million steps trained meanwhile")
      #expect(xruns == 0)
      #expect(growth < 8 << 20)
      #expect(trainer.environmentSteps > 0)
      if malloc_counter_works() {
        // FluidSynth's OpenMP runtime allocates, and frees, once for every call that renders: a block is cut at every
        // onset. What it needs for a thread it keeps.
        #expect(sink.locks == 0 && abs(sink.allocations - sink.frees) <= (isSine ? 0 : 4))
        #expect(sink.allocations <= (isSine ? 0 : 3 * sink.blocks))
      }
    }

    /// - Returns: the signal-to-noise ratio of every recording, dB; infinite for what PipeWire left of one.
    private func compare(
      _ recordings: [[Float]], with pieces: [Piece], _ configuration: PlaybackConfiguration
    ) throws -> [Double] {
      let engine = try Player.makeEngine(configuration, sampleRate: 48_000, timbres: [:]) { _ in }
      let reference = OfflineRenderer.render(pieces, with: engine).left
      var missing: [[Range<Int>]] = []
      let ratios = try recordings.map { recorded in
        let start = try onset(recorded, of: "what was recorded") - onset(reference, of: "what was rendered")
        try #require(start >= 0)
        let end = min(recorded.count, start + reference.count)
        let isWhole = end == start + reference.count
        let ratio = Audio.signalToNoise(recorded[start..<end], reference[...])
        if ratio < 60 || !isWhole, SoundServer.device == "pipewire" {
          missing.append(try missingFrames(of: recorded[start...], reference[...]))
          return Double.infinity
        }
        if ratio < 60 {
          let difference = zip(recorded[start...], reference).enumerated().first {
            abs($0.element.0 - $0.element.1) > 1e-4
          }
          let place = difference?.offset ?? 0
          let silence = recorded[(start + place)...].prefix { $0 == 0 }.count
          print("recorded and rendered differ from \(Double(place) / 48_000) s on; \(silence) frames of silence there")
        }
        #expect(ratio >= 60)
        #expect(isWhole)
        missing.append([])
        return ratio
      }
      let common = missing[0].filter { lost in missing[1].contains { $0.overlaps(lost) } }
      if !common.isEmpty { print("both recorders lack \(common)") }
      return ratios
    }

    /// Where PipeWire has dropped whole quanta, or put silence in their place: a thread of its graph came late, whatever its
    /// priority is, because the machine itself stood still for longer than a quantum of 512 frames (`cyclictest` shows
    /// that). PIPEWIRE_LATENCY=2048/48000 helps. A recorder that is late loses its own. All else is equal. Had the player
    /// been late, its device would have counted an xrun.
    private func missingFrames(of recorded: ArraySlice<Float>, _ reference: ArraySlice<Float>) throws -> [Range<Int>] {
      let found = Audio.differences(recorded, reference)
      let differences = try #require(found, "more than frames that are missing or too many")
      print("recorded and rendered are equal but at \(differences)")
      #expect(differences.allSatisfy { ($0.lost - $0.added) % 256 == 0 })
      return differences.map { $0.place..<$0.place + $0.lost }
    }

    /// Where sound begins. Found apart from what requires it, whose message would have all the samples in it.
    private func onset(_ samples: [Float], of what: String) throws -> Int {
      let onset = Audio.onset(samples)
      return try #require(onset, "\(what) is silent")
    }

    /// Kills the server while a piece sounds, and starts it again: said once, sound again within two seconds.
    private func restartTheServer(
      _ output: AudioOutput, _ events: inout AsyncStream<PlayerEvent>.Iterator
    ) async throws {
      output.enqueue(PlayerItem(id: 1000, piece: pieces(1, steps: 14)[0]))
      #expect(await events.next() == .started(1000))
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
      #expect(await events.next() == .finished(1000))
      _ = try onset(recorder.samples, of: "what comes after the restart")
      #expect(await events.next() == .idle)
    }

    /// Heard within 150 ms: measured at the server's monitor, the recorder's own delay included.
    @Test(.timeLimit(.minutes(1))) func pauseSkipAndStopAreHeardSoon() async throws {
      let recorder = try Recorder(latencyMilliseconds: 5)
      defer { recorder.stop() }
      try await recorder.ready()
      let begin = ContinuousClock.now
      let player = try #require(try await Player.start(try configuration()) { _ in })
      // A long low tone; a piece that begins with silence; the tone again.
      let low = TestPiece.melody([24], steps: 2, stepSeconds: 20)
      var gap = TestPiece.melody([12], steps: 3, stepSeconds: 1)
      gap.parts[0].notes = [PartNote(onset: 1, duration: 1, degree: 12, velocity: 100)]
      for (number, piece) in [low, gap, low].enumerated() {
        await player.offer(PlayerPiece(piece, role: .final(number + 1)))
      }
      try await Task.sleep(for: .seconds(6))
      let start = try onset(recorder.samples, of: "what was recorded")
      let startDelay = try #require(recorder.time(of: start)) - begin

      /// How long after the order the last sound before the silence was heard, and where that was.
      func heardAfter(_ order: Player.Control) async throws -> (delay: Duration, sample: Int) {
        let now = ContinuousClock.now
        await player.control(order)
        try await Task.sleep(for: .milliseconds(600))
        let samples = recorder.samples
        let sounding = samples.indices.last { abs(samples[$0]) > 1e-4 }
        let last = try #require(sounding)
        return (try #require(recorder.time(of: last)) - now, last)
      }
      let (pauseDelay, paused) = try await heardAfter(.pause)
      await player.control(.pause)
      try await Task.sleep(for: .milliseconds(600))
      let (skipDelay, skipped) = try await heardAfter(.next)
      #expect(skipped > paused + 4800, "it went on after the pause")
      // The second piece's note, then the third piece.
      try await Task.sleep(for: .seconds(4))
      let (stopDelay, stopped) = try await heardAfter(.stop)
      #expect(stopped > skipped + 100_000, "it went on after the skip")
      print("heard after: start \(startDelay), pause \(pauseDelay), skip \(skipDelay), stop \(stopDelay)")
      #expect(startDelay < .seconds(1))
      #expect(pauseDelay < .milliseconds(150))
      #expect(skipDelay < .milliseconds(150))
      #expect(stopDelay < .milliseconds(150))
      await player.close()
    }
  }
#endif
