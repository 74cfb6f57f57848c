/// The shape of one period of an oscillation.
///
/// None is band-limited: what lies above half the sample rate folds back, as in the program this timbre comes from.
public enum Waveform: String, Sendable, CaseIterable, BitwiseCopyable, Codable {
  /// sin(2 pi phase).
  case sine
  /// +1 in the first half of the period, -1 in the second.
  case square
  /// From -1 at phase 0 up to +1 at half the period and back.
  case triangle
  /// From -1 at phase 0 up to +1 at the period's end.
  case sawtooth

  /// Whether it is the sine. (Comparing with `==` goes through the raw value, which the render path may not.)
  var isSine: Bool {
    @_noLocks get {
      switch self {
      case .sine: true
      case .square, .triangle, .sawtooth: false
      }
    }
  }
}
