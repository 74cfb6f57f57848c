internal import Core
internal import Foundation
internal import Logging

#if Playback
  internal import Playback
#endif

/// What pieces are heard through, and what is heard: the player, its successor, how they are opened. Built without
/// playback, the same calls do nothing.
actor Sound {
  let library: PieceLibrary
  let announcer: Announcer
  let pulse: Pulse
  let sleepers = Sleepers()
  /// What pieces are made by.
  var composing: Configuration
  /// What is asked for; until the next reload of the configuration it may be another than that says.
  var playback: PlaybackConfiguration
  /// What knobs do: as the configuration says, and as they were taught.
  var controls: PlaybackConfiguration.Controls
  private(set) var isEnding = false

  #if Playback
    /// A new one has no part muted.
    var player: Player? { didSet { muted = [] } }
    private var muted: Set<Int> = []
    var deviceMessage: String?
    var successor: Successor?
    var isChanging = false
    private(set) var opening: Conductor.SoundOpening
    /// For those who listen by HTTP.
    nonisolated let stream = SoundStream()
    /// The port for OSC, whichever player is heard.
    nonisolated let osc = OSCInput()
    /// Whether the player is there for them only: it plays to a clock.
    var isForStream = false
    /// Is told when a player came or went.
    private var audienceChanged: (@Sendable () -> Void)?
    /// Does what a hand at the port `Input` wants done to a piece.
    var byHand: (@Sendable (ByHand, Int64?) async -> Void)?
    /// Gets every phrase that is played to the port `Input`.
    var phraseHeard: (@Sendable (PhraseListener.Heard) async -> Void)?
    /// What a knob is to do that is turned next; nil: nothing is being learnt.
    var lesson: Lesson?
    private var shown: PlayerState?
    private var hearing: (piece: Int64, since: Date)?
  #endif

  /// Silence; `keepOpen` and `follow` begin.
  init(_ configuration: Configuration, library: PieceLibrary, announcer: Announcer, pulse: Pulse) {
    composing = configuration
    playback = configuration.playback
    controls = LearntControls.read(configuration.playback.controls, in: library.folder)
    self.library = library
    self.announcer = announcer
    self.pulse = pulse
    #if Playback
      opening = Conductor.SoundOpening(stream: stream, osc: osc)
      stream.whenListenersChange { [weak self] _ in
        Task {
          self?.sleepers.wake()
          await self?.sendDevice()
        }
      }
      stream.whenMarked { [announcer] in announcer.events.send(.stream($0)) }
    #endif
  }

  #if Playback
    /// Calls this when somebody listens where nobody did, or no more.
    func whenAudienceChanges(_ tell: @escaping @Sendable () -> Void) { audienceChanged = tell }

    func tellAudience() { audienceChanged?() }

    /// Opens players in another way from now on.
    func use(_ opening: Conductor.SoundOpening) { self.opening = opening }

    /// Silence for good.
    func end() async {
      isEnding = true
      sleepers.wake()
      stream.finish()
      await player?.close()
      await successor?.player?.close()
      osc.close()
    }

    // MARK: For the sessions

    /// Which of a training's pieces are worth making.
    func pieceWish() -> @Sendable (Int, Bool) -> Bool {
      guard player != nil, playback.follow != .final || playback.pace == .listen else { return { _, _ in false } }
      let pace = playback.pace
      return { population, isImprovement in
        pace == .listen || isImprovement || population.nonzeroBitCount == 1
      }
    }

    /// Offers the best piece of a population; with the pace `listen`, waits until it was heard.
    func hear(_ piece: Piece, ofPopulation population: Int, isImprovement: Bool) async {
      guard let player else { return }
      await player.offer(PlayerPiece(piece, role: .population(population, isImprovement: isImprovement)))
      guard playback.pace == .listen else { return }
      pulse.beat("trainer", silentFor: .seconds(20_000))
      await player.drain()
    }

    /// Offers a finished piece; one that the disk has not taken yet has no number.
    func hear(_ piece: Piece, id: Int64?, name: String? = nil) async {
      await player?.offer(PlayerPiece(piece, role: id.map { .library($0) } ?? .file("new piece"), name: name))
    }

    /// Plays an answer.
    func answer(_ piece: Piece, loops: Bool, notBefore: Int64?) async {
      await player?.answer(PlayerPiece(piece, role: .answer(nil), isAskedFor: true), loops: loops, notBefore: notBefore)
    }

    /// The same answer, only better, from the next round on.
    func improve(_ piece: Piece) async {
      await player?.improve(PlayerPiece(piece, role: .answer(nil), isAskedFor: true))
    }

    /// Whether an answer is played over and over.
    var isLooping: Bool { get async { await player?.isLooping ?? false } }

    /// Pieces that wait to be heard; nil where nothing is heard.
    func piecesAhead() async -> Int? { await player?.status.waitingCount }

    /// Forgets what waits to be heard and nobody asked for by name.
    func dropStale() async { await player?.dropWaiting() }

    // MARK: For listeners

    /// Does what the listener wants.
    ///
    /// - Returns: what is heard then; nil if nothing can be heard.
    /// - Throws: as `Conductor.control`.
    func control(_ control: Conductor.PlayerControl) async throws -> PlayerState? {
      switch control {
      case .pause(let isPaused):
        if let player, await player.status.isPaused != isPaused { await player.control(.pause) }
      case .skip: await player?.control(.next)
      case .stop: await player?.control(.stop)
      case .seek(let seconds): await player?.control(.seek(seconds))
      case .volume(let volume):
        playback.volume = min(1, max(0, volume))
        successor?.configuration.volume = playback.volume
        if let player { await player.control(.volume(playback.volume - player.status.volume)) }
      case .mute(let parts):
        guard let player else { return nil }
        muted = parts
        await player.control(.mute(parts))
        announcer.events.send(.device(device()))
      case .play(let id):
        guard let record = try await library.piece(id) else { return nil }
        let piece = try library.read(record)
        await player?.control(.stop)
        await player?.offer(PlayerPiece(piece, role: .library(id), isAskedFor: true, name: record.name))
      case .follow(let follow):
        playback.follow = follow
        successor?.configuration.follow = follow
        await player?.adopt(playback)
      case .sound(let wanted): try await change(wanted)
      }
      sleepers.wake()
      sendDevice()
      return await state()
    }

    /// What is heard through.
    func device() -> DeviceState {
      let wanted = successor?.configuration ?? playback
      return DeviceState(
        target: wanted.target.description, synthesizer: wanted.synthesizer.rawValue,
        soundfont: wanted.soundfont, follow: wanted.follow.rawValue, isOpen: player != nil,
        xruns: player?.xrunCount ?? 0, listeners: stream.count,
        message: successor == nil || player == nil ? deviceMessage : "from the next piece on", muted: muted.sorted())
    }

    /// What is heard, with its roll; nil if nothing can be heard.
    func state() async -> PlayerState? {
      guard let player else { return nil }
      let status = await player.status
      let current = status.title == nil ? nil : await player.current
      var id: Int64?
      switch current?.role {
      case .library(let number)?: id = number
      case .answer(let number)?: id = number
      default: break
      }
      return PlayerState(
        piece: id, name: current?.name, title: status.title, score: status.score,
        scores: current.map { current in
          current.piece.score.entries.map { .init(rule: $0.rule, raw: $0.raw, coefficient: $0.coefficient) }
        }, seconds: max(0, status.seconds), length: status.length,
        stepSeconds: current?.piece.tempo.stepSeconds(at: 0) ?? 0, roll: current.map { Self.rows($0.piece.roll) },
        pitches: current.map { Self.pitches($0.piece) }, barSteps: current?.piece.stepsPerBar ?? 0,
        parts: current.flatMap { PartView.parts(of: $0.piece) }, isSong: current?.piece.song != nil,
        waitingCount: status.waitingCount, isPaused: status.isPaused, volume: status.volume)
    }

    /// The nearest keys of the roll's rows, the highest first.
    private static func pitches(_ piece: Piece) -> [String] {
      let roll = piece.roll
      return (0..<roll.rowCount).map { row in
        piece.pitch(ofDegree: piece.degrees.lowerBound + roll.rowCount - 1 - row).name
      }
    }

    private static func rows(_ roll: PianoRoll) -> [String] {
      (0..<roll.rowCount).map { row in String((0..<roll.stepCount).map { roll[row, $0] ? "1" : "0" }) }
    }

    /// Tells listeners where the sound stands, and the library what was heard, until the task is cancelled.
    func follow() async {
      while !isEnding, !Task.isCancelled {
        if player?.isStuck != true { pulse.beat("player", silentFor: .seconds(30)) }
        let state = await state()
        await remember(state)
        if var state {
          let before = shown
          shown = state
          if state.roll == before?.roll, state.parts == before?.parts {
            (state.roll, state.pitches, state.parts) = (nil, nil, nil)
          }
          if state.title != nil || before?.title != nil || state.volume != before?.volume {
            announcer.events.send(.player(state))
          }
        }
        let isMoving = state?.title != nil && state?.isPaused == false
        try? await Task.sleep(for: isMoving ? .milliseconds(200) : .milliseconds(500))
      }
      pulse.end("player")
      // This task is cancelled by now; the database would not take anything from it.
      await Task { await remember(nil) }.value
    }

    /// Writes down how long a piece of the library was heard.
    private func remember(_ state: PlayerState?) async {
      guard hearing?.piece != state?.piece else { return }
      if let hearing {
        let play = PlayRecord(
          piece: hearing.piece, time: hearing.since, seconds: Date().timeIntervalSince(hearing.since))
        self.hearing = nil
        await announcer.attempt { try await self.library.record(play) }
      }
      if let piece = state?.piece { hearing = (piece, Date()) }
    }

  #else
    func end() async { isEnding = true }
    func pieceWish() -> @Sendable (Int, Bool) -> Bool { { _, _ in false } }
    func hear(_ piece: Piece, ofPopulation population: Int, isImprovement: Bool) async {}
    func hear(_ piece: Piece, id: Int64?, name: String? = nil) async {}
    func control(_ control: Conductor.PlayerControl) async throws -> PlayerState? { nil }
    func device() -> DeviceState {
      DeviceState(
        target: "none", synthesizer: "sine", soundfont: nil, follow: "final", isOpen: false,
        message: "built without playback")
    }
    func state() async -> PlayerState? { nil }
    func piecesAhead() async -> Int? { nil }
    func answer(_ piece: Piece, loops: Bool, notBefore: Int64?) async {}
    func improve(_ piece: Piece) async {}
    var isLooping: Bool { false }
    func dropStale() async {}
    func adopt(_ configuration: PlaybackConfiguration, composing: Configuration) {}
    func keepOpen() async {}
    func follow() async {}
  #endif
}
