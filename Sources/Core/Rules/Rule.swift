/// One rule of music theory that scores a finished roll.
///
/// A rule is one file: its formula in the comment, its parameters read from `scoring_fn_params.<name>`, its score. It
/// becomes known by one line in `RuleRegistry`.
///
/// The formulas speak of a roll of n rows and m columns; row 0 is the highest pitch. A row's *degree* counts from the
/// bottom, so the degree of row r is n - 1 - r; it is a degree of the tuning, repeating every *period* (12 degrees in
/// twelve equal divisions of the octave).
public protocol Rule: Sendable {
  /// The name in the configuration.
  static var name: String { get }

  /// Reads the rule's parameters.
  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError)

  /// Whether rolls of that many rows can be scored with these parameters: throws what is wrong if not.
  ///
  /// To be called once before `score` for every new number of rows.
  func check(rowCount: Int, use: RollUse) throws(ConfigurationError)

  /// The raw score of a roll of any size that `check` accepts.
  func score(_ roll: PianoRoll) -> Double

  /// The same score as a formula over what the training's kernels count, for rolls of this size; nil if they cannot
  /// count it: then `score` is asked roll by roll, and training takes its time.
  func fastScore(rowCount: Int, stepCount: Int) -> FastScore?

  /// Which draws the score is credited to, for learners that ask what each of them contributed (`shares`).
  var credit: Credit { get }
}

extension Rule {
  /// Most rules score rolls of any size.
  public func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {}

  /// A rule need not have a fast form.
  public func fastScore(rowCount: Int, stepCount: Int) -> FastScore? { nil }

  /// A rule need not know what a draw changed.
  public var credit: Credit { .end }
}

/// What a roll is scored for.
public enum RollUse: Sendable {
  /// An existing roll is judged as it is.
  case scoring
  /// Rolls of this size are to be composed: a rule that can never be obeyed is a fault of the configuration.
  case composing
}

/// What a rule may know besides its own parameters.
public struct RuleContext: Sendable {
  /// The tuning whose degrees the rows are.
  public var tuning: Tuning
  /// The partials of the timbre that will sound.
  public var spectrum: Spectrum

  /// A context of these parts; the timbre is the default one if none is given.
  public init(tuning: Tuning, spectrum: Spectrum = Spectrum(.standard)) {
    self.tuning = tuning
    self.spectrum = spectrum
  }
}
