#if Playback
  internal import Core
  internal import Foundation
  internal import Logging
  internal import Playback

  extension Conductor {
    /// How players are opened, and how often that is tried.
    struct SoundOpening: Sendable {
      /// Opens what a configuration asks for, for the pieces that another makes; nil if that is `auto` and there is nothing.
      var open:
        @Sendable (PlaybackConfiguration, Configuration, @escaping @Sendable (String) -> Void) async throws -> Player?
      /// Between two tries: the first, and the last after having doubled.
      var patience = Duration.seconds(1)...Duration.seconds(10)
    }
  }

  extension Conductor.SoundOpening {
    /// The real devices.
    ///
    /// - Parameters:
    ///   - stream: hears what they get.
    ///   - osc: the port for OSC of all of them.
    init(stream: SoundStream, osc: OSCInput) {
      self.init { configuration, composing, notice in
        // Files say whether there may be sound: no library is asked again and again on a server without any.
        guard configuration.target != .automatic || Player.canHaveSound else { return nil }
        return try await Player.start(
          configuration, timbres: composing.timbres, programs: [composing.environment.performance.program],
          stream: stream, osc: osc, notice: notice)
      }
    }
  }

  /// What pieces are heard through: opened as soon as it is there, exchanged between two pieces.
  extension Sound {
    /// What is to be heard through instead, from the next piece on.
    struct Successor {
      var configuration: PlaybackConfiguration
      /// Open already; nil if its device can be had only when the present one is closed, or for silence.
      var player: Player?
    }

    // MARK: Asked for

    /// Opens another sound beside the present one, which is heard until its piece is over.
    func change(_ change: Conductor.SoundChange) async throws(SoundError) {
      guard !isChanging else { throw SoundError("another change of the sound is under way") }
      isChanging = true
      defer { isChanging = false }
      let present = successor?.configuration ?? playback
      var wanted = present
      wanted.target = change.target ?? wanted.target
      wanted.synthesizer = change.synthesizer ?? wanted.synthesizer
      switch change.soundfont {
      case .path(let path): wanted.soundfont = path
      case .found: wanted.soundfont = nil
      case nil: break
      }
      guard wanted != present else { return }
      await install(Successor(configuration: wanted, player: try await openBeside(wanted)))
    }

    /// A player beside the present one.
    ///
    /// - Returns: nil if it has to wait for the present one's device, or for silence.
    private func openBeside(_ wanted: PlaybackConfiguration) async throws(SoundError) -> Player? {
      guard wanted.target != .none else { return nil }
      if player != nil, !isForStream, wanted.target == playback.target {
        // The device is there, and perhaps for one only: what can be wrong is the engine.
        do {
          let timbres = composing.timbres
          try await Task.detached { try Player.checkEngine(wanted, timbres: timbres) }.value
        } catch {
          throw SoundError(error)
        }
        return nil
      }
      do {
        return try await open(wanted)
      } catch let error where error.isBusy && player != nil {
        // By ourselves, it may be: `default` is the card that we play on.
        return try await openInstead(wanted)
      }
    }

    /// Closes the present player at once and opens another; if that cannot be had, the present one again.
    private func openInstead(_ wanted: PlaybackConfiguration) async throws(SoundError) -> Player? {
      guard let old = player else { return try await open(wanted) }
      player = nil
      let isPaused = await old.status.isPaused
      await old.close()
      do {
        let opened = try await open(wanted)
        if isPaused { await opened.control(.pause) }
        return opened
      } catch {
        player = try? await open(playback)
        if isPaused { await player?.control(.pause) }
        throw error
      }
    }

    private func install(_ next: Successor) async {
      let superseded = successor
      successor = next
      sleepers.wake()
      sendDevice()
      await superseded?.player?.close()
    }

    /// Follows a configuration that was reloaded: without a gap, if it asks for the same sound.
    ///
    /// - Parameter composing: what pieces are made by.
    func adopt(_ configuration: PlaybackConfiguration, composing: Configuration) {
      controls = LearntControls.read(configuration.controls, in: library.folder)
      let hasOtherTimbres = composing.timbres != self.composing.timbres
      self.composing = composing
      let present = successor?.configuration ?? playback
      var same = configuration
      (same.follow, same.pace, same.excerptSteps, same.volume) =
        (present.follow, present.pace, present.excerptSteps, present.volume)
      guard same == present, !hasOtherTimbres else {
        Task { await install(Successor(configuration: configuration)) }
        return
      }
      (playback.follow, playback.pace, playback.excerptSteps, playback.volume) =
        (configuration.follow, configuration.pace, configuration.excerptSteps, configuration.volume)
      if successor != nil { successor?.configuration = configuration }
      Task { [player, playback] in await player?.adopt(playback) }
      sendDevice()
    }

    // MARK: Kept up

    /// Opens what pieces are heard through, as soon and as often as it is there; for those who listen by HTTP a clock, as
    /// long as there is nothing else.
    func keepOpen() async {
      var patience = opening.patience.lowerBound
      while !isEnding, !Task.isCancelled {
        let moment = sleepers.moment
        if isForStream, stream.count == 0 { await closeClock() }
        if successor != nil, !isChanging {
          await exchangePlayer()
          patience = opening.patience.lowerBound
        }
        let isWanting = (player == nil || isForStream) && playback.target != .none && !isChanging
        if isWanting { await openPlayer() }
        if player == nil, stream.count > 0, !isChanging { await openClock() }
        if isWanting, player == nil || isForStream {
          await sleepers.sleep(patience, since: moment)
          patience = min(opening.patience.upperBound, patience * 2)
        } else {
          await sleepers.sleep(.seconds(60), since: moment)
          patience = opening.patience.lowerBound
        }
      }
    }

    /// Pieces pass as they would on a device, for the stream.
    private func openClock() async {
      var clock = playback
      clock.target = .null
      guard let opened = try? await open(clock) else { return }
      if isEnding { return await opened.close() }
      (player, isForStream) = (opened, true)
      sendDevice()
      tellAudience()
    }

    private func closeClock() async {
      let clock = player
      (player, isForStream) = (nil, false)
      await clock?.close()
      sendDevice()
      tellAudience()
    }

    /// Lets the present player end its piece; the next one takes over what waits.
    private func exchangePlayer() async {
      let old = player
      let rest = await old?.retire() ?? []
      let isPaused = await old?.status.isPaused ?? false
      // Only now: it may have been superseded while the piece was heard.
      guard let next = successor else { return }
      successor = nil
      playback = next.configuration
      (player, isForStream) = (next.player, false)
      deviceMessage = nil
      if player == nil, playback.target != .none { await openPlayer() }
      if isPaused { await player?.control(.pause) }
      for piece in rest { await player?.offer(piece) }
      if player != nil { say("sound: \(playback.target)", .info) }
      sendDevice()
    }

    private func openPlayer() async {
      do {
        let opened = try await open(playback)
        if isEnding { return await opened.close() }
        // What passes by a clock until now is heard to its end.
        let rest = await player?.retire() ?? []
        (player, isForStream) = (opened, false)
        for piece in rest { await opened.offer(piece) }
        say("sound: \(playback.target)", .info)
        tellAudience()
      } catch {
        say(
          "\(error): pieces are written, not played, until that is over",
          playback.target == .automatic ? .info : .warning)
      }
    }

    private func open(_ wanted: PlaybackConfiguration) async throws(SoundError) -> Player {
      let opened: Player?
      do {
        opened = try await opening.open(wanted, composing) { line in
          Task { await self.say(line, .warning) }
        }
      } catch {
        throw SoundError(error)
      }
      guard let opened else { throw SoundError("no sound device here") }
      await listen(to: opened)
      return opened
    }

    /// A line about the device, once.
    private func say(_ text: String, _ level: Logger.Level) {
      guard text != deviceMessage else { return }
      deviceMessage = text
      announcer.log(level, text)
      sendDevice()
    }

    func sendDevice() { announcer.events.send(.device(device())) }
  }

  extension SoundError {
    init(_ error: any Error) {
      self.init("\(error)")
      isBusy = (error as? DeviceUnavailableError)?.isBusy ?? false
    }
  }
#endif

/// Why a sound cannot be had: one line.
public struct SoundError: Error, Hashable, CustomStringConvertible {
  /// The line.
  public var description: String
  /// Whether somebody uses the device.
  var isBusy = false

  init(_ description: String) { self.description = description }
}
