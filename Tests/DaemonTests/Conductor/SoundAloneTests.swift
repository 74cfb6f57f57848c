#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Daemon
  @testable import Playback

  /// What is heard, without sessions.
  @Suite(.timeLimit(.minutes(1))) struct SoundAloneTests {
    private let parts: TestParts
    private let system = FakeSoundSystem()

    init() throws { parts = try TestParts() }

    @Test func aPieceIsHeardAndWrittenDown() async throws {
      let configuration = try testConfiguration(play: "alsa:hw:1", playback: "follow: final")
      let pulse = Pulse()
      let sound = Sound(configuration, library: parts.library, announcer: parts.announcer, pulse: pulse)
      await sound.use(system.opening)
      #expect(await sound.state() == nil)
      // Nothing is to be heard yet: no piece of the training is worth making.
      #expect(await sound.pieceWish()(1, true) == false)
      let opening = Task { await sound.keepOpen() }
      let following = Task { await sound.follow() }
      try await waits(for: "the device") { await sound.device().isOpen }
      let piece = testPiece(configuration, seed: 1)
      let record = try parts.library.write(piece, session: nil, weights: nil, audio: configuration.audio)
      try await parts.library.add(record)
      await sound.hear(piece, id: record.id)
      try await waits(for: "the piece") { await sound.state()?.piece == record.id }
      try await waits(for: "the playhead") { pulse.stuckLoops.isEmpty && parts.announcer.problemTexts.isEmpty }
      #expect(try await sound.control(.volume(0.5))?.volume == 0.5)
      try await Task.sleep(for: .milliseconds(600))
      await sound.end()
      following.cancel()
      opening.cancel()
      await following.value
      await opening.value
      #expect(system.output("alsa:hw:1")?.isClosed == true)
      #expect(try await parts.library.plays(of: record.id).count == 1)
    }

    @Test func trainingsPiecesAreWorthMakingWhereTheyAreHeard() async throws {
      let configuration = try testConfiguration(play: "alsa:hw:1", playback: "follow: improvements")
      let sound = Sound(configuration, library: parts.library, announcer: parts.announcer, pulse: Pulse())
      await sound.use(system.opening)
      let opening = Task { await sound.keepOpen() }
      try await waits(for: "the device") { await sound.device().isOpen }
      let wish = await sound.pieceWish()
      #expect(wish(3, true) && wish(4, false) && !wish(3, false))
      _ = try await sound.control(.follow(.final))
      #expect(await sound.pieceWish()(3, true) == false)
      await sound.end()
      opening.cancel()
      await opening.value
    }
  }
#endif
