extension PieceJSON {
  /// Reads the text of a `piece.json` and joins it with its roll.
  ///
  /// - Parameter file: The file's name for errors.
  /// - Throws: `DataError` with the line or the key path of what is wrong.
  public static func parse(_ bytes: [UInt8], roll: PianoRoll, file: String) throws(DataError) -> Piece {
    let root = try JSONSection(bytes, file: file)
    guard try root.string("format") == format else { throw root.error("format", allowed: "'\(format)'") }
    _ = try root.integer("format_version", in: formatVersion...formatVersion)

    let size = try root.section("roll")
    _ = try size.integer("rows", in: roll.rowCount...roll.rowCount)
    _ = try size.integer("steps", in: roll.stepCount...roll.stepCount)
    var settings = PerformanceSettings()
    settings.stepSeconds = try size.number("step_seconds", in: MIDITiming.stepSecondsRange)
    guard let lowestNote = MIDIKey(name: try root.string("lowest_note")) else {
      throw root.error("lowest_note", allowed: "a note from C-1 to G9")
    }
    settings.lowestNote = lowestNote
    settings.tuning = try tuning(root, rowCount: roll.rowCount, lowest: lowestNote)

    let midi = try root.section("midi")
    settings.program = try midi.integer("instrument", in: 0...127)
    settings.velocity = try midi.number("velocity", in: -1e6...1e6)
    if midi["tuning_output"] != nil {
      guard let output = MIDITuningOutput(rawValue: try midi.string("tuning_output")) else {
        throw midi.error("tuning_output", allowed: MIDITuningOutput.names)
      }
      settings.tuningOutput = output
    }
    let sine = try root.section("sinethesizer")
    settings.timbre = try sine.string("timbre")
    settings.volume = try sine.writtenNumber("volume", in: -1e6...1e6)
    settings.location = try sine.writtenNumber("location", in: -1e6...1e6)
    settings.effects = try sine.string("effects")
    do {
      _ = try SoundEffect.list(json: settings.effects)
    } catch {
      throw sine.error("effects", allowed: "a list of effects (\(error.reason))")
    }
    return Piece(
      roll: roll, settings: settings, score: try score(root.section("score")), provenance: try provenance(root))
  }

  private static func score(_ section: JSONSection) throws(DataError) -> ScoreBreakdown {
    let rules = try section.section("rules")
    let everything = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    var entries: [ScoreBreakdown.Entry] = []
    for member in rules.members {
      let rule = try rules.section(member.key)
      entries.append(
        .init(
          rule: member.key, raw: try rule.number("raw", in: everything),
          coefficient: try rule.number("coefficient", in: everything)))
    }
    return ScoreBreakdown(entries: entries)
  }

  private static func provenance(_ root: JSONSection) throws(DataError) -> Provenance? {
    guard root["provenance"] != nil else { return nil }
    let section = try root.section("provenance")
    return Provenance(
      seed: try section.unsigned("seed"), population: try section.integer("population", in: 0 ... .max),
      episode: section["episode"] == nil ? nil : try section.integer("episode", in: 0 ... .max),
      configurationDigest: try section.string("configuration_digest"))
  }

  private static func tuning(_ root: JSONSection, rowCount: Int, lowest: MIDIKey) throws(DataError) -> Tuning {
    let section = try root.section("tuning")
    let cents = try section.numbers("degrees_in_cents", in: -1e6...1e6)
    guard cents.first == 0 else { throw section.error("degrees_in_cents", allowed: "a list that begins with 0") }
    let tuning = Tuning(
      name: try section.string("name"), degreesInCents: cents,
      periodInCents: try section.number("period_in_cents", in: -1e6...1e6),
      rootFrequency: section["root_frequency"] == nil ? nil : try section.number("root_frequency", in: 0.001...1e7))
    for degree in 0..<rowCount {
      let frequency = tuning.frequency(ofDegree: degree, above: lowest)
      guard (0.001...1e7).contains(frequency) else {
        throw root.error("tuning", allowed: "a tuning whose \(rowCount) rows lie between 0.001 Hz and 10 MHz")
      }
    }
    return tuning
  }
}
