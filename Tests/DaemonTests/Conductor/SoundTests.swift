#if Playback
  import Core
  import Foundation
  import Logging
  import Testing

  @testable import Daemon
  @testable import Playback

  /// What is heard through comes, goes and is exchanged while the daemon composes.
  @Suite(.timeLimit(.minutes(2))) struct SoundTests {
    private let folder: TestFolder
    private let system = FakeSoundSystem()

    init() throws { folder = try TestFolder() }

    private func conductor(play: String, daemon: String = "sessions: {populations: 2, pieces: 1}") async throws
      -> Conductor
    {
      let conductor = Conductor(
        configuration: try testConfiguration("\(daemon)", play: play, playback: "follow: final"), file: nil,
        library: try folder.library(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      await conductor.use(system.opening)
      return conductor
    }

    private func running(_ conductor: Conductor, _ body: () async throws -> Void) async throws {
      let run = Task { await conductor.run() }
      let result: Result<Void, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      await conductor.end()
      await run.value
      try result.get()
    }

    @Test(arguments: ["alsa:hw:1", "auto"]) func aDeviceThatAppearsLaterIsTakenUp(_ play: String) async throws {
      system.unplug(play)
      let conductor = try await conductor(play: play)
      try await running(conductor) {
        // Without sound it composes, says why nothing is heard, and tries again.
        try await waits(for: "pieces") { try await conductor.library.totals().pieces >= 2 }
        try await waits(for: "tries") { system.tries >= 3 }
        let device = await conductor.device()
        #expect(!device.isOpen && device.message?.contains("not there") == true)
        system.plug(play)
        try await waits(for: "the device") { await conductor.device().isOpen }
        try await waits(for: "a piece that is heard") { await conductor.playerState()?.piece != nil }
      }
      #expect(system.output(play)?.isClosed == true)
    }

    @Test func anotherOutputIsHeardFromTheNextPieceOn() async throws {
      let conductor = try await conductor(play: "alsa:hw:1")
      try await running(conductor) {
        try await waits(for: "sound") { system.output("alsa:hw:1")?.count ?? 0 > 0 }
        let old = try #require(system.output("alsa:hw:1"))
        var change = Conductor.SoundChange()
        change.target = .null
        try await conductor.control(.sound(change))
        #expect(await conductor.device().target == "null")
        // The piece is still heard, by the old one.
        #expect(!old.isClosed && system.output("null")?.count == 0)
        old.finish()
        try await waits(for: "the exchange") { system.output("null")?.count ?? 0 > 0 }
        #expect(old.isClosed)
        #expect(await conductor.device().message == "sound: null")
      }
    }

    @Test func anotherSynthesizerOnTheSameDevice() async throws {
      let conductor = try await conductor(play: "alsa:hw:1")
      try await running(conductor) {
        try await waits(for: "sound") { system.output("alsa:hw:1")?.count ?? 0 > 0 }
        let old = try #require(system.output("alsa:hw:1"))
        let tries = system.tries
        var change = Conductor.SoundChange()
        change.synthesizer = .fluidsynth
        change.soundfont = .path("/nowhere/at-all.sf2")
        await #expect(throws: SoundError.self) { try await conductor.control(.sound(change)) }
        #expect(await conductor.device().synthesizer == "sine")
        // Nothing was tried at the device.
        #expect(system.tries == tries && !old.isClosed)
        change.soundfont = nil
        try await conductor.control(.sound(change))
        old.finish()
        try await waits(for: "the exchange") { system.output("alsa:hw:1 fluidsynth")?.count ?? 0 > 0 }
        #expect(old.isClosed)
      }
    }

    @Test func whatCannotBeHadLeavesTheOldInPlace() async throws {
      let conductor = try await conductor(play: "alsa:hw:1")
      system.unplug("alsa:hw:7")
      try await running(conductor) {
        try await waits(for: "sound") { system.output("alsa:hw:1")?.count ?? 0 > 0 }
        let old = try #require(system.output("alsa:hw:1"))
        var change = Conductor.SoundChange()
        change.target = .alsa("hw:7")
        let error = await #expect(throws: SoundError.self) { try await conductor.control(.sound(change)) }
        #expect(error?.description.contains("hw:7: not there") == true)
        #expect(await conductor.device().target == "alsa:hw:1")
        #expect(!old.isClosed)
        // Busy by ourselves, perhaps: the old one makes room, and comes back when that was not it.
        system.unplug("alsa:hw:8", isBusy: true)
        change.target = .alsa("hw:8")
        await #expect(throws: SoundError.self) { try await conductor.control(.sound(change)) }
        #expect(old.isClosed)
        try await waits(for: "the old one again") { await conductor.device().isOpen }
        #expect(await conductor.device().target == "alsa:hw:1")
        #expect(system.output("alsa:hw:1")?.isClosed == false)
      }
    }

    @Test func heldSoundIsExchangedAtOnceAndStaysHeld() async throws {
      let conductor = try await conductor(play: "alsa:hw:1")
      try await running(conductor) {
        try await waits(for: "sound") { system.output("alsa:hw:1")?.count ?? 0 > 0 }
        try await conductor.control(.pause(true))
        var change = Conductor.SoundChange()
        change.target = .null
        try await conductor.control(.sound(change))
        try await waits(for: "the exchange") { system.output("null")?.count ?? 0 > 0 }
        #expect(await conductor.playerState()?.isPaused == true)
        change.target = PlaybackTarget.none
        try await conductor.control(.sound(change))
        try await waits(for: "silence") { await !conductor.device().isOpen }
        #expect(system.output("null")?.isClosed == true)
      }
    }

    /// What the listener hears across a reload is, sample by sample, what he would hear without one.
    @Test func aReloadLeavesNoGap() async throws {
      let settings = "sessions: {populations: 1, pieces: 1, seed: 5}"
      let sound = "follow: final, volume: 1"
      let before = try testConfiguration(settings, play: "null", playback: sound)
      let after = try testConfiguration(
        settings + ", retention: {pieces: 50}", coefficients: "lines: 1", play: "null", playback: sound)
      let conductor = Conductor(
        configuration: before, file: nil, library: try folder.library(),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let output = try GatedOutput(pieceFrames: 2400, timbres: before.timbres)
      await conductor.use(
        Conductor.SoundOpening(open: { configuration, _, notice in
          let player = Player(output: output, configuration: configuration, notice: notice)
          await player.begin()
          return player
        }))
      try await running(conductor) {
        func heard(_ configuration: Configuration) -> Int {
          output.pieces.count { $0.provenance?.configurationDigest == configuration.digest }
        }
        try await waits(for: "pieces of the old configuration") { heard(before) >= 3 }
        await conductor.reload(after, file: nil)
        try await waits(for: "pieces of the new configuration") { heard(after) >= 4 }
      }
      let pieces = output.pieces
      let recorded = output.recorded
      let reference = OfflineRenderer.render(
        pieces, with: SineEngine(sampleRate: 8_000, timbres: before.timbres)
      ).left
      let onset: ([Float]) throws -> Int = { try #require($0.firstIndex { abs($0) > 1e-4 }) }
      let start = try onset(recorded) - onset(reference)
      // To the beginning of the last piece but one: what came later was cut off by the end.
      let frames = Int(pieces.dropLast(2).map(\.seconds).reduce(0, +) * 8_000)
      #expect(recorded.count >= start + frames)
      #expect(frames > 5 * 2_000)
      let isEqual = recorded[start...].prefix(frames).elementsEqual(reference.prefix(frames))
      #expect(isEqual)
    }
  }
#endif
