/// The piano roll as learners see it (`PolicyEnvironment`): a decision is a draw of a cell, the policy is a softmax of a
/// linear function of what `ObservationConfiguration` says.
///
/// Flat weights: W (a row for every number of the observation: decayed columns, current column, the column before, the
/// one before that, ...; each with one number a row of the roll), then b.
public struct RollPolicyEnvironment: PolicyEnvironment {
  /// The roll, its rules, its sound.
  public private(set) var environment: EnvironmentConfiguration
  /// What the policy sees.
  public let observation: ObservationConfiguration

  /// The environment that a configuration describes.
  public init(_ environment: EnvironmentConfiguration, observation: ObservationConfiguration) {
    self.environment = environment
    self.observation = observation
  }

  /// One bit a row that may be drawn, in words of 64.
  var possibleRows: [UInt64] { environment.possibleRows }

  /// Whether a cell that is on cannot be drawn again.
  var excludesChosen: Bool { environment.masks.contains(.chosen) }

  /// Rows of W and b.
  public var weightCount: Int { observation.weightCount(rowCount: environment.rowCount) }

  /// `W` [numbers seen, rows] and `b` [rows].
  public var weightTensors: [WeightTensor] {
    let rows = environment.rowCount
    return [
      WeightTensor(name: "W", shape: [observation.partCount * rows, rows]), WeightTensor(name: "b", shape: [rows]),
    ]
  }

  /// Draws of an episode.
  public var stepsPerEpisode: Int { (environment.stepCount - 1) * environment.drawsPerStep }

  /// Draws of an episode.
  public var mostDecisions: Int { stepsPerEpisode }

  /// Every episode has as many draws.
  public var hasFixedDecisions: Bool { true }

  /// The kernels play it.
  public func makeRunner(kernels: Kernels, capacity: Int) -> any EpisodeRunner {
    RollEpisodeRunner(self, kernels: kernels, capacity: capacity)
  }

  /// The same roll with other coefficients.
  public func weighted(by coefficients: [String: Double]) -> any PolicyEnvironment {
    var weighted = self
    weighted.environment.rules = environment.rules.weighted(by: coefficients)
    return weighted
  }

  /// The original's weights, too: what they know of decayed columns is all there is then.
  public func adopted(_ weights: [Float]) -> [Float]? {
    if weights.count == weightCount { return weights }
    let rows = environment.rowCount
    guard observation.hasDecayedColumns, weights.count == ObservationConfiguration.original.weightCount(rowCount: rows)
    else { return nil }
    let rest = Array(repeating: Float(0), count: weightCount - weights.count)
    return Array(weights[..<(rows * rows)] + rest + weights[(rows * rows)...])
  }
}
