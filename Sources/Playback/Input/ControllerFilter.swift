/// Which control changes are a knob's: many a controller says one value in several messages.
///
/// Of a 14-bit value (controllers 0 to 31, their fine halves 32 to 63) the first half counts: a fine half that comes right
/// after it is none of another knob. Data entry (6, 38, 96, 97) that follows the number of a parameter (98 to 101) is that
/// parameter's value.
struct ControllerFilter: Sendable {
  /// Who says it.
  struct Voice: Sendable, Hashable {
    var source: SequencerAddress
    var channel: UInt8
  }

  private struct State: Sendable {
    /// The last first half, and when it came.
    var coarse: (controller: UInt8, nanoseconds: Int64)?
    /// The halves of the parameter's number, 127 for none, and when it was last spoken of.
    var parameter: (high: UInt8, low: UInt8, nanoseconds: Int64)?
  }

  private var states: [Voice: State] = [:]

  /// Both halves of a value are sent at once; by a cable they are a millisecond apart.
  private static let together: Int64 = 3_000_000
  /// Who has spoken of a parameter for so long no more has a knob after all.
  private static let memory: Int64 = 1_000_000_000
  /// Who has more voices than this begins anew.
  private static let mostVoices = 64

  /// - Returns: false for what is part of another message.
  mutating func isKnob(_ controller: UInt8, value: UInt8, by voice: Voice, at nanoseconds: Int64) -> Bool {
    if states.count >= Self.mostVoices, states[voice] == nil { states = [:] }
    var state = states[voice] ?? State()
    defer { states[voice] = state }
    switch controller {
    case 98...101:
      let now = state.parameter ?? (127, 127, nanoseconds)
      state.parameter = controller % 2 == 1 ? (value, now.low, nanoseconds) : (now.high, value, nanoseconds)
      return true
    case 6, 38, 96, 97:
      guard let (high, low, last) = state.parameter, (high, low) != (127, 127), nanoseconds - last < Self.memory else {
        break
      }
      state.parameter = (high, low, nanoseconds)
      return false
    default: break
    }
    if controller < 32 { state.coarse = (controller, nanoseconds) }
    guard let (coarse, last) = state.coarse, controller == coarse + 32 else { return true }
    return nanoseconds - last > Self.together
  }
}
