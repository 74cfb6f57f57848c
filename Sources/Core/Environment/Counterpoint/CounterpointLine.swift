/// A line while it is composed: its notes, and what the rules look back at.
public struct CounterpointLine: Sendable {
  /// A note of the line.
  public struct Note: Sendable, Hashable {
    /// The scale's position.
    public var position: Int
    /// The first step.
    public var onset: Int
    /// The step after the last.
    public var end: Int
  }

  /// What it is composed for.
  public let task: CounterpointTask
  /// From the given first note on; the given last one is appended as soon as the line reaches the last bar.
  public private(set) var notes: [Note]
  /// The step that the next note begins at.
  public private(set) var currentStep = CounterpointTask.stepsPerBar
  /// Durations in the current bar; a note that was held over the bar line counts with its remainder.
  public private(set) var barDurations: [Int] = []
  /// The movements so far, in degrees, oldest first; the one to the last note is among them when it is there.
  public private(set) var pastMovements: [Int] = []
  /// Where the line last turned: the note before the one that went the other way. A repeated note hides a turn.
  public private(set) var motionStart: Note
  /// Whether the last note is consonant with what sounds in the melody at its end; true at first, whatever the first
  /// interval is.
  public private(set) var isLastConsonant = true

  /// The line at its beginning. In a piece of two bars it is finished then: the last note follows the first.
  public init(_ task: CounterpointTask) {
    self.task = task
    let first = Note(position: task.start, onset: task.startPause, end: CounterpointTask.stepsPerBar)
    notes = [first]
    motionStart = first
    if task.lastOnset <= currentStep { appendLastNote() }
  }

  /// Whether the last note is there.
  public var isFinished: Bool { currentStep == task.stepCount }

  /// A continuation of the line as the rules see it.
  ///
  /// - Returns: nil if it leaves the keys of the scale, has no duration, or the line is finished.
  public func continuation(movement: Int, duration: Int) -> Continuation? {
    let position = (notes.last?.position ?? 0) + movement
    guard !isFinished, duration > 0, task.scale.keys.indices.contains(position),
      currentStep + duration <= task.lastOnset
    else { return nil }
    return Continuation(movement: movement, duration: duration, position: position, onset: currentStep)
  }

  /// Whether a movement stays inside what a single one may be.
  public func isMovementAllowed(_ movement: Int) -> Bool { abs(movement) <= task.maximumSkip }

  /// Whether the note that a movement leads to lies in the line's range.
  public func isInRange(_ movement: Int) -> Bool {
    task.range.contains((notes.last?.position ?? 0) + movement)
  }

  /// Whether a note of this duration ends before the last bar begins.
  public func isLengthAllowed(_ duration: Int) -> Bool {
    !isFinished && duration > 0 && currentStep + duration <= task.lastOnset
  }

  /// Appends a note, whatever the rules say of it; range and length are the caller's to check.
  public mutating func append(_ next: Continuation) {
    let note = Note(position: next.position, onset: next.onset, end: next.end)
    let turned = pastMovements.last.map { $0 * next.movement < 0 } ?? false
    if turned, let last = notes.last { motionStart = last }
    notes.append(note)
    pastMovements.append(next.movement)
    let filled = barDurations.reduce(0, +) + next.duration
    if filled < CounterpointTask.stepsPerBar {
      barDurations.append(next.duration)
    } else {
      barDurations = filled == CounterpointTask.stepsPerBar ? [] : [filled - CounterpointTask.stepsPerBar]
    }
    currentStep = next.end
    isLastConsonant = isConsonant(note.position, atStep: note.end - 1)
    if currentStep == task.lastOnset { appendLastNote() }
  }

  private mutating func appendLastNote() {
    pastMovements.append(task.end - (notes.last?.position ?? task.end))
    notes.append(Note(position: task.end, onset: task.lastOnset, end: task.stepCount))
    currentStep = task.stepCount
  }

  /// Whether a position is consonant with what the melody has at a step; everything is with a rest.
  public func isConsonant(_ position: Int, atStep step: Int) -> Bool {
    let key = task.melodyKeys[step]
    return key < 0 || KeyboardScale.isConsonant(task.key(position), key)
  }

  /// The composed notes as a given line for the next part.
  public var asGivenLine: GivenLine {
    GivenLine(notes: notes.map { .init(key: task.key($0.position), onset: $0.onset, end: $0.end) })
      ?? GivenLine(cantusFirmus: [])
  }
}

/// One way to go on: a movement in degrees and a duration in steps.
public struct Continuation: Sendable, Hashable {
  /// Degrees up, or down if negative.
  public var movement: Int
  /// Steps.
  public var duration: Int
  /// Where the movement leads.
  public var position: Int
  /// The first step.
  public var onset: Int
  /// The step after the last.
  public var end: Int { onset + duration }
  /// Whether the movement is a skip: more than a degree.
  public var isSkip: Bool { abs(movement) > 1 }
  /// Whether the movement is a step: one degree.
  public var isStep: Bool { abs(movement) == 1 }
}
