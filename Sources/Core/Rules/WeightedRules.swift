/// The rules that a configuration asks for, with their coefficients: `scoring_coefs` and `scoring_fn_params`.
public struct WeightedRules: Sendable {
  /// A rule and what its score is multiplied by.
  public struct Entry: Sendable {
    /// The rule.
    public var rule: any Rule
    /// Any finite number but 0.
    public var coefficient: Double
  }

  /// The default coefficients, used when the configuration has no `scoring_coefs` at all.
  static let defaultCoefficients: [(rule: String, coefficient: Double)] = [
    (Noncyclicity.name, 250), (UsageOfTonic.name, 30), (Lines.name, 1), (ConjunctMotion.name, 2),
    (ContraryMotion.name, 1), (Consonances.name, 1), (AbsenceOfOuterNotes.name, 1), (AbsenceOfStalledNotes.name, 1),
  ]

  /// In the configuration's order.
  public var entries: [Entry] = []

  /// Rules with their coefficients, in this order.
  public init(entries: [Entry]) { self.entries = entries }

  /// Reads `scoring_coefs` and `scoring_fn_params` of the configuration's `environment`.
  ///
  /// A rule without a coefficient, or with the coefficient 0, is left out; what the file says of its parameters is
  /// checked all the same.
  init(
    environment: ConfigurationSection, tuning: Tuning, spectrum: Spectrum = Spectrum(.standard)
  ) throws(ConfigurationError) {
    let context = RuleContext(tuning: tuning, spectrum: spectrum)
    let coefficients = try Self.coefficients(environment)
    let parameters = try environment.section("scoring_fn_params")
    let wanted = coefficients.filter { $0.coefficient != 0 }
    var rules: [String: any Rule] = [:]
    for type in RuleRegistry.rules {
      let section = try parameters.section(type.name)
      // A rule that nobody asks for need not be possible in this tuning.
      guard parameters.has(type.name) || wanted.contains(where: { $0.rule == type.name }) else {
        parameters.leaveOut(type.name)
        continue
      }
      rules[type.name] = try type.init(section, context: context)
    }
    for (name, coefficient) in wanted {
      if let rule = rules[name] { entries.append(Entry(rule: rule, coefficient: coefficient)) }
    }
  }

  private static func coefficients(
    _ environment: ConfigurationSection
  ) throws(ConfigurationError) -> [(rule: String, coefficient: Double)] {
    let section = try environment.section("scoring_coefs")
    guard environment.has("scoring_coefs") else { return defaultCoefficients }
    let known = RuleRegistry.rules.map { $0.name }
    var coefficients: [(rule: String, coefficient: Double)] = []
    for name in section.keys {
      guard known.contains(name) else {
        var found = "the unknown rule \(TextQuoting.quote(Array(name.utf8), limit: 60))"
        if let nearest = Spelling.nearest(to: name, among: known) { found += " (did you mean '\(nearest)'?)" }
        throw section.error(name, found: found, allowed: known.joined(separator: ", "))
      }
      coefficients.append((name, try section.number(name, default: 0, in: -1e9...1e9)))
    }
    return coefficients
  }

  /// Whether rolls of that many rows can be scored: throws what is wrong with the configuration if not.
  public func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {
    for entry in entries { try entry.rule.check(rowCount: rowCount, use: use) }
  }

  /// The score of a roll of any size that `check` accepts, rule by rule.
  public func evaluate(_ roll: PianoRoll) -> ScoreBreakdown {
    ScoreBreakdown(
      entries: entries.map {
        .init(rule: type(of: $0.rule).name, raw: $0.rule.score(roll), coefficient: $0.coefficient)
      })
  }

  /// The same rules with other coefficients, by name; those with 0 have no say and are left out.
  public func weighted(by coefficients: [String: Double]) -> WeightedRules {
    WeightedRules(
      entries: entries.compactMap { entry in
        var entry = entry
        entry.coefficient = coefficients[type(of: entry.rule).name] ?? entry.coefficient
        return entry.coefficient == 0 ? nil : entry
      })
  }
}
