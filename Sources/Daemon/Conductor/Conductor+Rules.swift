internal import Core
internal import Foundation

/// The rules' weights: what the configuration says, moved by hand or by ratings, within bounds.
extension Conductor {
  /// The weights in force, in the configuration's order; then the rules that it gives no say, which have the weight 0
  /// until somebody gives them one.
  public func rules() -> [RuleWeight] { Self.rules(configuration, weights) }

  static func rules(_ configuration: Configuration, _ weights: [String: Double]) -> [RuleWeight] {
    let rules = configuration.environment.rules
    let all =
      rules.entries.map { (type(of: $0.rule).name, $0.coefficient) } + rules.silent.map { (type(of: $0).name, 0.0) }
    return all.map { name, coefficient in
      // Without a coefficient, its usual one says how far a rule may go.
      let usual = coefficient == 0 ? WeightedRules.defaultCoefficient(of: name) : coefficient
      let furthest = usual * configuration.daemon.steering.factors.upperBound
      let (lower, upper) = (min(0, furthest), max(0, furthest))
      let weight = min(upper, max(lower, weights[name] ?? coefficient))
      return RuleWeight(rule: name, weight: weight, coefficient: coefficient, lower: lower, upper: upper)
    }
  }

  /// Sets weights by name: populations and pieces from the next one on are scored by them, and the best so far is
  /// scored again.
  ///
  /// - Returns: the weights in force.
  /// - Throws: `RuleWeightError` if a name is unknown or a weight out of bounds; nothing is changed then.
  @discardableResult
  public func setWeights(_ changes: [String: Double]) throws(RuleWeightError) -> [RuleWeight] {
    let rules = rules()
    for (name, weight) in changes.sorted(by: { $0.key < $1.key }) {
      guard let rule = rules.first(where: { $0.rule == name }) else {
        throw .unknownRule(name, known: rules.map(\.rule))
      }
      guard weight.isFinite, (rule.lower...rule.upper).contains(weight) else {
        throw .outOfBounds(name, found: weight, allowed: rule.lower...rule.upper)
      }
    }
    weights.merge(changes) { $1 }
    changedWeights()
    return self.rules()
  }

  /// Goes back to the configuration's coefficients.
  @discardableResult
  public func resetWeights() -> [RuleWeight] {
    weights = [:]
    changedWeights()
    return rules()
  }

  func changedWeights() {
    areWeightsNew = true
    saveWeights()
    events.send(.rules(rules()))
  }

  /// The rules with the weights in force.
  var weightedRules: WeightedRules {
    let weights = Dictionary(uniqueKeysWithValues: rules().map { ($0.rule, $0.weight) })
    return configuration.environment.rules.weighted(by: weights)
  }

  // MARK: Between two lives

  private static func weightsPath(_ folder: String) -> String { "\(folder)/weights.json" }

  private func saveWeights() {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      try OutputFile.replace(Self.weightsPath(library.folder), with: Array(encoder.encode(weights)))
      resolve("weights")
    } catch {
      report("weights", "the weights are not saved: \(error)")
    }
  }

  /// What was saved; a file that makes no sense counts as none.
  static func savedWeights(_ folder: String, _ configuration: Configuration) -> [String: Double] {
    guard
      let bytes = try? InputFile.read(weightsPath(folder), limit: 1 << 16, as: "the rules' weights"),
      let weights = try? JSONDecoder().decode([String: Double].self, from: Data(bytes))
    else { return [:] }
    return weights.filter { $0.value.isFinite }
  }
}

/// Weights that cannot be set.
public enum RuleWeightError: Error, Hashable, CustomStringConvertible {
  /// The configuration does not ask for a rule of this name.
  case unknownRule(String, known: [String])
  /// A weight outside its bounds.
  case outOfBounds(String, found: Double, allowed: ClosedRange<Double>)

  /// One line.
  public var description: String {
    switch self {
    case .unknownRule(let name, let known):
      "found the unknown rule \(TextQuoting.quote(Array(name.utf8), limit: 60)); allowed: "
        + known.joined(separator: ", ")
    case .outOfBounds(let name, let found, let allowed):
      "\(name): found \(found); allowed: a number from \(allowed.lowerBound) to \(allowed.upperBound)"
    }
  }
}
