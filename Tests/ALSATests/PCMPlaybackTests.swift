#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// What an emulated card plays, while both cores train, is the offline render.
  enum CardComparison {
    /// Pieces that differ, on fast steps: programs run slowly in the emulator.
    static let pieces = (0..<3).map { number in
      TestPiece.melody((0..<5).map { (7 * $0 + 3 * number) % 25 }, steps: 13, stepSeconds: 0.2)
    }

    static func output(rate: Int = 48_000) throws -> AudioOutput {
      let device = PCMDevice(name: "hw:0", rate: rate, periodFrames: 1024, bufferFrames: 8192)
      return try AudioOutput(sink: device, options: .init(idleSeconds: 3)) { SineEngine(sampleRate: $0) }
    }

    /// Left channel of what the card has played since `byte` of its recording.
    static func recording(from byte: Int) throws -> [Float] {
      let data = try Data(contentsOf: ALSAKernel.cardRecording)
      let start = max(44, byte) / 4 * 4
      return stride(from: start, to: data.count - 3, by: 4).map { place in
        Float(Int16(littleEndian: data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Int16.self) }))
          / 32_768
      }
    }

    static func recordedBytes() -> Int {
      (try? FileManager.default.attributesOfItem(atPath: ALSAKernel.cardRecording.path)[.size] as? Int) ?? 0
    }

    static func playAndCompare() async throws {
      let opened = recordedBytes()
      let trainer = try TrainingCores()
      defer { trainer.stop() }
      let output = try output()
      // The machine's recorder holds back some 4 kB of what sounded in the test before: silence pushes them out.
      for _ in 0..<2000 where recordedBytes() < opened + 16_384 { try await Task.sleep(for: .milliseconds(5)) }
      let before = recordedBytes()
      for (index, piece) in pieces.enumerated() { output.enqueue(PlayerItem(id: UInt64(index), piece: piece)) }
      for await event in output.events where event == .idle { break }
      trainer.stop()
      try await Task.sleep(for: .seconds(1))
      await output.close()
      let reference = OfflineRenderer.render(pieces, with: SineEngine(sampleRate: output.format.sampleRate)).left
      let recorded = try recording(from: before)
      let roughStart =
        (try #require(Audio.onset(recorded, above: 0.003))) - (try #require(Audio.onset(reference, above: 0.003)))
      let candidates = max(0, roughStart - 64)...max(0, roughStart + 64)
      let start = try #require(
        candidates.max {
          Audio.signalToNoise(recorded.dropFirst($0).prefix(9_600), reference.prefix(9_600))
            < Audio.signalToNoise(recorded.dropFirst($1).prefix(9_600), reference.prefix(9_600))
        })
      // Without the very end, which the card may still have held.
      let count = reference.count - 4_800
      #expect(recorded.count >= start + count)
      let heard = recorded.dropFirst(start).prefix(count)
      // A USB card has a volume control of its own, 240 of 255 in the emulator: equal but for that factor.
      let gain = Audio.gain(of: heard, against: reference.prefix(count))
      #expect((0.9...1.01).contains(gain))
      let ratio = Audio.signalToNoise(ArraySlice(heard.map { $0 / gain }), reference.prefix(count))
      print(
        "\(output.format): \(output.xrunCount) xruns, gain \(gain), SNR \(ratio) dB over \(count) frames, "
          + "\(trainer.environmentSteps) steps trained meanwhile")
      #expect(trainer.environmentSteps > 0)
      #expect(output.xrunCount == 0)
      #expect(ratio >= 60)
    }
  }

  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(3))) struct PCMPlaybackTests {
    @Test func whatTheCardPlaysIsTheOfflineRender() async throws { try await CardComparison.playAndCompare() }

    @Test func aBusyDeviceIsNamed() async throws {
      let first = try CardComparison.output()
      let error = #expect(throws: SinkError.self) { try CardComparison.output() }
      #expect(error?.reason.contains("busy") == true)
      await first.close()
    }

    @Test func theEngineFollowsTheDevice() throws {
      let device = PCMDevice(name: "hw:0", rate: 44_100, periodFrames: 1024, bufferFrames: 8192)
      let format = try device.open(mustHaveRate: nil)
      print(format)
      #expect((8_000...192_000).contains(format.sampleRate))
      // A rate that it once had is kept after it was reopened, by conversion if need be.
      #expect(try device.open(mustHaveRate: 22_050).sampleRate == 22_050)
      device.close()
    }
  }

  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(3))) struct USBPlaybackTests {
    @Test func whatTheCardPlaysIsTheOfflineRender() async throws { try await CardComparison.playAndCompare() }

    @Test func theCardMayBePulledOutAndPutBack() async throws {
      let output = try CardComparison.output()
      var events = output.events.makeAsyncIterator()
      output.enqueue(PlayerItem(id: 1, piece: TestPiece.melody(steps: 60, stepSeconds: 0.2)))
      #expect(await events.next() == .started(1))
      try await Task.sleep(for: .seconds(2))
      try ALSAKernel.run("hmp", "device_del card")
      guard case .deviceLost(let reason) = await events.next() else {
        Issue.record("the loss was not reported")
        return
      }
      print(reason)
      try await Task.sleep(for: .seconds(2))
      try ALSAKernel.run("hmp", "device_add usb-audio,id=card,audiodev=a")
      for _ in 0..<1000 where !FileManager.default.fileExists(atPath: "/dev/snd/pcmC0D0p") {
        try await Task.sleep(for: .milliseconds(5))
      }
      let back = ContinuousClock.now
      #expect(await events.next() == .deviceBack)
      let delay = ContinuousClock.now - back
      print("sound is back \(delay) after the card")
      #expect(delay < .seconds(2))
      #expect(await events.next() == .finished(1))
      await output.close()
    }
  }
#endif
