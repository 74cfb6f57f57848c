#if Playback
  internal import Core
  internal import Playback

  /// What knobs and keys at the MIDI port `Input` do to the piece that is heard.
  extension Sound {
    /// What a hand may do to a piece of the library.
    enum ByHand: Sendable, Hashable {
      case keep, like, dislike

      init?(_ action: PlaybackConfiguration.Controls.Action) {
        switch action {
        case .keep: self = .keep
        case .like: self = .like
        case .dislike: self = .dislike
        case .volume, .next, .pause: return nil
        }
      }
    }

    /// Who does it.
    func whenByHand(_ obey: @escaping @Sendable (ByHand, Int64) async -> Void) { byHand = obey }

    /// Hears what is done at the port, as long as the player is open.
    func listen(to player: Player) async {
      await player.listenToInput { [weak self, weak player] input in
        guard case .action(let action, 0.5...) = input, let what = ByHand(action) else { return }
        Task {
          guard let self, case .library(let id)? = await player?.current?.role else { return }
          await self.byHand?(what, id)
        }
      }
    }
  }

  extension Conductor {
    /// Obeys knobs and keys from now on.
    func obeyHands() async {
      await sound.whenByHand { [weak self] what, id in
        // A piece that is gone meanwhile needs no answer.
        switch what {
        case .keep: _ = try? await self?.keep(id, true)
        case .like: _ = try? await self?.rate(id, 1)
        case .dislike: _ = try? await self?.rate(id, -1)
        }
      }
    }
  }
#endif
