public import Core

/// What somebody does at the port `Input`, apart from a master's clock.
public enum PlayerInput: Sendable, Hashable {
  /// A key is pressed, or let go (velocity 0), so many seconds and, while a master runs, so many of its quarter notes
  /// after some beginning.
  case note(key: Int, velocity: Int, seconds: Double, quarters: Double?)
  /// The sustain pedal goes down.
  case pedal(seconds: Double, quarters: Double?)
  /// A knob or a key that has a meaning: the value is 0...1.
  case action(PlaybackConfiguration.Controls.Action, value: Double)
}

extension PlayerInput {
  /// - Parameters:
  ///   - quarters: Where the master is; nil while none runs.
  /// - Returns: nil for what means nothing.
  init?(_ event: InputEvent, quarters: Double?, controls: PlaybackConfiguration.Controls) {
    let seconds = Double(event.nanoseconds) * 1e-9
    switch event.content {
    case .transport: return nil
    case .note(_, let key, let velocity):
      self = .note(key: Int(key), velocity: Int(velocity), seconds: seconds, quarters: quarters)
    case .control(_, let controller, let value):
      if let action = controls.action(of: .control(Int(controller))) {
        self = .action(action, value: Double(value) / 127)
      } else if controller == MIDIController.sustain, value >= 64 {
        self = .pedal(seconds: seconds, quarters: quarters)
      } else {
        return nil
      }
    case .program(_, let program):
      guard let action = controls.action(of: .program(Int(program))) else { return nil }
      self = .action(action, value: 1)
    }
  }
}
