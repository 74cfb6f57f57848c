#if Playback
  import Core
  import Foundation
  import Playback

  /// `--answer`: what is played to the port `Input` is answered, heard and written, until the listener quits.
  struct AnswerRun {
    let configuration: Configuration
    let settings: PlaybackConfiguration
    let player: Player
    let output: String
    let seed: UInt64

    /// - Returns: the signal that ended it, if one did.
    /// - Throws: `FileError` if the output folder cannot be written.
    func run() async throws -> Int32? {
      try OutputFolder.requireWritable(output)
      let desk = AnswerDesk(self)
      let listener = PhraseListener(settings) { heard in await desk.answer(heard) }
      // One stream and one task, so that keys come in their order.
      let (inputs, feed) = AsyncStream.makeStream(of: PlayerInput.self, bufferingPolicy: .bufferingNewest(4096))
      await player.listenToInput { feed.yield($0) }
      let hearing = Task { for await input in inputs { await listener.take(input) } }
      StandardError.writeLine(
        "play to \(SequencerOutput.clientName):\(SequencerOutput.inputPortName): the answer (\(settings.answer.kind.rawValue))"
          + " comes after a bar of rest")
      _ = await TerminalControls().run(player, isBusy: { true }, isStopping: { StopSignal.current != nil })
      hearing.cancel()
      await player.close()
      return StopSignal.current
    }
  }

  /// Composes answers one after another, beside whatever else goes on.
  actor AnswerDesk {
    private let run: AnswerRun
    private var current: PhraseAnswer?
    /// Counts the phrases.
    private var number = 0

    /// Populations that a counterpoint learns from its melody while it is played.
    private static let populations = 60

    init(_ run: AnswerRun) { self.run = run }

    /// A phrase was played.
    func answer(_ heard: PhraseListener.Heard) async {
      number += 1
      let wanted = run.settings.answer
      do {
        let phrase = try heard.phrase.get()
        let answer = try PhraseAnswer(
          phrase, kind: wanted.kind, voices: wanted.voices, seed: run.seed &+ UInt64(number))
        current = answer
        let line = heard.barLine(after: PhraseListener.now + PhraseListener.handover)
        await run.player.answer(PlayerPiece(answer.piece, role: .answer(nil)), loops: answer.isLooped, notBefore: line)
        StandardError.writeLine("heard \(phrase.melodyText), \(Int((15 / phrase.stepSeconds).rounded())) a minute")
        for remark in answer.remarks { StandardError.writeLine(remark) }
        write(answer.piece)
        let own = number
        if answer.isLooped { Task { await improve(own) } }
      } catch {
        StandardError.writeLine("no answer: \(error)")
      }
    }

    /// Learns from the melody as long as it is played.
    private func improve(_ own: Int) async {
      for _ in 0..<Self.populations {
        guard own == number, let current, await run.player.isLooping else { return }
        if current.improve() {
          await run.player.improve(PlayerPiece(current.piece, role: .answer(nil)))
          write(current.piece)
        }
        try? await Task.sleep(for: .milliseconds(400))
      }
    }

    private func write(_ piece: Piece) {
      do {
        let written = try PieceFolder.write(
          piece, to: run.output, at: Timestamp(Date()), timbres: run.configuration.timbres,
          audio: run.configuration.audio)
        for warning in written.warnings { StandardError.writeLine("\(written.path)/\(warning)") }
        StandardError.writeLine("answer, score \((100 * piece.score.total).rounded() / 100): \(written.path)")
      } catch {
        StandardError.writeLine("\(error)")
      }
    }
  }
#endif
