/// `environment` of the configuration.
public struct EnvironmentConfiguration: Sendable {
  /// `n_semitones`: rows of the roll, 1...256.
  public var rowCount: Int
  /// `n_roll_steps`: columns of the roll, 2...4096; the last one stays empty.
  public var stepCount: Int
  /// `observation_decay`: weight of a column one step ago relative to the current one, 0..<1.
  public var observationDecay: Double
  /// `n_draws_per_roll_step`: actions before the column advances, 1 or more.
  public var drawsPerStep: Int
  /// `scoring_coefs` and `scoring_fn_params`: the rules with their coefficients.
  public var rules: WeightedRules
  /// `rendering_params` without `dir`.
  public var performance: PerformanceSettings
  /// `rendering_params.dir`: where pieces go.
  public var outputFolder: String

  /// Reads the section; `tuning` may stand in it or, beside it, in `root`.
  ///
  /// `use`: what the configuration is read for. For scoring, the rolls' own sizes count.
  ///
  /// - Throws: `ConfigurationError`; `DataError` or `FileError` about a file of the tuning.
  init(_ section: ConfigurationSection, root: ConfigurationSection, use: RollUse) throws {
    rowCount = try section.integer("n_semitones", default: 25, in: 1...PianoRoll.maximumRowCount)
    stepCount = try section.integer("n_roll_steps", default: 33, in: 2...PianoRoll.maximumStepCount)
    observationDecay = try section.number("observation_decay", default: 0.75, in: 0...0.999_999)
    drawsPerStep = try section.integer("n_draws_per_roll_step", default: 3, in: 1...256)
    performance = PerformanceSettings()
    let rendering = try section.section("rendering_params")
    let lowest = try rendering.string("lowest_note", default: "C4")
    guard let lowestNote = MIDIKey(name: lowest) else {
      throw rendering.error("lowest_note", allowed: "a note name from C-1 to G9 (C4 is middle C)")
    }
    performance.lowestNote = lowestNote
    guard !(section.has("tuning") && root.has("tuning")) else {
      throw section.error("tuning", found: "a second tuning", allowed: "one, here or at the top level")
    }
    let tuning = try TuningConfiguration.read(root.has("tuning") ? root : section, lowest: lowestNote)
    if use == .composing { try tuning.check(rowCount: rowCount, lowest: lowestNote, section) }
    performance.tuning = tuning.tuning
    rules = try WeightedRules(environment: section, tuning: performance.tuning)
    if use == .composing { try rules.check(rowCount: rowCount, use: use) }
    outputFolder = try rendering.string("dir", default: "rlmusician_data")
    // rendering: to be read here
  }
}
