internal import Core
internal import Foundation
internal import Logging

#if Playback
  internal import Playback
#endif

/// What knobs and keys do, and which of them is being learnt.
public struct ControlsState: Sendable, Hashable, Codable {
  /// What has a source, by name.
  public var controls: [String: String]
  /// What the next knob will do that is turned; nil: none is waited for.
  public var learning: String?
  /// What has just been learnt.
  public var learnt: String?
}

/// A knob is learnt: who chooses what it is to do, turns it. The last choice counts, whoever made it, and everybody is told.
extension Sound {
  /// What is being learnt.
  struct Lesson: Sendable {
    var meaning: PlaybackConfiguration.Controls.Meaning
    /// Gives up when it is over: a knob that is turned hours later is to do what it did.
    var end: Task<Void, Never>
  }

  /// What knobs do.
  var controlsState: ControlsState {
    #if Playback
      ControlsState(controls: controls.named, learning: lesson?.meaning.name)
    #else
      ControlsState(controls: controls.named)
    #endif
  }

  #if Playback
    /// The next knob that is turned does this; nil: none is learnt.
    ///
    /// - Parameter patience: how long it is waited for.
    /// - Throws: `SoundError`, in words, if no knob can be heard.
    func teach(
      _ meaning: PlaybackConfiguration.Controls.Meaning?, patience: Duration = .seconds(60)
    ) async throws(SoundError) -> ControlsState {
      if meaning != nil {
        guard let player else {
          throw SoundError("no knob can be heard: the sound is not open" + (deviceMessage.map { " (\($0))" } ?? ""))
        }
        guard player.hearsInput else {
          throw SoundError(
            "no knob can be heard: there is no port \(SequencerOutput.clientName):\(SequencerOutput.inputPortName);"
              + " begin with --input any (playback.input)")
        }
      }
      lesson?.end.cancel()
      lesson = meaning.map { meaning in
        let end = Task { [weak self] in
          try? await Task.sleep(for: patience)
          if !Task.isCancelled { await self?.giveUp() }
        }
        return Lesson(meaning: meaning, end: end)
      }
      await player?.setControls(controlsInForce)
      announcer.events.send(.controls(controlsState))
      return controlsState
    }

    /// What knobs do now: while one is learnt, nothing, so that who turns it does not skip or dislike a piece by it.
    var controlsInForce: PlaybackConfiguration.Controls {
      guard lesson != nil else { return controls }
      var none = PlaybackConfiguration.Controls()
      (none.sources, none.rules) = ([:], [])
      return none
    }

    /// A knob was turned.
    func learn(_ source: PlaybackConfiguration.Controls.Source) async {
      guard let meaning = lesson?.meaning, source.isKnob else { return }
      lesson?.end.cancel()
      lesson = nil
      controls = controls.learning(meaning, from: source)
      await player?.setControls(controlsInForce)
      LearntControls.save(controls, in: library.folder, announcer)
      announcer.log(.notice, "\(source) is \(meaning.name) from now on")
      var state = controlsState
      state.learnt = meaning.name
      announcer.events.send(.controls(state))
    }

    private func giveUp() async {
      guard let meaning = lesson?.meaning else { return }
      lesson = nil
      await player?.setControls(controlsInForce)
      announcer.log(.notice, "no knob was turned for \(meaning.name): nothing is learnt")
      announcer.events.send(.controls(controlsState))
    }
  #else
    /// Nothing is heard.
    func teach(_ meaning: PlaybackConfiguration.Controls.Meaning?) throws(SoundError) -> ControlsState {
      guard meaning == nil else { throw SoundError("no knob can be heard: built without playback") }
      return controlsState
    }
  #endif
}
