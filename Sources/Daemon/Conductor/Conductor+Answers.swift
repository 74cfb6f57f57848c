public import Core

#if Playback
  internal import Playback
#endif

/// Melodies that somebody gives, and what is composed in answer.
extension Conductor {
  /// Composes an answer to a melody, which is heard where something can be heard, and written. Whatever the conductor is
  /// busy with, a checkpoint that a slow disk takes for instance, is not waited for.
  ///
  /// - Parameters:
  ///   - kind: what it is to be; nil for what the configuration says, or a counterpoint.
  ///   - voices: composed voices of a counterpoint; nil for what the configuration says.
  /// - Returns: what came of it.
  /// - Throws: `Refusal`, in words, if nothing can be made of it.
  public nonisolated func answer(
    _ phrase: PhraseQuantizer.Phrase, kind: PlaybackConfiguration.Answer.Kind? = nil, voices: Int? = nil
  ) async throws(PhraseQuantizer.Refusal) -> AnswerState {
    try await answers.answer(phrase, Answers.Wish(kind: kind, voices: voices))
  }

  #if Playback
    /// Answers what is played to the port `Input` from now on.
    func listenForPhrases() async {
      // They hold the sound already.
      await sound.whenPhrase { [weak answers] heard in await answers?.answer(heard) }
    }
  #endif
}

#if Playback
  extension Answers {
    /// Answers what was played to the port `Input`, if that is wanted.
    nonisolated func answer(_ heard: PhraseListener.Heard) async {
      let kind = settings.answer.kind
      guard kind != .none else { return }
      switch heard.phrase {
      case .success(let phrase):
        var wish = Wish(clear: heard.clear)
        wish.barLine = { heard.barLine(after: PhraseListener.now + PhraseListener.handover) }
        _ = try? await answer(phrase, wish)
      case .failure(let refusal): await refuse(refusal, kind: kind)
      }
    }
  }
#endif

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
  /// How long after the melody's end was clear the answer was ready to be heard; nil if there is none.
  public var milliseconds: Double?
}
