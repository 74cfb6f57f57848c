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
  /// `masks`: cells that may not be drawn.
  public var masks: Set<Mask> = []
  /// `scoring_coefs` and `scoring_fn_params`: the rules with their coefficients.
  public var rules: WeightedRules
  /// `rendering_params` without `dir`.
  public var performance: PerformanceSettings
  /// `rendering_params.dir`: where pieces go.
  public var outputFolder: String
  /// What works but will hardly be wanted.
  public var warnings: [String] = []

  /// Cells that a policy may not draw.
  public enum Mask: String, Sendable, CaseIterable {
    /// Rows outside the scale of `absence_of_outer_notes`.
    case scale
    /// Cells that were drawn in the same column before.
    case chosen
  }

  /// The longest piece: a little less than what a WAV file's 4 GB hold.
  static let secondsLimit = 10_000.0

  /// Reads the section; `tuning` may stand in it or, beside it, in `root`.
  ///
  /// `use`: what the configuration is read for. For scoring, the rolls' own sizes count.
  ///
  /// - Throws: `ConfigurationError`; `DataError` or `FileError` about a file of the tuning.
  init(_ section: ConfigurationSection, root: ConfigurationSection, timbres: [String: Timbre], use: RollUse) throws {
    rowCount = try section.integer("n_semitones", default: 25, in: 1...PianoRoll.maximumRowCount)
    stepCount = try section.integer("n_roll_steps", default: 33, in: 2...PianoRoll.maximumStepCount)
    observationDecay = try section.number("observation_decay", default: 0.75, in: 0...0.999_999)
    drawsPerStep = try section.integer("n_draws_per_roll_step", default: 3, in: 1...256)
    let rendering = try section.section("rendering_params")
    performance = try PerformanceSettings(rendering)
    let lowestNote = performance.lowestNote
    guard !(section.has("tuning") && root.has("tuning")) else {
      throw section.error("tuning", found: "a second tuning", allowed: "one, here or at the top level")
    }
    let parent = section.has("tuning") ? section : root
    if parent === section { root.leaveOut("tuning") }
    let tuning = try TuningConfiguration.read(parent, lowest: lowestNote)
    if use == .composing { try tuning.check(rowCount: rowCount, lowest: lowestNote, section) }
    performance.tuning = tuning.tuning
    if use == .composing, performance.tuningOutput == .mpe, !performance.tuning.isTwelveToneEqual,
      min(drawsPerStep, rowCount) > MIDITuningOutput.mpeNoteLimit
    {
      throw section.error(
        "n_draws_per_roll_step", found: "\(drawsPerStep) with tuning_output mpe",
        allowed: "at most \(MIDITuningOutput.mpeNoteLimit), the notes that MPE has channels for; or mts")
    }
    let spectrum = Spectrum(timbres[performance.timbre] ?? .standard)
    rules = try WeightedRules(environment: section, tuning: performance.tuning, spectrum: spectrum)
    if use == .composing {
      try rules.check(rowCount: rowCount, use: use)
      rules = rules.sparing(rowCount: rowCount, use: use)
    }
    performance.key = rules.key(tuning: performance.tuning, lowest: lowestNote)
    masks = try Self.masks(section)
    outputFolder = try rendering.string("dir", default: "rlmusician_data")
    guard !outputFolder.isEmpty, !outputFolder.utf8.contains(0) else {
      throw rendering.error("dir", allowed: "the path of a folder")
    }
    if use == .composing { try checkMasks(section) }
    let seconds = Double(stepCount) * performance.stepSeconds
    guard use == .scoring || seconds <= Self.secondsLimit else {
      throw rendering.error(
        "step_in_seconds", found: "\(stepCount) steps of \(performance.stepSeconds) s",
        allowed: "pieces of at most \(EffectiveValue.number(Self.secondsLimit).flow) s")
    }
    let highest = performance.tuning.pitch(ofDegree: rowCount - 1, above: lowestNote).key
    if use == .composing, highest > 127 {
      warnings.append(
        rendering.error("lowest_note", allowed: "").place
          + ": \(rowCount) rows from \(lowestNote.name) up reach MIDI key \(highest); "
          + "notes above 127 are in no MIDI file")
    }
  }
}

extension EnvironmentConfiguration {
  private static func masks(_ section: ConfigurationSection) throws(ConfigurationError) -> Set<Mask> {
    let allowed = "a list of \(Mask.allCases.map(\.rawValue).joined(separator: ", "))"
    guard let words = try section.scalars("masks") else {
      section.record("masks", .list([]))
      return []
    }
    var masks: Set<Mask> = []
    for word in words {
      guard let mask = Mask(rawValue: word) else {
        throw section.error("masks", found: TextQuoting.quote(Array(word.utf8), limit: 60), allowed: allowed)
      }
      masks.insert(mask)
    }
    return masks
  }

  /// One bit a row that may be drawn at all, in words of 64.
  var possibleRows: [UInt64] {
    var rows = (0..<(rowCount + 63) / 64).map { word in
      rowCount - word * 64 >= 64 ? UInt64.max : (1 << UInt64(rowCount - word * 64)) - 1
    }
    if masks.contains(.scale), let rule = scaleRule {
      for (word, outer) in rule.outerRows(rowCount: rowCount).enumerated() { rows[word] &= ~outer }
    }
    return rows
  }

  private var scaleRule: AbsenceOfOuterNotes? {
    (rules.entries.map(\.rule) + rules.silent).compactMap { $0 as? AbsenceOfOuterNotes }.first
  }

  /// Fails if the masks need what there is not, or leave nothing to be drawn.
  private func checkMasks(_ section: ConfigurationSection) throws(ConfigurationError) {
    if masks.contains(.scale), scaleRule == nil {
      throw section.error(
        "masks", found: "scale, but absence_of_outer_notes has no scale in this tuning",
        allowed: "scale with scoring_fn_params.absence_of_outer_notes.scale, a list of degrees")
    }
    let possible = possibleRows.reduce(0) { $0 + $1.nonzeroBitCount }
    let needed = masks.contains(.chosen) ? drawsPerStep : 1
    guard possible >= needed else {
      throw section.error(
        "masks", found: "\(possible) rows that may be drawn, for \(needed) draws a column",
        allowed: "masks that leave a row for every draw")
    }
  }
}
