/// `agent.policy_gradient` of the configuration.
public struct PolicyGradientConfiguration: Sendable, Hashable {
  /// A value that moves geometrically from a start to an end while the training is annealed.
  public struct Schedule: Sendable, Hashable {
    /// At the first update.
    public var start: Double
    /// At the end of annealing and from then on.
    public var end: Double

    /// From one value to another; both above 0.
    public init(start: Double, end: Double) {
      self.start = start
      self.end = end
    }

    /// The value at a share of the way, 0...1.
    func value(at share: Double) -> Double {
      // The smaller one is reached from the larger one: `exponential` takes what is not positive.
      let larger = max(start, end)
      let slope = naturalLogarithm(min(start, end) / larger)
      return larger * exponential(slope * (end <= start ? share : 1 - share))
    }
  }

  /// `n_episodes_per_population`: what a population is, for reports and for `-p`.
  public var episodesPerPopulation: Int
  /// `n_episodes_per_update`: the batch that one step of the weights is taken from.
  public var episodesPerUpdate: Int
  /// `learning_rate` to `final_learning_rate`: how far Adam moves a weight in one update.
  public var learningRate: Schedule
  /// `temperature` to `final_temperature`: of the entropy, relative to the rewards (see `RewardScale`).
  public var temperature: Schedule
  /// `annealing_populations`: how many populations that takes; nil for as many as the training is asked for.
  public var annealingPopulations: Int?
  /// `discount`: what a reward one step of time later counts, 0...1, at the first update.
  public var discount: Double
  /// `final_discount`, of counterpoint: the same when annealing is over, reached at an even pace. Elsewhere it stays.
  public var finalDiscount: Double

  /// Updates a population has; the episodes are shared out evenly.
  public var updatesPerPopulation: Int { (episodesPerPopulation + episodesPerUpdate - 1) / episodesPerUpdate }

  /// The most episodes that an update is taken from: a population may have fewer than one is asked for.
  var largestBatch: Int { min(episodesPerUpdate, episodesPerPopulation) }

  /// How many populations a training is annealed over if nobody says how many are asked for.
  public static let defaultAnnealingPopulations = 100

  /// - Parameter kind: of the environment: each has its own defaults.
  init(_ section: ConfigurationSection, kind: EnvironmentKind = .pianoRoll) throws(ConfigurationError) {
    let defaults = Defaults(kind)
    episodesPerPopulation = try section.integer(
      "n_episodes_per_population", default: defaults.episodes, in: 1...10_000_000)
    episodesPerUpdate = try section.integer("n_episodes_per_update", default: defaults.batch, in: 2...100_000)
    learningRate = try Self.schedule(section, "learning_rate", defaults.learningRate)
    temperature = try Self.schedule(section, "temperature", defaults.temperature)
    annealingPopulations = try section.optionalInteger("annealing_populations", in: 1...1_000_000_000)
    discount = try section.number("discount", default: defaults.discount, in: 0...1)
    finalDiscount = discount
    if kind == .counterpoint { finalDiscount = try section.number("final_discount", default: 1, in: 0...1) }
  }

  /// The discount at a share of the way, 0...1.
  func discount(at share: Double) -> Double { discount + (finalDiscount - discount) * share }

  /// What is best differs between environments.
  private struct Defaults {
    var episodes, batch: Int
    var learningRate, temperature: Schedule
    var discount: Double

    init(_ kind: EnvironmentKind) {
      switch kind {
      case .pianoRoll:
        (episodes, batch, discount) = (1500, 50, 0.9)
        (learningRate, temperature) = (Schedule(start: 0.04, end: 0.003), Schedule(start: 0.4, end: 0.12))
      case .song:
        (episodes, batch, discount) = (350, 8, 0.97)
        (learningRate, temperature) = (Schedule(start: 0.03, end: 0.003), Schedule(start: 0.34, end: 0.023))
      case .counterpoint:
        (episodes, batch, discount) = (500, 50, 0.85)
        (learningRate, temperature) = (Schedule(start: 0.03, end: 0.01), Schedule(start: 0.2, end: 0.002))
      }
    }
  }

  private static func schedule(
    _ section: ConfigurationSection, _ key: String, _ defaults: Schedule
  ) throws(ConfigurationError) -> Schedule {
    Schedule(
      start: try section.number(key, default: defaults.start, in: 1e-9...1e6),
      end: try section.number("final_" + key, default: defaults.end, in: 1e-9...1e6))
  }
}
