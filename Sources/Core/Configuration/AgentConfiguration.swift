/// `agent` of the configuration: the cross-entropy method.
public struct AgentConfiguration: Sendable {
  /// How the rewards of a candidate's episodes become its score.
  public enum Aggregation: String, Sendable, CaseIterable {
    case mean, min, median, max
  }

  /// `population_size`: candidates a population.
  public var populationSize: Int
  /// `elite_fraction`: the share of a population that moves the mean.
  public var eliteFraction: Double
  /// `n_episodes_per_candidate`.
  public var episodesPerCandidate: Int
  /// `aggregation_fn`.
  public var aggregation: Aggregation
  /// `smoothing_coef`: the weight of the old mean, 0...1.
  public var smoothing: Double
  /// `weights_std`: standard deviation of every weight, constant.
  public var weightsDeviation: Double

  /// Size of the elite: `elite_fraction * population_size`, halves to even.
  public var eliteCount: Int { Int((eliteFraction * Double(populationSize)).rounded(.toNearestOrEven)) }

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    populationSize = try section.integer("population_size", default: 150, in: 1...1_000_000)
    eliteFraction = try section.number("elite_fraction", default: 0.1, in: 0...1)
    episodesPerCandidate = try section.integer("n_episodes_per_candidate", default: 10, in: 1...100_000)
    let name = try section.choice("aggregation_fn", default: "mean", of: Aggregation.allCases.map(\.rawValue))
    aggregation = Aggregation(rawValue: name) ?? .mean
    smoothing = try section.number("smoothing_coef", default: 0.25, in: 0...1)
    weightsDeviation = try section.number("weights_std", default: 1, in: 0...1e6)
  }
}
