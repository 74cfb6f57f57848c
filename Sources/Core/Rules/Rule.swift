/// One rule of music theory that scores a finished roll.
///
/// A rule is one file: its formula in the comment, its parameters read from `scoring_fn_params.<name>`, its score. It
/// becomes known by one line in `RuleRegistry`.
public protocol Rule: Sendable {
  /// The name in the configuration.
  static var name: String { get }

  /// Reads the rule's parameters.
  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError)

  /// The raw score of a roll of any size.
  func score(_ roll: PianoRoll) -> Double
}

/// What a rule may know besides its own parameters.
public struct RuleContext: Sendable {
  /// The tuning whose degrees the rows are.
  public var tuning: Tuning

  /// A context of these parts.
  public init(tuning: Tuning) { self.tuning = tuning }
}
