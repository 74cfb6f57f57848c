/// Where pieces are composed: an agent fills a piano roll cell by cell, column by column, and is rewarded at the end.
///
/// An action is a row; it sets that row's cell in the current column (a cell that is on already stays on). After
/// `drawsPerStep` actions the column advances. The episode ends when the current column becomes the last one, which
/// stays empty and is scored all the same; so an episode has (stepCount - 1) * drawsPerStep actions. The reward is 0
/// until then, and the weighted sum of the rules at the end.
///
/// The observation has one number a row:
///
///     observation[r] = sum over columns j <= t of observationDecay^(t - j) * roll[r, j],
///
/// where t is the current column. The action that completes a column shows it as the past already: its weight is
/// `observationDecay` then, and the new column is empty.
///
///     var environment = PianoRollEnvironment(configuration.environment)
///     while !environment.isTerminated { try environment.step(actor(environment.observation)) }
///     let score = environment.rules.evaluate(environment.roll)
public struct PianoRollEnvironment: Sendable {
  /// The weight of a column one step ago, 0..<1.
  public let observationDecay: Double
  /// Actions a column, 1 or more.
  public let drawsPerStep: Int
  /// What scores the finished roll.
  public let rules: WeightedRules

  /// What has been composed so far.
  public private(set) var roll: PianoRoll
  /// One number a row, 0 to 1 / (1 - observationDecay).
  public private(set) var observation: [Double]
  /// The column that the next action writes to.
  public private(set) var currentStep = 0
  /// Whether the episode is over. A roll of a single column has no column to compose: it is over from the start.
  public private(set) var isTerminated: Bool
  private var draws = 0

  /// An environment at the start of an episode.
  ///
  /// - Precondition: the sizes are those of a `PianoRoll`, the decay lies in 0..<1, and there is at least one draw. The
  ///   configuration ensures it.
  public init(rowCount: Int, stepCount: Int, observationDecay: Double, drawsPerStep: Int, rules: WeightedRules) {
    precondition((0..<1).contains(observationDecay) && drawsPerStep >= 1)
    self.observationDecay = observationDecay
    self.drawsPerStep = drawsPerStep
    self.rules = rules
    roll = PianoRoll(rowCount: rowCount, stepCount: stepCount)
    observation = Array(repeating: 0, count: rowCount)
    isTerminated = stepCount == 1
  }

  /// The environment that a configuration describes, at the start of an episode.
  public init(_ configuration: EnvironmentConfiguration) {
    self.init(
      rowCount: configuration.rowCount, stepCount: configuration.stepCount,
      observationDecay: configuration.observationDecay, drawsPerStep: configuration.drawsPerStep,
      rules: configuration.rules)
  }

  /// Actions an episode has.
  public var episodeLength: Int { (roll.stepCount - 1) * drawsPerStep }

  /// Starts a new episode, at any moment.
  ///
  /// - Returns: the first observation: zeros.
  @discardableResult
  public mutating func reset() -> [Double] {
    roll = PianoRoll(rowCount: roll.rowCount, stepCount: roll.stepCount)
    observation = Array(repeating: 0, count: roll.rowCount)
    currentStep = 0
    draws = 0
    isTerminated = roll.stepCount == 1
    return observation
  }

  /// What became of an action.
  public struct Transition: Sendable, Hashable {
    /// One number a row.
    public var observation: [Double]
    /// 0, or the roll's score if the episode is over.
    public var reward: Double
    /// Whether the episode is over.
    public var isTerminated: Bool
  }

  /// Takes an action: the row of a cell to set.
  ///
  /// - Throws: `EnvironmentError` if there is no such row or the episode is over; nothing changes then.
  @discardableResult
  public mutating func step(_ action: Int) throws(EnvironmentError) -> Transition {
    guard !isTerminated else { throw .episodeIsOver }
    guard (0..<roll.rowCount).contains(action) else { throw .noSuchRow(action: action, rowCount: roll.rowCount) }
    if !roll[action, currentStep] {
      roll[action, currentStep] = true
      observation[action] += 1
    }
    draws += 1
    if draws == drawsPerStep { advance() }
    let reward = isTerminated ? rules.evaluate(roll).total : 0
    return Transition(observation: observation, reward: reward, isTerminated: isTerminated)
  }

  private mutating func advance() {
    draws = 0
    currentStep += 1
    for row in observation.indices { observation[row] *= observationDecay }
    isTerminated = currentStep == roll.stepCount - 1
  }
}

/// An action that cannot be taken, in one line.
public enum EnvironmentError: Error, Hashable, CustomStringConvertible {
  /// The action is not a row of the roll.
  case noSuchRow(action: Int, rowCount: Int)
  /// No action is possible before the next reset.
  case episodeIsOver

  /// What is wrong and what is allowed.
  public var description: String {
    switch self {
    case .noSuchRow(let action, let rowCount): "found the action \(action); allowed: a row from 0 to \(rowCount - 1)"
    case .episodeIsOver: "the episode is over; allowed: a reset"
    }
  }
}
