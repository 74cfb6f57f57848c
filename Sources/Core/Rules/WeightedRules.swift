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
  /// The rules that have no say, ready to be given one: those without a coefficient that this tuning makes possible.
  public private(set) var silent: [any Rule] = []

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
      if parameters.has(type.name) || wanted.contains(where: { $0.rule == type.name }) {
        rules[type.name] = try type.init(section, context: context)
      } else {
        // A rule that nobody asks for need not be possible in this tuning, and the effective configuration is silent
        // about it: so it is not read from there.
        parameters.leaveOut(type.name)
        rules[type.name] = try? type.init(.root(text: "", file: type.name), context: context)
      }
    }
    for (name, coefficient) in wanted {
      if let rule = rules.removeValue(forKey: name) { entries.append(Entry(rule: rule, coefficient: coefficient)) }
    }
    silent = RuleRegistry.rules.compactMap { rules[$0.name] }
  }

  /// The coefficient of a rule where a configuration has none at all; 0 for a rule that is not one of the eight.
  public static func defaultCoefficient(of rule: String) -> Double {
    defaultCoefficients.first { $0.rule == rule }?.coefficient ?? 0
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

  /// The key that the rule about outer notes asks for, if it has a say and the tuning is the keyboard's.
  func key(tuning: Tuning, lowest: MIDIKey) -> KeySignature? {
    guard tuning.isTwelveToneEqual, let rule = entries.lazy.compactMap({ $0.rule as? AbsenceOfOuterNotes }).first
    else { return nil }
    return KeySignature(
      tonic: lowest.number + rule.tonic.position, degrees: Set((0..<12).filter { rule.scale.contains[$0] }))
  }

  /// Whether rolls of that many rows can be scored: throws what is wrong with the configuration if not.
  public func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {
    for entry in entries { try entry.rule.check(rowCount: rowCount, use: use) }
  }

  /// The same without the silent rules that cannot score rolls of that many rows.
  func sparing(rowCount: Int, use: RollUse) -> WeightedRules {
    var rules = self
    rules.silent.removeAll { rule in (try? rule.check(rowCount: rowCount, use: use)) == nil }
    return rules
  }

  /// The score of a roll of any size that `check` accepts, rule by rule.
  public func evaluate(_ roll: PianoRoll) -> ScoreBreakdown {
    ScoreBreakdown(
      entries: entries.map {
        .init(rule: type(of: $0.rule).name, raw: $0.rule.score(roll), coefficient: $0.coefficient)
      })
  }

  /// The coefficient of every rule by its name, 0 for silent ones.
  public var coefficients: [String: Double] {
    var coefficients: [String: Double] = [:]
    for rule in silent { coefficients[type(of: rule).name] = 0 }
    for entry in entries { coefficients[type(of: entry.rule).name] = entry.coefficient }
    return coefficients
  }

  /// The same rules with other coefficients, by name; those with 0 have no say, silent ones with another get one.
  public func weighted(by coefficients: [String: Double]) -> WeightedRules {
    let all = entries + silent.map { Entry(rule: $0, coefficient: 0) }
    let weighted = all.map { entry in
      Entry(rule: entry.rule, coefficient: coefficients[type(of: entry.rule).name] ?? entry.coefficient)
    }
    var rules = WeightedRules(entries: weighted.filter { $0.coefficient != 0 })
    rules.silent = weighted.filter { $0.coefficient == 0 }.map(\.rule)
    return rules
  }
}
