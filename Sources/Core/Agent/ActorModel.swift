/// What decides on actions: a function from an observation and flat weights to a probability for every action.
///
/// The trainer knows actors by this protocol only.
public protocol ActorModel: Sendable {
  /// Number of flat weights.
  var weightCount: Int { get }

  /// The probabilities of all actions; they are at least 0 and add up to about 1.
  ///
  /// - Parameter observation: one number a row, as the environment gives it.
  func distribution(observation: [Double], weights: [Float]) -> [Double]

  /// Something that plays episodes of this actor on one thread.
  ///
  /// Unless an actor has something faster, it is asked for its `distribution` step by step.
  func makePlayer(environment: EnvironmentConfiguration, kernels: Kernels) -> any EpisodePlayer
}

extension ActorModel {
  /// A player that steps through the environment.
  public func makePlayer(environment: EnvironmentConfiguration, kernels: Kernels) -> any EpisodePlayer {
    StepwisePlayer(actor: self, environment: environment, kernels: kernels)
  }
}

/// softmax(observation W + b): the original's actor.
///
/// Flat weights: W row by row (`[row of the observation][action]`), then b.
public struct LinearSoftmaxActor: ActorModel {
  /// Rows of the roll: length of the observation and number of actions.
  public let rowCount: Int

  /// An actor for rolls of this many rows.
  public init(rowCount: Int) { self.rowCount = rowCount }

  /// rowCount * rowCount of W and rowCount of b.
  public var weightCount: Int { rowCount * rowCount + rowCount }

  /// The softmax of the linear function, shifted by its maximum so that nothing overflows.
  public func distribution(observation: [Double], weights: [Float]) -> [Double] {
    var logits = (0..<rowCount).map { Double(weights[rowCount * rowCount + $0]) }
    for (row, value) in observation.enumerated() where value != 0 {
      for action in 0..<rowCount { logits[action] += value * Double(weights[row * rowCount + action]) }
    }
    let highest = logits.max() ?? 0
    let powers = logits.map { exponential($0 - highest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  /// The kernels play it.
  public func makePlayer(environment: EnvironmentConfiguration, kernels: Kernels) -> any EpisodePlayer {
    LinearSoftmaxPlayer(environment: environment, kernels: kernels)
  }
}
