public import Core
internal import Foundation
internal import Logging

#if Playback
  internal import Playback
#endif

/// What is heard. Built without playback, the same calls do nothing.
extension Conductor {
  /// What a listener may want.
  public enum PlayerControl: Sendable, Hashable {
    /// Holds, or goes on.
    case pause(Bool)
    /// Ends this piece.
    case skip
    /// Silence: drops what waits.
    case stop
    /// Loudness, 0...1.
    case volume(Double)
    /// Plays a piece of the library next, without waiting for what is being heard.
    case play(Int64)
    /// What of the training is heard.
    case follow(PlaybackConfiguration.Follow)
    /// What it is heard through, and what makes the sound.
    case sound(SoundChange)
  }

  /// Another device, synthesizer or soundfont; what is nil stays.
  public struct SoundChange: Sendable, Hashable {
    /// What it is heard through.
    public var target: PlaybackTarget?
    /// What makes the sound.
    public var synthesizer: PlaybackConfiguration.Synthesizer?
    /// The soundfont: nil to leave it, `.found` for one that is looked for.
    public var soundfont: Soundfont?

    /// Which soundfont.
    public enum Soundfont: Sendable, Hashable {
      /// One that is looked for.
      case found
      /// The one of this path.
      case path(String)
    }

    /// Nothing changes.
    public init() {}
  }

  #if Playback
    /// Does what the listener wants; until the next reload of the configuration.
    ///
    /// - Returns: what is heard then; nil if nothing can be heard.
    /// - Throws: `FileError` or `DataError` if a piece cannot be read, the database's errors, `SoundError` if another
    ///   sound cannot be had: the one there is stays then.
    @discardableResult
    public func control(_ control: PlayerControl) async throws -> PlayerState? {
      switch control {
      case .pause(let isPaused):
        if let player, await player.status.isPaused != isPaused { await player.control(.pause) }
      case .skip: await player?.control(.next)
      case .stop: await player?.control(.stop)
      case .volume(let volume):
        playback.volume = min(1, max(0, volume))
        successor?.configuration.volume = playback.volume
        if let player { await player.control(.volume(playback.volume - player.status.volume)) }
      case .play(let id):
        guard let record = try await library.piece(id) else { return nil }
        let piece = try library.read(record)
        await player?.control(.stop)
        await player?.offer(PlayerPiece(piece, role: .library(id)))
      case .follow(let follow):
        playback.follow = follow
        successor?.configuration.follow = follow
        await player?.adopt(playback)
      case .sound(let change): try await changeSound(change)
      }
      wake()
      sendDevice()
      return await playerState()
    }

    /// What is heard through.
    public func device() -> DeviceState {
      let wanted = successor?.configuration ?? playback
      return DeviceState(
        target: wanted.target.description, synthesizer: wanted.synthesizer.rawValue,
        soundfont: wanted.soundfont, follow: wanted.follow.rawValue, isOpen: player != nil,
        xruns: player?.xrunCount ?? 0,
        message: successor == nil || player == nil ? deviceMessage : "from the next piece on")
    }

    /// What is heard, with its roll; nil if nothing can be heard.
    public func playerState() async -> PlayerState? {
      guard let player else { return nil }
      let status = await player.status
      let current = status.title == nil ? nil : await player.current
      var id: Int64?
      if case .library(let number)? = current?.role { id = number }
      return PlayerState(
        piece: id, title: status.title, score: status.score,
        scores: current.map { current in
          current.piece.score.entries.map { .init(rule: $0.rule, raw: $0.raw, coefficient: $0.coefficient) }
        }, seconds: max(0, status.seconds), length: status.length,
        stepSeconds: current?.piece.settings.stepSeconds ?? 0, roll: current.map { Self.rows($0.piece.roll) },
        waitingCount: status.waitingCount, isPaused: status.isPaused, volume: status.volume)
    }

    private static func rows(_ roll: PianoRoll) -> [String] {
      (0..<roll.rowCount).map { row in String((0..<roll.stepCount).map { roll[row, $0] ? "1" : "0" }) }
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
    func hear(_ piece: Piece, of report: PopulationReport) async {
      guard let player else { return }
      let isImprovement = report.best == session?.state.best?.score
      await player.offer(PlayerPiece(piece, role: .population(report.population, isImprovement: isImprovement)))
      guard playback.pace == .listen else { return }
      pulse.beat("trainer", silentFor: .seconds(20_000))
      await player.drain()
    }

    /// Offers a finished piece; one that the disk has not taken yet has no number.
    func hear(_ piece: Piece, id: Int64?) async {
      await player?.offer(PlayerPiece(piece, role: id.map { .library($0) } ?? .file("new piece")))
    }

    // MARK: What is heard now

    /// Tells listeners where the sound stands, and the library what was heard.
    func followPlayer() async {
      while !isEnding, !Task.isCancelled {
        if player?.isStuck != true { pulse.beat("player", silentFor: .seconds(30)) }
        let state = await playerState()
        await remember(state)
        if var state {
          let before = shown
          shown = state
          if state.roll == before?.roll { state.roll = nil }
          if state.title != nil || before?.title != nil || state.volume != before?.volume {
            events.send(.player(state))
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
        await attempt { try await self.library.record(play) }
      }
      if let piece = state?.piece { hearing = (piece, Date()) }
    }

  #else
    /// Nothing is heard.
    @discardableResult
    public func control(_ control: PlayerControl) async throws -> PlayerState? { nil }

    /// What is heard through: nothing.
    public func device() -> DeviceState {
      DeviceState(
        target: "none", synthesizer: "sine", soundfont: nil, follow: "final", isOpen: false,
        message: "built without playback")
    }

    /// What is heard: nothing.
    public func playerState() async -> PlayerState? { nil }

    func adoptPlayback(_ configuration: PlaybackConfiguration, timbres: [String: Timbre]) {}
    func pieceWish() -> @Sendable (Int, Bool) -> Bool { { _, _ in false } }
    func hear(_ piece: Piece, of report: PopulationReport) async {}
    func hear(_ piece: Piece, id: Int64?) async {}
  #endif
}
