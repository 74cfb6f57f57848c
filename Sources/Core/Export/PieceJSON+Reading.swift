extension PieceJSON {
  /// Whether the piece is a roll's, which stands in a file of its own.
  public static func hasRoll(_ bytes: [UInt8], file: String) throws(DataError) -> Bool {
    try JSONSection(bytes, file: file)["roll"] != nil
  }

  /// Reads the text of a `piece.json` and joins it with its roll.
  ///
  /// - Parameters:
  ///   - roll: The roll; a piece in parts needs none.
  ///   - file: The file's name for errors.
  /// - Throws: `DataError` with the line or the key path of what is wrong.
  public static func parse(_ bytes: [UInt8], roll: PianoRoll?, file: String) throws(DataError) -> Piece {
    let root = try JSONSection(bytes, file: file)
    guard try root.string("format") == format else { throw root.error("format", allowed: "'\(format)'") }
    let version = try root.integer("format_version", in: 1...formatVersion)
    guard root["roll"] != nil, let roll else {
      guard version > 1, root["roll"] == nil else { throw root.error("roll", allowed: "an object, and a roll's file") }
      return try secondVersion(root, roll: nil)
    }
    return version == 1 ? try firstVersion(root, roll: roll) : try secondVersion(root, roll: roll)
  }

  // MARK: version 1

  /// Piano rolls only, with the settings of their one part at the top.
  private static func firstVersion(_ root: JSONSection, roll: PianoRoll) throws(DataError) -> Piece {
    let size = try size(root, of: roll)
    var settings = PerformanceSettings()
    settings.stepSeconds = try size.number("step_seconds", in: MIDITiming.stepSecondsRange)
    settings.lowestNote = try lowestNote(root)
    settings.tuning = try tuning(root, degrees: 0...roll.rowCount - 1, lowest: settings.lowestNote)
    settings.tuningOutput = try tuningOutput(root.section("midi"))
    try read(root, into: &settings)
    return Piece(
      roll: roll, settings: settings, score: try score(root.section("score")), provenance: try provenance(root))
  }

  private static func read(_ section: JSONSection, into settings: inout PerformanceSettings) throws(DataError) {
    let part = try part(section, name: "")
    settings.program = part.program
    settings.velocity = part.velocity
    settings.timbre = part.timbre
    settings.volume = part.volume
    settings.location = part.location
    settings.effects = part.effects
  }

  // MARK: version 2

  private static func secondVersion(_ root: JSONSection, roll: PianoRoll?) throws(DataError) -> Piece {
    let time = try root.section("time")
    let tempo = try tempo(time)
    let sections = try root.sections("parts", atMost: Piece.maximumPartCount)
    let score = try score(root.section("score"))
    let provenance = try provenance(root)
    let lowest = try lowestNote(root)
    var piece: Piece
    if let roll {
      _ = try size(root, of: roll)
      guard sections.count == 1 else { throw root.error("parts", allowed: "one part, the roll's") }
      var settings = PerformanceSettings()
      settings.stepSeconds = tempo.stepSeconds(at: 0)
      try read(sections[0], into: &settings)
      piece = Piece(roll: roll, settings: settings, score: score, provenance: provenance)
      piece.parts[0].name = try sections[0].string("name")
      _ = try time.integer("steps", in: roll.stepCount...roll.stepCount)
    } else {
      let steps = try time.integer("steps", in: 1...PianoRoll.maximumStepCount)
      var parts: [Part] = []
      for section in sections {
        var part = try part(section, name: section.string("name"))
        part.isGiven = try section.boolean("is_given")
        part.notes = try notes(section, stepCount: steps)
        parts.append(part)
      }
      piece = Piece(parts: parts, stepCount: steps, tempo: tempo, score: score, provenance: provenance)
      piece.stepsPerQuarter = try time.integer("steps_per_quarter", in: 1...Piece.maximumStepsPerQuarter)
      guard let meter = Meter(try time.string("meter")) else { throw time.error("meter", allowed: "a meter, as 3/4") }
      piece.meter = meter
      if time["silence_in_steps"] != nil {
        piece.silentSteps = try time.integer("silence_in_steps", in: 0...Piece.maximumSilentSteps)
      }
      piece.pickupSteps = try time.integer("pickup_in_steps", in: 0...max(0, piece.stepsPerBar - 1))
      guard piece.degrees.count <= PianoRoll.maximumRowCount else {
        throw root.error("parts", allowed: "notes within \(PianoRoll.maximumRowCount) degrees")
      }
    }
    piece.tempo = tempo
    piece.lowestNote = lowest
    piece.tuning = try tuning(root, degrees: piece.degrees, lowest: lowest)
    piece.tuningOutput = try tuningOutput(root)
    piece.mpeBendRange = try root.integer("mpe_bend_range", in: 1...96)
    piece.key = try key(root)
    piece.interpretation = try interpretation(root)
    piece.parent = try parent(root)
    piece.song = try song(root, of: piece)
    return piece
  }

  private static func tempo(_ section: JSONSection) throws(DataError) -> TempoMap {
    let rows = try section.rows("tempo", of: 2, in: 0...MIDITiming.stepSecondsRange.upperBound, atMost: 100_000)
    let changes = rows.map { TempoMap.Change(step: Int($0[0]), stepSeconds: $0[1]) }
    let range = MIDITiming.stepSecondsRange
    guard changes.allSatisfy({ range.contains($0.stepSeconds) }), let map = TempoMap(changes) else {
      throw section.error(
        "tempo", allowed: "a list of [step, seconds a step lasts, \(range.lowerBound) to \(range.upperBound)]")
    }
    return map
  }

  private static func notes(_ section: JSONSection, stepCount: Int) throws(DataError) -> [PartNote] {
    let rows = try section.rows("notes", of: 4, in: -100_000...100_000, atMost: 1_000_000)
    var notes: [PartNote] = []
    for row in rows {
      let note = PartNote(onset: Int(row[0]), duration: Int(row[1]), degree: Int(row[2]), velocity: Int(row[3]))
      guard note.onset >= 0, note.duration >= 1, note.end <= stepCount, (0...127).contains(note.velocity),
        abs(note.degree) <= 10_000, row.allSatisfy({ $0 == $0.rounded() })
      else {
        throw section.error(
          "notes", allowed: "[onset, duration, degree, velocity]: within \(stepCount) steps, velocity 0 to 127")
      }
      notes.append(note)
    }
    return notes
  }

  private static func key(_ root: JSONSection) throws(DataError) -> KeySignature? {
    guard root["key"] != nil else { return nil }
    let section = try root.section("key")
    guard let mode = KeySignature.Mode(rawValue: try section.string("mode")) else {
      throw section.error("mode", allowed: KeySignature.Mode.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return KeySignature(fifths: try section.integer("fifths", in: -7...7), mode: mode)
  }

  private static func interpretation(_ root: JSONSection) throws(DataError) -> Interpretation? {
    guard root["interpretation"] != nil else { return nil }
    let section = try root.section("interpretation")
    var interpretation = Interpretation(tempo: try tempo(section))
    for part in try section.lists("deviations", atMost: Piece.maximumPartCount) {
      let rows = try section.rows("deviations", part, of: 3, in: -1000...1000, atMost: 1_000_000)
      interpretation.deviations.append(
        rows.map { .init(onsetSeconds: $0[0], durationSeconds: $0[1], decibels: $0[2]) })
    }
    return interpretation
  }

  // MARK: both

  private static func size(_ root: JSONSection, of roll: PianoRoll) throws(DataError) -> JSONSection {
    let size = try root.section("roll")
    _ = try size.integer("rows", in: roll.rowCount...roll.rowCount)
    _ = try size.integer("steps", in: roll.stepCount...roll.stepCount)
    return size
  }

  private static func lowestNote(_ root: JSONSection) throws(DataError) -> MIDIKey {
    guard let lowestNote = MIDIKey(name: try root.string("lowest_note")) else {
      throw root.error("lowest_note", allowed: "a note from C-1 to G9")
    }
    return lowestNote
  }

  private static func tuningOutput(_ section: JSONSection) throws(DataError) -> MIDITuningOutput? {
    guard section["tuning_output"] != nil else { return nil }
    guard let output = MIDITuningOutput(rawValue: try section.string("tuning_output")) else {
      throw section.error("tuning_output", allowed: MIDITuningOutput.names)
    }
    return output
  }

  /// What a part sounds like.
  private static func part(_ section: JSONSection, name: String) throws(DataError) -> Part {
    var part = Part(name: name)
    let midi = try section.section("midi")
    part.program = try midi.integer("instrument", in: 0...127)
    part.velocity = try midi.number("velocity", in: -1e6...1e6)
    let sine = try section.section("sinethesizer")
    part.timbre = try sine.string("timbre")
    part.volume = try sine.writtenNumber("volume", in: -1e6...1e6)
    part.location = try sine.writtenNumber("location", in: -1e6...1e6)
    part.effects = try sine.string("effects")
    do {
      _ = try SoundEffect.list(json: part.effects)
    } catch {
      throw sine.error("effects", allowed: "a list of effects (\(error.reason))")
    }
    return part
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

  private static func tuning(_ root: JSONSection, degrees: ClosedRange<Int>, lowest: MIDIKey) throws(DataError)
    -> Tuning
  {
    let section = try root.section("tuning")
    let cents = try section.numbers("degrees_in_cents", in: -1e6...1e6)
    guard cents.first == 0 else { throw section.error("degrees_in_cents", allowed: "a list that begins with 0") }
    let tuning = Tuning(
      name: try section.string("name"), degreesInCents: cents,
      periodInCents: try section.number("period_in_cents", in: -1e6...1e6),
      rootFrequency: section["root_frequency"] == nil ? nil : try section.number("root_frequency", in: 0.001...1e7))
    for degree in degrees {
      let frequency = tuning.frequency(ofDegree: degree, above: lowest)
      guard (0.001...1e7).contains(frequency) else {
        throw root.error("tuning", allowed: "a tuning whose \(degrees.count) rows lie between 0.001 Hz and 10 MHz")
      }
    }
    return tuning
  }
}
