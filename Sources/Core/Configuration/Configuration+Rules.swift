/// A rule with the coefficient that a configuration gives it.
public struct RuleCoefficient: Sendable, Hashable {
  /// The rule's name.
  public var name: String
  /// What the configuration multiplies it by; 0: it has no say.
  public var coefficient: Double
  /// What it is multiplied by where no configuration says anything.
  public var usual: Double

  /// A rule of these parts.
  public init(name: String, coefficient: Double, usual: Double) {
    (self.name, self.coefficient, self.usual) = (name, coefficient, usual)
  }
}

extension Configuration {
  /// The rules of what is composed whose coefficients can be changed while it is learnt: in the configuration's order, then
  /// those that it gives no say.
  public var ruleCoefficients: [RuleCoefficient] {
    if let song {
      return SongRuleRegistry.rules.map {
        RuleCoefficient(
          name: $0.name, coefficient: song.coefficients[$0.name] ?? $0.coefficient, usual: $0.coefficient)
      }
    }
    if let scores = counterpoint?.scores {
      return scores.entries.map {
        RuleCoefficient(name: type(of: $0.function).name, coefficient: $0.coefficient, usual: 1)
      } + scores.silent.map { RuleCoefficient(name: type(of: $0).name, coefficient: 0, usual: 1) }
    }
    let rules = environment.rules
    let names =
      rules.entries.map { (type(of: $0.rule).name, $0.coefficient) } + rules.silent.map { (type(of: $0).name, 0.0) }
    return names.map {
      RuleCoefficient(name: $0, coefficient: $1, usual: WeightedRules.defaultCoefficient(of: $0))
    }
  }

  /// The coefficients by the rules' names.
  public var coefficients: [String: Double] {
    Dictionary(ruleCoefficients.map { ($0.name, $0.coefficient) }, uniquingKeysWith: { first, _ in first })
  }

  /// The same with other coefficients, by name; rules that are not named keep theirs.
  public func weighted(by coefficients: [String: Double]) -> Configuration {
    var changed = self
    if let song { changed.song = song.weighted(by: coefficients) }
    changed.counterpoint = counterpoint?.weighted(by: coefficients)
    changed.environment.rules = environment.rules.weighted(by: coefficients)
    return changed
  }
}
