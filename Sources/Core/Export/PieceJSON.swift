import Foundation

/// `piece.json`: everything about a piece that its roll does not say.
///
/// Nothing in it depends on when or where it was written: the same run writes the same bytes.
public enum PieceJSON {
  /// What the file says it is.
  static let format = "rl-musician piece"
  /// The version of this format.
  static let formatVersion = 1
  /// Largest file that is read, in bytes.
  static let maximumByteCount = 1 << 20

  /// The file's text.
  ///
  /// - Parameter programVersion: Version of the program that composed or rendered the piece.
  public static func text(_ piece: Piece, programVersion: String) -> String {
    let settings = piece.settings
    return OrderedJSON.object([
      .init("format", .string(format)),
      .init("format_version", .integer(formatVersion)),
      .init("program_version", .string(programVersion)),
      .init("score", score(piece.score)),
      .init("provenance", piece.provenance.map(provenance) ?? .null),
      .init(
        "roll",
        .object([
          .init("rows", .integer(piece.roll.rowCount)),
          .init("steps", .integer(piece.roll.stepCount)),
          .init("cells", .integer(piece.roll.cellCount)),
          .init("notes", .integer(piece.notes.count)),
          .init("step_seconds", .number(settings.stepSeconds)),
          .init("seconds", .number(piece.rollSeconds)),
        ])),
      .init("lowest_note", .string(settings.lowestNote.name)),
      .init(
        "tuning",
        .object([
          .init("name", .string(settings.tuning.name)),
          .init("degrees_in_cents", .array(settings.tuning.degreesInCents.map(OrderedJSON.number))),
          .init("period_in_cents", .number(settings.tuning.periodInCents)),
          .init("root_frequency", settings.tuning.rootFrequency.map(OrderedJSON.number) ?? .null),
        ])),
      .init(
        "midi",
        .object(
          [.init("instrument", .integer(settings.program)), .init("velocity", .number(settings.velocity))]
            + (settings.tuningOutput.map { [.init("tuning_output", .string($0.rawValue))] } ?? []))),
      .init(
        "sinethesizer",
        .object([
          .init("timbre", .string(settings.timbre)),
          .init("volume", number(settings.volume)),
          .init("location", number(settings.location)),
          .init("effects", .string(settings.effects)),
        ])),
    ]).prettyText
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
