/// `piece`, `environment` and `agent` of a configuration for counterpoint: the keys of the original's version 0.4.6 with
/// its defaults, and a few of our own.
public struct CounterpointConfiguration: Sendable {
  /// What is to be composed first.
  public var task: CounterpointTask
  /// On which side of the melody each composed part lies, the first's first: one to three.
  public var sides: [CounterpointSide]
  /// `piece.rules`: what no line may break, in this order.
  public var rules: [any CounterpointRule]
  /// `environment.scoring_coefs` and `scoring_fn_params`.
  public var scores: CounterpointScores
  /// `environment.reward_for_dead_end`.
  public var deadEndReward: Double
  /// `piece.rendering_params`.
  public var rendering: CounterpointRendering
  /// `agent`.
  public var agent: CounterpointAgentConfiguration

  /// The file that it was read from, for errors.
  var file: String

  /// Bars of a melody: at most.
  static let barLimit = 64

  /// Reads the three sections; the original's two instruments are added to the timbres.
  ///
  /// - Parameter melody: takes the place of `piece.melody` and `piece.cantus_firmus`.
  init(
    _ root: ConfigurationSection, timbres: inout [String: Timbre], melody: String? = nil
  ) throws(ConfigurationError) {
    file = root.file
    let piece = try root.section("piece")
    (task, sides) = try CounterpointSetting(piece, melody: melody).resolved()
    rules = try Self.rules(piece.section("rules"))
    for timbre in Timbre.counterpoint where timbres[timbre.name] == nil { timbres[timbre.name] = timbre }
    rendering = try CounterpointRendering(piece.section("rendering_params"), timbres: timbres)
    let environment = try root.section("environment")
    scores = try CounterpointScores(environment: environment)
    deadEndReward = try environment.number("reward_for_dead_end", default: -3, in: -1e9...1e9)
    agent = try CounterpointAgentConfiguration(root.section("agent"))
  }

  /// The rules of these names in this order; parameters of the others are checked all the same.
  private static func rules(_ section: ConfigurationSection) throws(ConfigurationError) -> [any CounterpointRule] {
    let known = CounterpointRuleRegistry.rules.map { $0.name }
    let names = try section.scalars("names") ?? known
    if !section.has("names") { section.record("names", .list(known.map(EffectiveValue.text))) }
    let parameters = try section.section("params")
    var rules: [String: any CounterpointRule] = [:]
    for type in CounterpointRuleRegistry.rules { rules[type.name] = try type.init(parameters.section(type.name)) }
    var chosen: [any CounterpointRule] = []
    for (index, name) in names.enumerated() {
      guard let rule = rules[name] else {
        let hint = Spelling.nearest(to: name, among: known).map { " (did you mean '\($0)'?)" } ?? ""
        throw section.error(
          "names", found: "the unknown rule \(TextQuoting.quote(Array(name.utf8), limit: 60))\(hint)",
          allowed: known.joined(separator: ", "))
      }
      guard !names[..<index].contains(name) else {
        throw section.error("names", found: "'\(name)' twice", allowed: "every rule once")
      }
      chosen.append(rule)
    }
    return chosen
  }
}

/// On which side of the melody a composed part lies.
public enum CounterpointSide: String, Sendable, CaseIterable {
  case above, below
}

/// `agent` of a configuration for counterpoint.
public struct CounterpointAgentConfiguration: Sendable {
  /// How lines are found.
  public enum Method: String, Sendable, CaseIterable {
    /// A policy that learns, and search when it composes.
    case policyGradient = "policy_gradient"
    /// The original's.
    case beamSearch = "beam_search"
  }

  /// `method`; without it the original's keys mean the original's search.
  public var method: Method
  /// `shipped_policy`: whether learning begins with the policy for any melody that is inside the program.
  public var beginsWithShippedPolicy: Bool
  /// `search_moves`: splices that are tried for each piece; 0 leaves a piece as the policy drew it.
  public var searchMoves: Int
  /// The original's keys.
  public var beam: BeamSearch.Settings
  /// `paralleling_params.n_processes`: threads; nil for one a core.
  public var threadCount: Int?

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    let telling = [
      "beam_width", "n_records_to_keep", "n_trials_estimation_depth", "n_trials_estimation_width", "n_trials_factor",
      "paralleling_params",
    ]
    let fallback: Method = telling.contains { section.isThere([$0]) } ? .beamSearch : .policyGradient
    let word = try section.choice("method", default: fallback.rawValue, of: Method.allCases.map(\.rawValue))
    method = Method(rawValue: word) ?? fallback
    beginsWithShippedPolicy = try section.boolean("shipped_policy", default: true)
    searchMoves = try section.integer("search_moves", default: 400_000, in: 0...1_000_000_000)
    beam = BeamSearch.Settings()
    beam.width = try section.integer("beam_width", default: beam.width, in: 1...10_000)
    beam.recordCount = try section.integer("n_records_to_keep", default: beam.recordCount, in: 1...100_000)
    beam.estimationDepth = try section.integer("n_trials_estimation_depth", default: beam.estimationDepth, in: 1...1000)
    beam.estimationWidth = try section.integer(
      "n_trials_estimation_width", default: beam.estimationWidth, in: 1...100_000)
    beam.trialFactor = try section.number("n_trials_factor", default: beam.trialFactor, in: 1e-6...1e6)
    threadCount = try section.section("paralleling_params").optionalInteger("n_processes", in: 1...1024)
  }
}

extension CounterpointConfiguration {
  /// With other coefficients of the measures, by name.
  func weighted(by coefficients: [String: Double]) -> CounterpointConfiguration {
    var weighted = self
    weighted.scores = scores.weighted(by: coefficients)
    return weighted
  }

  /// All rules with their default parameters.
  static func standardRules() throws(ConfigurationError) -> [any CounterpointRule] {
    try rules(.root(text: "", file: "default rules"))
  }
}

extension Configuration {
  /// How long the search for a piece takes at most on a slow, busy machine, in seconds.
  public var secondsToCompose: Double {
    counterpoint.map {
      5e-5 * Double($0.agent.searchMoves * $0.sides.count) * Double(CounterpointComposer.distinctPieces)
    }
      ?? 0
  }

  /// Fails if nothing can be composed with this configuration: no line of a counterpoint keeps all rules to its end.
  public func checkComposable() throws(ConfigurationError) {
    if let counterpoint { _ = try CounterpointComposer(counterpoint) }
  }
}
