/// Where counterpoint is composed: a line goes on note by note under rules that cannot be broken, and is scored when it
/// is finished.
///
/// An action is a movement and a duration; the action's number is
/// `index of the duration * (2 * largest movement + 1) + movement + largest movement`. The reward is 0 until the line is
/// finished, then the weighted sum of the scores; a line that cannot go on ends the episode with the reward for a dead
/// end. The observation is the piano roll of all lines.
///
///     var environment = CounterpointEnvironment(configuration.counterpoint!)
///     while !environment.isTerminated { try environment.step(environment.validActions[0]) }
public struct CounterpointEnvironment: Sendable {
  /// What no line may break, in this order.
  public let rules: [any CounterpointRule]
  /// What scores a finished line.
  public let scores: CounterpointScores?
  /// The reward of a line that cannot go on.
  public let deadEndReward: Double
  /// What has been composed so far.
  public private(set) var line: CounterpointLine
  /// The actions that are possible now, ascending: the original's, which may lead to a dead end. None if the episode is
  /// over.
  public private(set) var validActions: [Int]

  /// An environment in the middle of a line.
  init(line: CounterpointLine, rules: [any CounterpointRule], scores: CounterpointScores?, deadEndReward: Double) {
    self.rules = rules
    self.scores = scores
    self.deadEndReward = deadEndReward
    self.line = line
    validActions = Self.validActions(line, rules)
    isTerminated = line.isFinished
  }

  /// The environment that a configuration describes, at the start of an episode.
  public init(_ configuration: CounterpointConfiguration) {
    self.init(
      line: CounterpointLine(configuration.task), rules: configuration.rules, scores: configuration.scores,
      deadEndReward: configuration.deadEndReward)
  }

  /// Whether the episode is over. After a reset that is only so if there is nothing to decide: the original does not say
  /// that a beginning without any valid action is a dead end.
  public private(set) var isTerminated: Bool

  /// Starts a new episode, at any moment.
  public mutating func reset() { reset(to: CounterpointLine(line.task)) }

  /// Starts a new episode with a line that begins like this, whatever the rules say of it.
  ///
  /// - Throws: `CounterpointError` if a continuation leaves the range or the time there is; nothing changes then.
  public mutating func reset(actions: [(movement: Int, duration: Int)]) throws(CounterpointError) {
    var line = CounterpointLine(self.line.task)
    for (movement, duration) in actions {
      guard !line.isFinished else { throw .lineIsFinished }
      guard line.isInRange(movement), line.isLengthAllowed(duration),
        let next = line.continuation(movement: movement, duration: duration)
      else { throw .impossible(movement: movement, duration: duration) }
      line.append(next)
    }
    reset(to: line)
  }

  private mutating func reset(to line: CounterpointLine) {
    self.line = line
    validActions = Self.validActions(line, rules)
    isTerminated = line.isFinished
  }

  /// What became of an action.
  public struct Transition: Sendable, Hashable {
    /// 0, or at the end the line's score or the reward for a dead end.
    public var reward: Double
    /// Whether the episode is over.
    public var isTerminated: Bool
    /// What the measures said of a finished line.
    public var score: ScoreBreakdown?
  }

  /// Takes an action.
  ///
  /// - Throws: `CounterpointError` if it is not valid or the episode is over; nothing changes then.
  @discardableResult
  public mutating func step(_ action: Int) throws(CounterpointError) -> Transition {
    guard (0..<line.task.actionCount).contains(action) else {
      throw .noSuchAction(action: action, count: line.task.actionCount)
    }
    let next = line.task.continuation(action: action)
    return try step(movement: next.movement, duration: next.duration)
  }

  /// Takes an action that is given by its movement and duration.
  ///
  /// - Throws: as the other `step`.
  @discardableResult
  public mutating func step(movement: Int, duration: Int) throws(CounterpointError) -> Transition {
    guard !isTerminated else { throw .episodeIsOver }
    guard let action = line.task.action(movement: movement, duration: duration), validActions.contains(action),
      let next = line.continuation(movement: movement, duration: duration)
    else { throw .invalid(movement: movement, duration: duration) }
    line.append(next)
    validActions = Self.validActions(line, rules)
    isTerminated = line.isFinished || validActions.isEmpty
    let score = line.isFinished ? scores?.evaluate(line) : nil
    let reward = score?.total ?? (isTerminated ? deadEndReward : 0)
    return Transition(reward: reward, isTerminated: isTerminated, score: score)
  }

  /// What every rule, and range and length, say of a continuation.
  public struct Explanation: Sendable, Hashable {
    /// Whether the movement is not larger than a single one may be.
    public var movement: Bool
    /// Whether the note lies in the range.
    public var range: Bool
    /// Whether the note ends before the last bar.
    public var length: Bool
    /// The rules that are switched on, in their order; all of them are asked.
    public var rules: [(name: String, holds: Bool)]

    /// Whether the continuation is valid.
    public var isValid: Bool { movement && range && length && rules.allSatisfy(\.holds) }

    /// Whether two say the same.
    public static func == (a: Self, b: Self) -> Bool {
      (a.movement, a.range, a.length) == (b.movement, b.range, b.length)
        && a.rules.elementsEqual(b.rules) { $0.name == $1.name && $0.holds == $1.holds }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
      hasher.combine([movement, range, length] + rules.map(\.holds))
    }
  }

  /// Asks every rule, without stopping at the first that does not hold.
  ///
  /// A continuation that leaves the keyboard or the melody cannot be asked about: its rules are empty.
  public func explain(movement: Int, duration: Int) -> Explanation {
    var explanation = Explanation(
      movement: line.isMovementAllowed(movement), range: line.isInRange(movement),
      length: line.isLengthAllowed(duration), rules: [])
    let position = (line.notes.last?.position ?? 0) + movement
    let task = line.task
    if !line.isFinished, duration > 0, line.currentStep + duration <= task.stepCount,
      task.scale.keys.indices.contains(position)
    {
      let next = Continuation(
        movement: movement, duration: duration, position: position, onset: line.currentStep)
      explanation.rules = rules.map { (type(of: $0).name, $0.holds(next, after: line)) }
    }
    return explanation
  }

  /// All valid actions of a line: every movement and duration under every rule.
  private static func validActions(_ line: CounterpointLine, _ rules: [any CounterpointRule]) -> [Int] {
    let task = line.task
    return (0..<task.actionCount).filter { action in
      let (movement, duration) = task.continuation(action: action)
      guard line.isInRange(movement), let next = line.continuation(movement: movement, duration: duration) else {
        return false
      }
      return rules.allSatisfy { $0.holds(next, after: line) }
    }
  }
}

/// An action that cannot be taken, in one line.
public enum CounterpointError: Error, Hashable, CustomStringConvertible {
  /// The number is no action's.
  case noSuchAction(action: Int, count: Int)
  /// The action is not among the valid ones.
  case invalid(movement: Int, duration: Int)
  /// A line cannot begin like this.
  case impossible(movement: Int, duration: Int)
  /// The beginning goes on after the end.
  case lineIsFinished
  /// No action is possible before the next reset.
  case episodeIsOver

  /// What is wrong and what is allowed.
  public var description: String {
    switch self {
    case .noSuchAction(let action, let count): "found the action \(action); allowed: an action from 0 to \(count - 1)"
    case .invalid(let movement, let duration):
      "found the movement \(movement) with the duration \(duration); allowed: one of valid_actions"
    case .impossible(let movement, let duration):
      "found the movement \(movement) with the duration \(duration); allowed: notes within the range that end before "
        + "the last bar"
    case .lineIsFinished: "found an action after the last note; allowed: actions up to the last bar"
    case .episodeIsOver: "the episode is over; allowed: a reset"
    }
  }
}
