/// What is to be composed: a line against given ones, from its first note to its last.
///
/// Time counts in steps, each an eighth; a bar has eight. The composed line begins with a given note from `startPause`
/// to the end of the first bar and ends with a given note that fills the last bar.
public struct CounterpointTask: Sendable {
  /// Steps a bar.
  public static let stepsPerBar = 8

  /// What the composed line moves on.
  public let scale: KeyboardScale
  /// The melody.
  public let melody: GivenLine
  /// Lines that were composed against the melody before this one, nearest in pitch last.
  public let companions: [GivenLine]
  /// The first note's position.
  public let start: Int
  /// The last note's position.
  public let end: Int
  /// The positions that the line may use.
  public let range: ClosedRange<Int>
  /// Steps of silence before the first note, 0...7.
  public let startPause: Int
  /// The largest movement, in degrees.
  public let maximumSkip: Int
  /// Whether the composed line lies above the melody: its first key is higher than the melody's. Otherwise it lies
  /// below, also if both are equal.
  public let isAbove: Bool

  /// All steps.
  public let stepCount: Int
  /// The step that the last note begins at: nothing may hang over into it.
  public var lastOnset: Int { stepCount - Self.stepsPerBar }
  /// The melody's key at every step; -1 for a rest.
  public let melodyKeys: [Int]
  /// The same of every companion.
  public let companionKeys: [[Int]]

  /// The durations that can be chosen, in steps.
  public static let durations = [1, 2, 4, 8]

  /// A task of these parts.
  ///
  /// - Precondition: the melody has a note; the positions are the scale's.
  public init(
    scale: KeyboardScale, melody: GivenLine, companions: [GivenLine] = [], start: Int, end: Int,
    range: ClosedRange<Int>, startPause: Int, maximumSkip: Int, isAbove: Bool? = nil
  ) {
    self.scale = scale
    self.melody = melody
    self.companions = companions
    self.start = start
    self.end = end
    self.range = range
    self.startPause = startPause
    self.maximumSkip = maximumSkip
    self.isAbove = isAbove ?? (scale.keys[start] > (melody.notes.first?.key ?? 0))
    let bars = (melody.end + Self.stepsPerBar - 1) / Self.stepsPerBar
    stepCount = Self.stepsPerBar * bars
    melodyKeys = melody.keysByStep(count: stepCount)
    let stepCount = stepCount
    companionKeys = companions.map { $0.keysByStep(count: stepCount) }
  }

  /// The key, as MIDI number, of a position.
  public func key(_ position: Int) -> Int { scale.keys[position] }

  /// The number of actions: a movement for each duration.
  public var actionCount: Int { Self.durations.count * (2 * maximumSkip + 1) }

  /// The number of an action; nil if there is no such action.
  public func action(movement: Int, duration: Int) -> Int? {
    guard let index = Self.durations.firstIndex(of: duration), abs(movement) <= maximumSkip else { return nil }
    return index * (2 * maximumSkip + 1) + movement + maximumSkip
  }

  /// Movement and duration of an action.
  public func continuation(action: Int) -> (movement: Int, duration: Int) {
    let (index, rest) = action.quotientAndRemainder(dividingBy: 2 * maximumSkip + 1)
    return (rest - maximumSkip, Self.durations[index])
  }

  /// The same task against one more line: the next part is composed with this one given.
  public func adding(companion: GivenLine) -> CounterpointTask {
    CounterpointTask(
      scale: scale, melody: melody, companions: companions + [companion], start: start, end: end, range: range,
      startPause: startPause, maximumSkip: maximumSkip, isAbove: isAbove)
  }
}
