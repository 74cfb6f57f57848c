#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// What somebody was told of hands, in order.
  final class HeardInputs: Sendable {
    private let inputs = Mutex<[PlayerInput]>([])
    var all: [PlayerInput] { inputs.withLock { $0 } }
    func append(_ input: PlayerInput) { inputs.withLock { $0.append(input) } }
  }

  /// Answers, and what hands do.
  @Suite(.timeLimit(.minutes(2))) struct PlayerAnswerTests {
    private func player(_ output: ScriptedOutput, _ yaml: String = "") async throws -> Player {
      let playback = try Configuration(text: "playback: {\(yaml)}", file: "x").playback
      let player = Player(output: output, configuration: playback) { _ in }
      await player.begin()
      return player
    }

    private let piece = TestPiece.melody(steps: 20, stepSeconds: 0.05)

    @Test func anAnswerIsPlayedOverAndOverAndBecomesBetter() async throws {
      let output = ScriptedOutput()
      let player = try await player(output)
      await player.answer(PlayerPiece(piece, role: .answer(nil)), loops: true, notBefore: 12345)
      #expect(output.enqueued == [1])
      #expect(output.handedOver[0].notBefore == 12345)
      var better = piece
      better.stepCount = 40
      await player.improve(PlayerPiece(better, role: .answer(nil)))
      output.stand(at: 0.9, of: 1)
      output.report(.started(1))
      try #require(await becomes { output.enqueued == [1, 2] })
      #expect(output.handedOver[1].piece.stepCount == 40)
      #expect(output.handedOver[1].notBefore == nil)
      // Until somebody wants something else.
      await player.offer(PlayerPiece(piece, role: .final(1)))
      await player.control(.next)
      #expect(await !player.isLooping)
      output.report(.finished(1))
      output.stand(at: 1.9, of: 2)
      output.report(.started(2))
      try #require(await becomes { output.enqueued == [1, 2, 3] })
      #expect(output.handedOver[2].piece.stepCount == 20)
      await player.close()
    }

    @Test func whatIsHeardMakesRoomForAnAnswer() async throws {
      let output = ScriptedOutput()
      let player = try await player(output)
      await player.offer(PlayerPiece(piece, role: .final(1)))
      output.report(.started(1))
      try #require(await becomes { output.enqueued == [1] })
      await player.answer(
        PlayerPiece(piece, role: .answer(nil)), loops: false, notBefore: PhraseListener.now + 300_000_000)
      try #require(await becomes { output.stopCount == 1 })
      #expect(output.enqueued == [1])
      output.report(.finished(1))
      try #require(await becomes { output.enqueued == [1, 2] })
      await player.close()
    }

    @Test func aKnobIsATempo() async throws {
      let output = ScriptedOutput()
      let player = try await player(output, "controls: {tempo: control 6}")
      await player.obey(.knob(.control(6), value: 1, seconds: 0, quarters: nil))
      await player.offer(PlayerPiece(piece, role: .final(1)))
      try #require(await becomes { output.enqueued == [1] })
      #expect(abs(output.handedOver[0].piece.seconds - 0.5) < 1e-9)
      await player.close()
    }

    @Test func listenersHearKnobsAndWhatTheyMean() async throws {
      let output = ScriptedOutput()
      let player = try await player(output)
      let heard = HeardInputs()
      await player.listenToInput { heard.append($0) }
      let knob = PlayerInput.knob(.control(17), value: 0.25, seconds: 1, quarters: nil)
      await player.obey(knob)
      let pedal = PlayerInput.knob(.control(64), value: 1, seconds: 2, quarters: 5)
      await player.obey(pedal)
      let nothing = PlayerInput.knob(.control(1), value: 1, seconds: 2, quarters: nil)
      await player.obey(nothing)
      #expect(
        heard.all == [knob, .rule(1, value: 0.25), pedal, .pedal(seconds: 2, quarters: 5), nothing])
      await player.close()
    }
  }
#endif
