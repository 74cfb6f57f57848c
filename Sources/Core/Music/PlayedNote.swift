/// A note as somebody played it, before it is put on steps.
public struct PlayedNote: Sendable, Hashable {
  /// When its key was pressed: seconds, or quarter notes of a clock that was followed meanwhile.
  public var onset: Double
  /// How long it was held, in the same unit.
  public var duration: Double
  /// MIDI key, 0...127.
  public var key: Int
  /// MIDI velocity, 1...127.
  public var velocity: Int

  /// A note of these parts.
  public init(onset: Double, duration: Double, key: Int, velocity: Int) {
    self.onset = onset
    self.duration = duration
    self.key = key
    self.velocity = velocity
  }
}
