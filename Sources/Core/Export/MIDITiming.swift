/// How steps become ticks of a MIDI file.
///
/// A step is one quarter note of 220 ticks, and the tempo (microseconds per quarter note, not per minute) says how long
/// it lasts. The tempo has 24 bits, so it cannot exceed 16.777215 s; a longer step takes as many quarter notes as bring
/// the tempo back into range, and so still plays as long as it should.
public struct MIDITiming: Sendable, Hashable {
  /// Ticks per quarter note, of every file.
  public static let ticksPerQuarter = 220
  /// The longest tempo, in microseconds per quarter note.
  public static let maximumTempo = 0xFF_FFFF
  /// Seconds a step may last; what lies outside plays like the nearest end. At the longest, the last tick of the largest
  /// roll is still within the 28 bits of a delta time.
  public static let stepSecondsRange = 0.000_001...4096.0

  /// Quarter notes a step takes.
  public let quartersPerStep: Int
  /// Microseconds per quarter note, truncated.
  public let tempo: Int

  /// The timing of steps that last so many seconds.
  public init(stepSeconds: Double) {
    let range = Self.stepSecondsRange
    let seconds = stepSeconds.isFinite ? min(range.upperBound, max(range.lowerBound, stepSeconds)) : range.upperBound
    // By way of quarter notes per minute, because truncation shows the difference: 0.35 s gives 349999.
    func tempo(_ quarters: Int) -> Int { Int(60e6 / (60 / (seconds / Double(quarters)))) }
    var quarters = 1
    while tempo(quarters) > Self.maximumTempo { quarters += 1 }
    quartersPerStep = quarters
    self.tempo = max(1, tempo(quarters))
  }

  /// Ticks from the beginning to a step.
  public func tick(ofStep step: Int) -> Int { step * quartersPerStep * Self.ticksPerQuarter }
}
