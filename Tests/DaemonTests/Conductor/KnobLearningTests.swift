#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Daemon
  @testable import Playback

  /// A knob is learnt, whoever chooses, turns, changes their mind or goes away meanwhile.
  @Suite(.timeLimit(.minutes(1))) struct KnobLearningTests {
    private let parts: TestParts
    private let system = FakeSoundSystem()

    init() throws { parts = try TestParts() }

    /// Sound with a player that hears knobs, or with one that hears none.
    private func sound(input: Bool = true) async throws -> (Sound, Player, Task<Void, Never>) {
      let configuration = try testConfiguration(play: "alsa:hw:1", playback: input ? "input: any" : "follow: final")
      let sound = Sound(configuration, library: parts.library, announcer: parts.announcer, pulse: Pulse())
      await sound.use(system.opening)
      let opening = Task { await sound.keepOpen() }
      try await waits(for: "the player") { await sound.player != nil }
      return (sound, try #require(await sound.player), opening)
    }

    private func end(_ sound: Sound, _ opening: Task<Void, Never>) async {
      await sound.end()
      opening.cancel()
      await opening.value
    }

    private func turn(_ number: Int, _ player: Player, value: Double = 1) async {
      await player.obey(.knob(.control(number), value: value, seconds: 1, quarters: nil))
    }

    @Test func theKnobThatIsTurnedIsLearntAndDoesNothingElse() async throws {
      let (sound, player, opening) = try await sound()
      let volume = await player.status.volume
      // Controller 7 is the volume until it is learnt to be a rule.
      #expect(try await sound.teach(.rule(1)).learning == "rule 2")
      await turn(7, player, value: 0.25)
      try await waits(for: "the lesson") { await sound.lesson == nil }
      #expect(await player.status.volume == volume)
      let state = await sound.controlsState
      #expect(state.controls["rule 2"] == "control 7" && state.controls["volume"] == nil && state.learning == nil)
      // Now it is that, and what lost its knob stays without one.
      #expect(await sound.controls.meaning(of: .control(7)) == .rule(1))
      let again = LearntControls.read(PlaybackConfiguration.Controls(), in: parts.library.folder)
      #expect(again.meaning(of: .control(7)) == .rule(1) && again.sources[.volume] == nil)
      #expect(again.meaning(of: .control(17)) == nil)
      await end(sound, opening)
    }

    @Test func theLastWhoChoosesCountsAndEverybodyIsTold() async throws {
      let (sound, player, opening) = try await sound()
      let events = parts.events.subscribe()
      _ = try await sound.teach(.action(.like))
      #expect(try await sound.teach(.action(.next)).learning == "next")
      #expect(await sound.controlsState.learning == "next")
      await turn(90, player)
      try await waits(for: "the lesson") { await sound.lesson == nil }
      #expect(await sound.controls.meaning(of: .control(90)) == .action(.next))
      var said: [ControlsState] = []
      for await event in events {
        if case .controls(let state) = event { said.append(state) }
        if said.last?.learnt != nil { break }
      }
      #expect(said.map(\.learning) == ["like", "next", nil] && said.last?.learnt == "next")
      await end(sound, opening)
    }

    @Test func whoCancelsLearnsNothing() async throws {
      let (sound, player, opening) = try await sound()
      _ = try await sound.teach(.action(.like))
      #expect(try await sound.teach(nil).learning == nil)
      await turn(90, player)
      // The volume's knob comes after it, and is the volume's again.
      await turn(7, player, value: 0.25)
      #expect(await player.status.volume == 0.25)
      #expect(await sound.controls.meaning(of: .control(90)) == nil)
      await end(sound, opening)
    }

    /// Whoever chose has closed the page: the knob that is turned an hour later does what it did.
    @Test func itIsNotWaitedForForEver() async throws {
      let (sound, player, opening) = try await sound()
      _ = try await sound.teach(.action(.like), patience: .milliseconds(30))
      try await waits(for: "the end of the lesson") { await sound.lesson == nil }
      await turn(7, player, value: 0.25)
      #expect(await player.status.volume == 0.25)
      #expect(await sound.controls.meaning(of: .control(7)) == .action(.volume))
      await end(sound, opening)
    }

    /// Bank select before a program, the number of a parameter, all notes off: keyboards say them by themselves.
    @Test func whatIsNoKnobIsNotLearnt() async throws {
      let (sound, player, opening) = try await sound()
      _ = try await sound.teach(.action(.keep))
      for number in [0, 32, 98, 99, 100, 101, 120, 123, 127] { await turn(number, player) }
      await turn(90, player, value: 0)
      await player.obey(.knob(.program(5), value: 1, seconds: 1, quarters: nil))
      try await waits(for: "the lesson") { await sound.lesson == nil }
      #expect(await sound.controls.meaning(of: .program(5)) == .action(.keep))
      await end(sound, opening)
    }

    @Test func whereNoKnobIsHeardThatIsSaid() async throws {
      let (sound, _, opening) = try await sound(input: false)
      await #expect(throws: SoundError.self) { try await sound.teach(.action(.keep)) }
      #expect(try await sound.teach(nil).learning == nil)
      await end(sound, opening)
      let silent = Sound(
        try testConfiguration(), library: parts.library, announcer: parts.announcer, pulse: Pulse())
      await #expect(throws: SoundError.self) { try await silent.teach(.action(.keep)) }
    }
  }
#endif
