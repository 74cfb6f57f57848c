public import Core

#if Playback
  internal import Playback
#endif

/// Melodies that somebody gives, and what is composed in answer.
extension Conductor {
  /// Composes an answer to a melody, which is heard where something can be heard, and written.
  ///
  /// - Parameters:
  ///   - kind: what it is to be; nil for what the configuration says, or a counterpoint.
  ///   - voices: composed voices of a counterpoint; nil for what the configuration says.
  /// - Returns: what came of it.
  /// - Throws: `Refusal`, in words, if nothing can be made of it.
  public func answer(
    _ phrase: PhraseQuantizer.Phrase, kind: PlaybackConfiguration.Answer.Kind? = nil, voices: Int? = nil
  ) async throws(PhraseQuantizer.Refusal) -> AnswerState {
    try await answers.answer(phrase, wish(kind, voices), settings: DiskQueue.Settings(configuration))
  }

  private func wish(_ kind: PlaybackConfiguration.Answer.Kind?, _ voices: Int?) -> Answers.Wish {
    let usual = configuration.playback.answer
    let wanted = kind ?? (usual.kind == .none ? .counterpoint : usual.kind)
    return Answers.Wish(kind: wanted, voices: voices ?? usual.voices, seed: RandomSource.drawSeed())
  }

  /// How melodies that are given are counted and played where they do not say it.
  func melodyMeter() -> Meter { configuration.playback.meter }

  #if Playback
    /// Answers what is played to the port `Input` from now on.
    func listenForPhrases() async {
      await sound.whenPhrase { [weak self] heard in await self?.answer(heard) }
    }

    private func answer(_ heard: PhraseListener.Heard) async {
      guard configuration.playback.answer.kind != .none else { return }
      switch heard.phrase {
      case .success(let phrase):
        var wanted = wish(nil, nil)
        wanted.barLine = { heard.barLine(after: PhraseListener.now + PhraseListener.handover) }
        _ = try? await answers.answer(phrase, wanted, settings: DiskQueue.Settings(configuration))
      case .failure(let refusal): await answers.refuse(refusal, kind: configuration.playback.answer.kind)
      }
    }
  #endif
}

/// What came of a melody that somebody gave.
public struct AnswerState: Sendable, Hashable, Codable {
  /// `counterpoint`, `continuation` or `theme`.
  public var kind: String
  /// The melody as it was understood, durations in eighths; empty if there was none.
  public var melody: String
  /// Quarter notes a minute.
  public var tempo: Double
  /// What was done to it so that it could be used, each in words.
  public var remarks: [String] = []
  /// Why there is no answer; nil if there is one.
  public var refusal: String?
  /// The answer's number in the library; nil if it is not there.
  public var piece: Int64?
}
