#if Playback
  import Core
  import Foundation
  import Playback

  /// Hands a training's pieces to a player, from the training's thread, which never waits for the sound unless the pace
  /// is `listen`.
  final class TrainingPlayer: TrainingListener, @unchecked Sendable {
    // Unchecked: `best` belongs to the training's thread, the rest never changes.
    private let player: Player
    private let pace: PlaybackConfiguration.Pace
    private let offers: AsyncStream<PlayerPiece>.Continuation
    private let forwarding: Task<Void, Never>
    private var best = -Double.infinity

    init(player: Player, pace: PlaybackConfiguration.Pace) {
      self.player = player
      self.pace = pace
      // One stream and one task, so that pieces arrive in order.
      let (stream, offers) = AsyncStream.makeStream(of: PlayerPiece.self)
      self.offers = offers
      forwarding = Task { for await piece in stream { await player.offer(piece) } }
    }

    func trained(_ report: PopulationReport, best piece: () -> Piece) {
      let isImprovement = report.best > best
      best = max(best, report.best)
      // What no policy wants is not composed: that would slow the training down.
      let isMilestone = report.population.nonzeroBitCount == 1
      guard pace == .listen || isImprovement || isMilestone else { return }
      let offered = PlayerPiece(piece(), role: .population(report.population, isImprovement: isImprovement))
      guard pace == .listen else {
        offers.yield(offered)
        return
      }
      wait { [player] in
        await player.offer(offered)
        await player.drain()
      }
    }

    func composed(_ piece: Piece, number: Int) {
      offers.yield(PlayerPiece(piece, role: .final(number)))
    }

    func finished() {
      offers.finish()
      wait { [forwarding] in await forwarding.value }
    }

    /// Blocks the training's thread, but not beyond a signal to stop.
    private func wait(for work: @escaping @Sendable () async -> Void) {
      let done = DispatchSemaphore(value: 0)
      Task {
        await work()
        done.signal()
      }
      while done.wait(timeout: .now() + .milliseconds(50)) == .timedOut, StopSignal.current == nil {}
    }
  }
#endif
