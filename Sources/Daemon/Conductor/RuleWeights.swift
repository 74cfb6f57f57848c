internal import Core
internal import Foundation

/// The rules' weights: what the configuration says, moved by hand or by ratings, within bounds; kept from one life of the
/// daemon to the next in `weights.json` (of rolls) and the like.
struct RuleWeights {
  /// Whether ratings move them.
  var isSteering: Bool
  private let folder: String
  private var path: String
  private var rules: [RuleCoefficient]
  private var steering: DaemonConfiguration.Steering
  /// What was moved, by rule.
  private var moved: [String: Double]
  private var areNew = false

  /// Environments have rules of one name that are not the same.
  private static func path(_ folder: String, _ kind: EnvironmentKind) -> String {
    "\(folder)/weights\(kind == .pianoRoll ? "" : "_\(kind.rawValue)").json"
  }

  /// A configuration's rules, with what was saved.
  ///
  /// - Parameter folder: the library's.
  init(folder: String, _ configuration: Configuration) {
    self.folder = folder
    path = Self.path(folder, configuration.kind)
    rules = configuration.ruleCoefficients
    steering = configuration.daemon.steering
    isSteering = steering.isEnabled
    moved = Self.saved(path)
  }

  /// Begins again with another configuration's rules and what was saved.
  mutating func adopt(_ configuration: Configuration) {
    path = Self.path(folder, configuration.kind)
    rules = configuration.ruleCoefficients
    steering = configuration.daemon.steering
    isSteering = steering.isEnabled
    moved = Self.saved(path)
    areNew = true
  }

  /// The weights in force, in the configuration's order; then the rules that it gives no say, which have the weight 0
  /// until somebody gives them one.
  var entries: [RuleWeight] {
    rules.map { rule in
      // Without a coefficient, its usual one says how far a rule may go.
      let usual = rule.coefficient == 0 ? rule.usual : rule.coefficient
      let furthest = usual * steering.factors.upperBound
      let (lower, upper) = (min(0, furthest), max(0, furthest))
      let weight = min(upper, max(lower, moved[rule.name] ?? rule.coefficient))
      return RuleWeight(rule: rule.name, weight: weight, coefficient: rule.coefficient, lower: lower, upper: upper)
    }
  }

  /// The weights in force by rule.
  var weighted: [String: Double] {
    Dictionary(entries.map { ($0.rule, $0.weight) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Moving them

  /// Sets weights by name.
  ///
  /// - Throws: `RuleWeightError` if a name is unknown or a weight out of bounds; nothing is changed then.
  mutating func set(_ changes: [String: Double]) throws(RuleWeightError) {
    let entries = entries
    for (name, weight) in changes.sorted(by: { $0.key < $1.key }) {
      guard let rule = entries.first(where: { $0.rule == name }) else {
        throw .unknownRule(name, known: entries.map(\.rule))
      }
      guard weight.isFinite, (rule.lower...rule.upper).contains(weight) else {
        throw .outOfBounds(name, found: weight, allowed: rule.lower...rule.upper)
      }
    }
    moved.merge(changes) { $1 }
    areNew = true
  }

  /// Goes back to the configuration's coefficients.
  mutating func reset() {
    moved = [:]
    areNew = true
  }

  /// Moves the weights to what all ratings together say.
  ///
  /// - Returns: how many ratings that were; nil if they say nothing yet.
  mutating func follow(_ rated: [PieceRecord]) -> Int? {
    // What the configuration gives no say is moved by hand only.
    let entries = entries.filter { $0.coefficient != 0 }
    guard let model = PreferenceModel(rated, rules: entries.map(\.rule)) else { return nil }
    let coefficients = Dictionary(
      entries.map { ($0.rule, $0.coefficient) }, uniquingKeysWith: { first, _ in first })
    moved.merge(model.weights(coefficients: coefficients, factors: steering.factors)) { $1 }
    areNew = true
    return model.ratingCount
  }

  /// Whether the weights have changed since they were taken.
  var hasNews: Bool { areNew }

  /// The weights in force if they have changed since this was asked last; nil if not.
  mutating func takeNews() -> [String: Double]? {
    guard areNew else { return nil }
    areNew = false
    return weighted
  }

  // MARK: Between two lives

  /// - Throws: `FileError`.
  func save() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try OutputFile.replace(path, with: Array(encoder.encode(moved)))
  }

  /// What was saved; a file that makes no sense counts as none.
  private static func saved(_ path: String) -> [String: Double] {
    guard
      let bytes = try? InputFile.read(path, limit: 1 << 16, as: "the rules' weights"),
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
