public import Core

/// What somebody does at the port `Input`, or by OSC, apart from a master's clock.
public enum PlayerInput: Sendable, Hashable {
  /// A key is pressed, or let go (velocity 0): when, in seconds of the monotonic clock whatever way it came, and, while a
  /// master runs, at which of its quarter notes.
  case note(key: Int, velocity: Int, seconds: Double, quarters: Double?)
  /// The sustain pedal goes down.
  case pedal(seconds: Double, quarters: Double?)
  /// A knob is turned or a key pressed, whatever it means: the value is 0...1.
  case knob(PlaybackConfiguration.Controls.Source, value: Double, seconds: Double, quarters: Double?)
  /// Something is wanted: the value is 0...1.
  case action(PlaybackConfiguration.Controls.Action, value: Double)
  /// A rule's weight is wanted: the rule's number in the order of the rules, and 0...1 of what the weight may be.
  case rule(Int, value: Double)
}

extension PlayerInput {
  /// - Parameters:
  ///   - seconds: When it came, by the monotonic clock.
  ///   - quarters: Where the master is; nil while none runs.
  /// - Returns: nil for what means nothing.
  init?(_ event: InputEvent, seconds: Double, quarters: Double?) {
    switch event.content {
    case .transport: return nil
    case .note(_, let key, let velocity):
      self = .note(key: Int(key), velocity: Int(velocity), seconds: seconds, quarters: quarters)
    case .control(_, let controller, let value):
      self = .knob(.control(Int(controller)), value: Double(value) / 127, seconds: seconds, quarters: quarters)
    case .program(_, let program):
      self = .knob(.program(Int(program)), value: 1, seconds: seconds, quarters: quarters)
    }
  }

  /// What a knob means; anything else means itself.
  ///
  /// - Returns: nil for a knob without a meaning.
  func meaning(_ controls: PlaybackConfiguration.Controls) -> PlayerInput? {
    guard case .knob(let source, let value, let seconds, let quarters) = self else { return self }
    switch controls.meaning(of: source) {
    case .action(let action): return .action(action, value: value)
    case .rule(let number): return .rule(number, value: value)
    case nil:
      // Without another meaning the sustain pedal is that.
      let isPedal = source == .control(Int(MIDIController.sustain)) && value >= 0.5
      return isPedal ? .pedal(seconds: seconds, quarters: quarters) : nil
    }
  }
}
