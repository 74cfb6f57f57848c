#if Playback
  internal import Core
  internal import Logging
  internal import Playback

  /// What is done at the MIDI port `Input`: knobs and keys, and what is played.
  extension Sound {
    /// What a hand may do to a piece of the library, or to a rule.
    enum ByHand: Sendable, Hashable {
      case keep, like, dislike
      /// A rule by its number, and 0...1 of what its weight may be.
      case rule(Int, Double)

      init?(_ input: PlayerInput) {
        switch input {
        case .action(.keep, 0.5...): self = .keep
        case .action(.like, 0.5...): self = .like
        case .action(.dislike, 0.5...): self = .dislike
        case .rule(let number, let value): self = .rule(number, value)
        default: return nil
        }
      }
    }

    /// Who does it; the piece is that which is heard, if it has a number.
    func whenByHand(_ obey: @escaping @Sendable (ByHand, Int64?) async -> Void) { byHand = obey }

    /// Who answers.
    func whenPhrase(_ answer: @escaping @Sendable (PhraseListener.Heard) async -> Void) { phraseHeard = answer }

    /// Hears what is done at the port, as long as the player is open.
    func listen(to player: Player) async {
      let phrases = PhraseListener(playback) { [weak self] heard in await self?.phraseHeard?(heard) }
      // One stream and one task, so that keys come in their order.
      let (inputs, feed) = AsyncStream.makeStream(of: PlayerInput.self, bufferingPolicy: .bufferingNewest(4096))
      await player.setControls(controlsInForce)
      await player.listenToInput { feed.yield($0) }
      Task { [weak self, weak player] in
        for await input in inputs {
          await phrases.take(input)
          if case .knob(let source, let value, _, _) = input, value > 0 { await self?.learn(source) }
          guard let what = ByHand(input), let player else { continue }
          await self?.obey(what, await player.current?.role)
        }
      }
    }

    private func obey(_ what: ByHand, _ role: PlayerPiece.Role?) async {
      var id: Int64?
      if case .library(let number)? = role { id = number }
      await byHand?(what, id)
    }
  }

  extension Conductor {
    /// Obeys knobs and keys from now on.
    func obeyHands() async {
      await sound.whenByHand { [weak self] what, id in
        // A piece that is gone meanwhile needs no answer.
        switch (what, id) {
        case (.keep, let id?): _ = try? await self?.keep(id, true)
        case (.like, let id?): _ = try? await self?.rate(id, 1)
        case (.dislike, let id?): _ = try? await self?.rate(id, -1)
        case (.rule(let number, let value), _): await self?.turn(rule: number, to: value)
        default: break
        }
      }
    }

    /// A knob was turned that is a rule's weight.
    private func turn(rule number: Int, to value: Double) {
      let rules = rules()
      guard rules.indices.contains(number), value.isFinite else { return }
      let rule = rules[number]
      _ = try? setWeights([rule.rule: rule.lower + min(1, max(0, value)) * (rule.upper - rule.lower)])
    }
  }
#endif
