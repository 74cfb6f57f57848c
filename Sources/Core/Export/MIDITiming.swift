/// How steps become ticks of a MIDI file.
///
/// A quarter note has 220 ticks (more where a step would be no whole number of them), and the tempo (microseconds per
/// quarter note, not per minute) says how long it lasts. The tempo has 24 bits, so it cannot exceed 16.777215 s; where
/// steps last longer, all of them take as many quarter notes as bring the tempo back into range, and so still play as long
/// as they should.
public struct MIDITiming: Sendable, Hashable {
  /// Ticks per quarter note where steps do not ask for more.
  public static let ticksPerQuarter = 220
  /// The longest tempo, in microseconds per quarter note.
  public static let maximumTempo = 0xFF_FFFF
  /// Seconds a step may last; what lies outside plays like the nearest end. At the longest, the last tick of the largest
  /// roll is still within the 28 bits of a delta time.
  public static let stepSecondsRange = 0.000_001...4096.0

  /// From a tick on, the tempo in microseconds per quarter note.
  public struct Tempo: Sendable, Hashable {
    /// The tick it holds from.
    public var tick: Int
    /// Microseconds per quarter note, truncated.
    public var microsecondsPerQuarter: Int
  }

  /// Ticks per quarter note.
  public let ticksPerQuarter: Int
  /// Ticks a step has.
  public let ticksPerStep: Int
  /// Quarter notes that the file has for each of the piece's: more than 1 only where steps are very long.
  public let stretch: Int
  /// The tempos in order; the first at tick 0.
  public private(set) var tempos: [Tempo]

  /// The timing of steps that last so many seconds, each a quarter note.
  public init(stepSeconds: Double) { self.init(TempoMap(stepSeconds: stepSeconds), stepsPerQuarter: 1) }

  /// The timing of a piece as it is performed; notes that leave the steps get four times the ticks.
  public init(_ piece: Piece) {
    self.init(
      piece.performedTempo, stepsPerQuarter: piece.stepsPerQuarter,
      finer: piece.interpretation?.leavesSteps == true ? 4 : 1)
  }

  private init(_ map: TempoMap, stepsPerQuarter: Int, finer: Int = 1) {
    let steps = min(Piece.maximumStepsPerQuarter, max(1, stepsPerQuarter))
    let range = Self.stepSecondsRange
    let quarters = map.changes.map { change in
      let seconds = change.stepSeconds * Double(steps)
      return seconds.isFinite ? min(range.upperBound, max(range.lowerBound, seconds)) : range.upperBound
    }
    // By way of quarter notes per minute, because truncation shows the difference: 0.35 s gives 349999.
    func tempo(_ seconds: Double, _ stretch: Int) -> Int { Int(60e6 / (60 / (seconds / Double(stretch)))) }
    let longest = quarters.max() ?? 1
    var stretch = 1
    while tempo(longest, stretch) > Self.maximumTempo { stretch += 1 }
    let ticks = finer * Self.leastCommonMultiple(Self.ticksPerQuarter, steps)
    let ticksPerStep = ticks / steps * stretch
    self.stretch = stretch
    self.ticksPerQuarter = ticks
    self.ticksPerStep = ticksPerStep
    tempos = zip(map.changes, quarters).map { change, seconds in
      Tempo(tick: change.step * ticksPerStep, microsecondsPerQuarter: max(1, tempo(seconds, stretch)))
    }
  }

  private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
  }

  /// The same ticks at one tempo throughout.
  public func even(microsecondsPerQuarter: Int) -> MIDITiming {
    var result = self
    result.tempos = [Tempo(tick: 0, microsecondsPerQuarter: microsecondsPerQuarter)]
    return result
  }

  /// Ticks from the beginning to a step.
  public func tick(ofStep step: Int) -> Int { step * ticksPerStep }

  /// The tick nearest to so many seconds of a tempo map.
  func tick(atSeconds seconds: Double, _ map: TempoMap) -> Int {
    let ticks = map.step(atSeconds: seconds) * Double(ticksPerStep)
    return Int(min(Double(0x0FFF_FFFF), max(0, ticks.rounded(.toNearestOrEven))))
  }

  /// Nanoseconds from the beginning to a tick.
  public func nanoseconds(ofTick tick: Int) -> Int64 {
    var nanoseconds: Int64 = 0
    for (index, tempo) in tempos.enumerated() where tempo.tick < tick {
      let end = index + 1 < tempos.count ? min(tick, tempos[index + 1].tick) : tick
      // Tempo is microseconds a quarter note; 24 bits of it times 28 bits of ticks times 1000 stay below 2^63.
      nanoseconds += Int64(end - tempo.tick) * Int64(tempo.microsecondsPerQuarter) * 1000 / Int64(ticksPerQuarter)
    }
    return nanoseconds
  }
}
