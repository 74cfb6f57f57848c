/// One measure of a finished line.
///
/// A measure is one file: its formula in the comment, its parameters read from `environment.scoring_fn_params.<name>`. It
/// becomes known by one line in `CounterpointScores.functions`.
public protocol CounterpointScore: Sendable {
  /// The name in the configuration.
  static var name: String { get }

  /// Reads the measure's parameters.
  init(_ section: ConfigurationSection) throws(ConfigurationError)

  /// The raw score of a finished line.
  func score(_ line: CounterpointLine) -> Double

  /// The same for the kernels that search: a test compares the two.
  func fold(into parameters: inout CounterpointScoreParameters)
}

/// What the kernels know of the measures.
public struct CounterpointScoreParameters: Sendable {
  /// Coefficients of looped fragments, entropy, narrow ranges, climax and skips.
  public var weights = [0.0, 0, 0, 0, 0]
  /// Sizes of fragments that count, in steps; nil for no upper end.
  var loopSizes: (least: Int, most: Int?) = (4, nil)
  /// Notes a window has, and the penalty by the window's width in degrees.
  var windowSize = 9
  var widthPenalties: [Double] = []
  /// Penalties for degrees that the climax stays below the range's top, and for each note too many at the top.
  var climax: (shortage: Double, duplication: Double) = (0.3, 0.5)
  /// Reward by number of skips.
  var skipRewards: [Double] = []
}

/// The measures that a configuration asks for, with their coefficients: `scoring_coefs` and `scoring_fn_params`.
public struct CounterpointScores: Sendable {
  /// All measures there are, in the default order.
  public static let functions: [any CounterpointScore.Type] = [
    ClimaxExplicity.self, PositionEntropy.self, LoopedFragments.self, NarrowRanges.self, NumberOfSkips.self,
  ]

  /// The measures in the configuration's order, those with coefficient 0 too.
  public var entries: [(function: any CounterpointScore, coefficient: Double)]
  /// The measures that the configuration gives no say.
  public private(set) var silent: [any CounterpointScore]

  /// Reads the two sections of `environment`; without `scoring_coefs` all measures count once.
  init(environment: ConfigurationSection) throws(ConfigurationError) {
    let parameters = try environment.section("scoring_fn_params")
    var functions: [String: any CounterpointScore] = [:]
    for type in Self.functions { functions[type.name] = try type.init(parameters.section(type.name)) }
    let section = try environment.section("scoring_coefs")
    let known = Self.functions.map { $0.name }
    var coefficients: [(name: String, coefficient: Double)] = known.map { ($0, 1) }
    if environment.has("scoring_coefs") {
      coefficients = []
      for name in section.keys {
        guard known.contains(name) else {
          throw section.unknownName(name, kind: "scoring function", known: known)
        }
        coefficients.append((name, try section.number(name, default: 0, in: -1e9...1e9)))
      }
    }
    entries = coefficients.compactMap { name, coefficient in
      functions.removeValue(forKey: name).map { (function: $0, coefficient: coefficient) }
    }
    silent = known.compactMap { functions[$0] }
  }

  /// The same measures with other coefficients, by name; those that are not named keep theirs.
  public func weighted(by coefficients: [String: Double]) -> CounterpointScores {
    var weighted = self
    for index in entries.indices {
      if let value = coefficients[type(of: entries[index].function).name] {
        weighted.entries[index].coefficient = value
      }
    }
    for function in silent {
      guard let value = coefficients[type(of: function).name], value != 0 else { continue }
      weighted.entries.append((function, value))
    }
    weighted.silent = silent.filter { function in
      !weighted.entries.contains { type(of: $0.function).name == type(of: function).name }
    }
    return weighted
  }

  /// The score of a finished line, measure by measure.
  public func evaluate(_ line: CounterpointLine) -> ScoreBreakdown {
    ScoreBreakdown(
      entries: entries.map {
        .init(rule: type(of: $0.function).name, raw: $0.function.score(line), coefficient: $0.coefficient)
      })
  }

  /// All measures as the kernels take them.
  var parameters: CounterpointScoreParameters {
    var parameters = CounterpointScoreParameters()
    let order = [
      LoopedFragments.name, PositionEntropy.name, NarrowRanges.name, ClimaxExplicity.name, NumberOfSkips.name,
    ]
    for entry in entries {
      entry.function.fold(into: &parameters)
      if let index = order.firstIndex(of: type(of: entry.function).name) {
        parameters.weights[index] = entry.coefficient
      }
    }
    return parameters
  }
}

extension ConfigurationSection {
  /// An error about a key that should be one of a few names.
  func unknownName(_ name: String, kind: String, known: [String]) -> ConfigurationError {
    var found = "the unknown \(kind) \(TextQuoting.quote(Array(name.utf8), limit: 60))"
    if let nearest = Spelling.nearest(to: name, among: known) { found += " (did you mean '\(nearest)'?)" }
    return error(name, found: found, allowed: known.joined(separator: ", "))
  }
}
