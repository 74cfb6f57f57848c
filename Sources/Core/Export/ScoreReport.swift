/// What the rules say of rolls, for programs and for people.
public struct ScoreReport: Sendable, Hashable {
  /// A roll with its score.
  public struct Entry: Sendable, Hashable {
    /// The roll's file as the user named it.
    public var file: String
    /// Rows of the roll.
    public var rowCount: Int
    /// Columns of the roll.
    public var stepCount: Int
    /// Its score, rule by rule.
    public var score: ScoreBreakdown
  }

  /// In the order the rolls were given.
  public private(set) var entries: [Entry] = []

  /// A report of no rolls.
  public init() {}

  /// Scores a roll; its own size counts.
  ///
  /// - Throws: `ConfigurationError` if the rules cannot score a roll of this size.
  public mutating func add(_ roll: PianoRoll, file: String, rules: WeightedRules) throws(ConfigurationError) {
    try rules.check(rowCount: roll.rowCount, use: .scoring)
    entries.append(
      Entry(file: file, rowCount: roll.rowCount, stepCount: roll.stepCount, score: rules.evaluate(roll)))
  }

  /// `{"rolls": [{"file": ..., "total": x, "rules": {"lines": {"raw": r, "coefficient": c, "weighted": w}, ...}}]}`.
  public var json: OrderedJSON {
    let rolls = entries.map { entry -> OrderedJSON in
      guard case .object(let score) = PieceJSON.score(entry.score) else { return .null }
      return .object([.init("file", .string(entry.file))] + score)
    }
    return .object([.init("rolls", .array(rolls))])
  }

  /// A table for every roll, with blank lines between them; ends with a line break.
  public var table: String { entries.map(Self.table).joined(separator: "\n") }

  private static func table(_ entry: Entry) -> String {
    var lines = [["rule", "raw", "coefficient", "weighted"]]
    for rule in entry.score.entries {
      lines.append([rule.rule] + [rule.raw, rule.coefficient, rule.weighted].map(short))
    }
    lines.append(["total", "", "", short(entry.score.total)])
    let widths = (0..<4).map { column in lines.map { $0[column].count }.max() ?? 0 }
    let size = [(entry.rowCount, "row"), (entry.stepCount, "step")].map { $0 == 1 ? "1 \($1)" : "\($0) \($1)s" }
    let title = "\(TextQuoting.printable(entry.file)): \(size.joined(separator: ", "))\n"
    return lines.reduce(into: title) { text, cells in
      text += "  " + cells[0] + padding(widths[0] - cells[0].count)
      for column in 1..<4 { text += padding(2 + widths[column] - cells[column].count) + cells[column] }
      text += "\n"
    }
  }

  private static func padding(_ count: Int) -> String { String(repeating: " ", count: count) }

  /// Six decimals are more than anybody reads; integers are written as such.
  static func short(_ value: Double) -> String {
    let text = "\((value * 1e6).rounded() / 1e6)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
