import Foundation

/// `piece.json`: everything about a piece that its roll does not say.
///
/// Nothing in it depends on when or where it was written: the same run writes the same bytes.
public enum PieceJSON {
  /// What the file says it is.
  static let format = "rl-musician piece"
  /// The version of this format. Version 1 knew piano rolls only and is still read.
  static let formatVersion = 2
  /// Largest file that is read, in bytes.
  static let maximumByteCount = 1 << 24

  /// The file's text.
  ///
  /// - Parameter programVersion: Version of the program that composed or rendered the piece.
  public static func text(_ piece: Piece, programVersion: String) -> String {
    var members: [OrderedJSON.Member] = [
      .init("format", .string(format)),
      .init("format_version", .integer(formatVersion)),
      .init("program_version", .string(programVersion)),
      .init("score", score(piece.score)),
      .init("provenance", piece.provenance.map(provenance) ?? .null),
      .init("time", time(piece)),
      .init("key", piece.key.map(key) ?? .null),
      .init("lowest_note", .string(piece.lowestNote.name)),
      .init("tuning", tuning(piece.tuning)),
      .init("tuning_output", piece.tuningOutput.map { .string($0.rawValue) } ?? .null),
      .init("mpe_bend_range", .integer(piece.mpeBendRange)),
      .init("roll", piece.isRoll ? roll(piece) : .null),
      .init("parts", .array(piece.parts.map { part($0, withNotes: !piece.isRoll) })),
      .init("interpretation", piece.interpretation.map(interpretation) ?? .null),
    ]
    if let parent = piece.parent { members.append(.init("parent", Self.parent(parent))) }
    if let song = piece.song { members.append(.init("song", Self.song(song))) }
    return OrderedJSON.object(members).prettyText
  }

  private static func time(_ piece: Piece) -> OrderedJSON {
    let silence = OrderedJSON.Member("silence_in_steps", .integer(piece.silentSteps))
    return .object(
      [
        .init("steps", .integer(piece.stepCount)),
        .init("steps_per_quarter", .integer(piece.stepsPerQuarter)),
        .init("meter", .string(piece.meter.description)),
        .init("pickup_in_steps", .integer(piece.pickupSteps)),
        .init("step_seconds", .number(piece.tempo.stepSeconds(at: 0))),
        .init("tempo", tempo(piece.tempo)),
        .init("seconds", .number(piece.seconds)),
      ] + (piece.silentSteps > 0 ? [silence] : []))
  }

  /// `[[step, seconds a step lasts from there on], ...]`.
  private static func tempo(_ map: TempoMap) -> OrderedJSON {
    .array(map.changes.map { .array([.integer($0.step), .number($0.stepSeconds)]) })
  }

  private static func key(_ key: KeySignature) -> OrderedJSON {
    .object([
      .init("tonic", .string(key.tonicName)), .init("mode", .string(key.mode.rawValue)),
      .init("fifths", .integer(key.fifths)),
    ])
  }

  private static func tuning(_ tuning: Tuning) -> OrderedJSON {
    .object([
      .init("name", .string(tuning.name)),
      .init("degrees_in_cents", .array(tuning.degreesInCents.map(OrderedJSON.number))),
      .init("period_in_cents", .number(tuning.periodInCents)),
      .init("root_frequency", tuning.rootFrequency.map(OrderedJSON.number) ?? .null),
    ])
  }

  /// The roll itself stands in a file of its own.
  private static func roll(_ piece: Piece) -> OrderedJSON {
    let roll = piece.roll
    return .object([
      .init("rows", .integer(roll.rowCount)),
      .init("steps", .integer(roll.stepCount)),
      .init("cells", .integer(roll.cellCount)),
      .init("notes", .integer(piece.parts.reduce(0) { $0 + $1.notes.count })),
    ])
  }

  /// A part; `notes` is `[[onset, duration, degree, velocity], ...]`, null where the roll says it.
  private static func part(_ part: Part, withNotes: Bool) -> OrderedJSON {
    let notes = part.notes.map { note in
      OrderedJSON.array([note.onset, note.duration, note.degree, note.velocity].map(OrderedJSON.integer))
    }
    return .object([
      .init("name", .string(part.name)),
      .init("is_given", .boolean(part.isGiven)),
      .init("midi", .object([.init("instrument", .integer(part.program)), .init("velocity", .number(part.velocity))])),
      .init(
        "sinethesizer",
        .object([
          .init("timbre", .string(part.timbre)),
          .init("volume", number(part.volume)),
          .init("location", number(part.location)),
          .init("effects", .string(part.effects)),
        ])),
      .init("notes", withNotes ? .array(notes) : .null),
    ])
  }

  /// How it is played; `deviations` has for every part and note `[onset in s, duration in s, decibels]`.
  private static func interpretation(_ interpretation: Interpretation) -> OrderedJSON {
    .object([
      .init("tempo", tempo(interpretation.tempo)),
      .init(
        "deviations",
        .array(
          interpretation.deviations.map { part in
            .array(
              part.map { note in
                .array([note.onsetSeconds, note.durationSeconds, note.decibels].map(OrderedJSON.number))
              })
          })),
    ])
  }

  /// A score, rule by rule: `{"total": x, "rules": {"lines": {"raw": r, "coefficient": c, "weighted": w}, ...}}`.
  public static func score(_ score: ScoreBreakdown) -> OrderedJSON {
    let rules = score.entries.map { entry in
      OrderedJSON.Member(
        entry.rule,
        .object([
          .init("raw", .number(entry.raw)), .init("coefficient", .number(entry.coefficient)),
          .init("weighted", .number(entry.weighted)),
        ]))
    }
    return .object([.init("total", .number(score.total)), .init("rules", .object(rules))])
  }

  private static func provenance(_ provenance: Provenance) -> OrderedJSON {
    .object([
      .init("seed", .unsigned(provenance.seed)),
      .init("population", .integer(provenance.population)),
      .init("episode", provenance.episode.map(OrderedJSON.integer) ?? .null),
      .init("configuration_digest", .string(provenance.configurationDigest)),
    ])
  }

  private static func number(_ number: ConfigurationNumber) -> OrderedJSON {
    number.isInteger ? .integer(Int(number.value)) : .number(number.value)
  }
}
