/// The rules that a configuration asks for, with their coefficients: `scoring_coefs` and `scoring_fn_params`.
public struct WeightedRules: Sendable {
  /// A rule and what its score is multiplied by.
  public struct Entry: Sendable {
    /// The rule.
    public var rule: any Rule
    /// Any finite number but 0.
    public var coefficient: Double
  }

  /// In the configuration's order.
  public var entries: [Entry] = []

  /// Reads `scoring_coefs` and `scoring_fn_params` of the configuration's `environment`.
  init(environment: ConfigurationSection, tuning: Tuning) throws(ConfigurationError) {
    _ = try environment.section("scoring_coefs")
    _ = try environment.section("scoring_fn_params")
  }

  /// The score of a roll of any size, rule by rule.
  public func evaluate(_ roll: PianoRoll) -> ScoreBreakdown {
    ScoreBreakdown(
      entries: entries.map {
        .init(rule: type(of: $0.rule).name, raw: $0.rule.score(roll), coefficient: $0.coefficient)
      })
  }
}
