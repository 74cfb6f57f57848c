#if Playback
  import Core
  import Daemon
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
      await desk.warmUp()
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

  /// Composes answers one after another, before whatever else goes on.
  actor AnswerDesk {
    private let run: AnswerRun
    private let composing = WorkThread(name: "answers", priority: .first)
    private let files = WorkThread(name: "answer files", priority: .ordinary)
    private let practice = AnswerPracticeRoom()
    nonisolated var unownedExecutor: UnownedSerialExecutor { composing.unownedExecutor }
    /// Counts the phrases.
    private var number = 0

    /// Populations that a counterpoint learns from its melody while it is played.
    private static let populations = 60

    init(_ run: AnswerRun) { self.run = run }

    /// Composes once for nobody, so that the first phrase finds tables read and memory touched.
    func warmUp() {
      guard let phrase = try? PhraseQuantizer.Phrase(text: "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4") else { return }
      _ = try? PhraseAnswer(phrase, kind: run.settings.answer.kind, voices: run.settings.answer.voices, seed: 1)
    }

    /// A phrase was played.
    func answer(_ heard: PhraseListener.Heard) async {
      number += 1
      let own = number
      let wanted = run.settings.answer
      do {
        let phrase = try heard.phrase.get()
        let answer = try PhraseAnswer(
          phrase, kind: wanted.kind, voices: wanted.voices, seed: run.seed &+ UInt64(number))
        let line = heard.barLine(after: PhraseListener.now + PhraseListener.handover)
        await run.player.answer(PlayerPiece(answer.piece, role: .answer(nil)), loops: answer.isLooped, notBefore: line)
        let milliseconds = (PhraseListener.now - heard.clear) / 1_000_000
        StandardError.writeLine(
          "heard \(phrase.melodyText), \(Int((15 / phrase.stepSeconds).rounded())) a minute; the answer was ready"
            + " \(milliseconds) ms after its end")
        for remark in answer.remarks { StandardError.writeLine(remark) }
        await write(answer.piece)
        if answer.isLooped { Task { await improve(answer, own) } }
      } catch {
        StandardError.writeLine("no answer: \(error)")
      }
    }

    /// Learns from the melody as long as it is played.
    private func improve(_ answer: PhraseAnswer, _ own: Int) async {
      guard own == number else { return }
      await practice.begin(answer, number: own)
      for _ in 0..<Self.populations {
        guard own == number, await run.player.isLooping else { break }
        if let better = await practice.improve(own), own == number {
          await run.player.improve(PlayerPiece(better, role: .answer(nil)))
          await write(better)
        }
        try? await Task.sleep(for: .milliseconds(400))
      }
      await practice.end(own)
    }

    private func write(_ piece: Piece) async {
      let run = run
      await files.perform {
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
  }
#endif
