/// What the soft rules say of a song, for programs and for people: rule by rule, and bar by bar.
public struct SongReport: Sendable {
  /// The file as the user named it.
  public let file: String
  private let record: SongRecord
  private let score: SongScore
  private let coefficients: [Double]

  /// A report on a song.
  ///
  /// - Parameter rules: whose coefficients count; nil for those that it was composed by.
  public init(_ study: SongStudy, file: String, rules: SongConfiguration? = nil) {
    self.file = file
    record = study.record
    score = rules.map(study.score(by:)) ?? study.score
    let values = (rules ?? study.configuration).coefficients
    coefficients = SongRuleRegistry.rules.map { values[$0.name] ?? 0 }
  }

  private var names: [String] { SongRuleRegistry.rules.map { $0.name } }
  private func sum(_ rule: Int) -> Double { score.bars.reduce(0) { $0 + $1[rule] } }
  private func raw(_ rule: Int, _ weighted: Double) -> Double {
    coefficients[rule] == 0 ? 0 : weighted / coefficients[rule]
  }
  /// Rules that have a say.
  private var heard: [Int] { names.indices.filter { coefficients[$0] != 0 } }

  private func section(ofBar bar: Int) -> SongPlan.Section? { record.plan.sections.last { $0.first <= bar } }

  private func chords(ofBar bar: Int) -> [String] {
    let spans = record.spanStarts.count
    return Array(record.chordNames[bar * spans..<(bar + 1) * spans])
  }

  /// `{"file", "total", "rules": {NAME: {raw, coefficient, weighted}}, "faults", "bars": [{"bar", "section", "phrase",
  /// "chords", "relation", "to_bar", "total", "rules": {NAME: weighted}, "faults"}]}`; bars count from 1.
  public var json: OrderedJSON {
    let rules = heard.map { rule in
      OrderedJSON.Member(
        names[rule],
        .object([
          .init("raw", .number(raw(rule, sum(rule)))), .init("coefficient", .number(coefficients[rule])),
          .init("weighted", .number(sum(rule))),
        ]))
    }
    let bars = record.plan.bars.indices.map { bar -> OrderedJSON in
      let plan = record.plan.bars[bar]
      return .object([
        .init("bar", .integer(bar + 1)),
        .init("section", section(ofBar: bar).map { .string($0.name) } ?? .null),
        .init("phrase", .integer(plan.phrase + 1)),
        .init("chords", .array(chords(ofBar: bar).map(OrderedJSON.string))),
        .init("relation", .string(plan.relation.name)),
        .init("to_bar", plan.reference.map { .integer($0 + 1) } ?? .null),
        .init("total", .number(heard.reduce(0) { $0 + score.bars[bar][$1] })),
        .init("rules", .object(heard.map { .init(names[$0], .number(score.bars[bar][$0])) })),
        .init("faults", .integer(score.faults[bar])),
      ])
    }
    return .object([
      .init("file", .string(file)),
      .init("total", .number(heard.reduce(0) { $0 + sum($1) })),
      .init("rules", .object(rules)),
      .init("faults", .integer(score.faults.reduce(0, +))),
      .init("bars", .array(bars)),
    ])
  }

  /// Two tables: the rules with a number each, and the bars with what these gave them. Ends with a line break.
  public var table: String {
    var lines = [TextQuoting.printable(file)]
    let width = names.map(\.count).max() ?? 0
    for (number, rule) in heard.enumerated() {
      let name = names[rule].padding(width)
      lines.append(
        "  \("\(number + 1)".padded(2))  \(name)  \(Self.decimal(raw(rule, sum(rule)), 9)) x"
          + "\(Self.decimal(coefficients[rule], 8)) =\(Self.decimal(sum(rule), 9))")
    }
    lines.append("      \("total".padding(width))  \(Self.decimal(heard.reduce(0) { $0 + sum($1) }, 31))")
    lines.append("")
    lines.append(
      "  bar section cadence     chords        returns        "
        + heard.indices.map { "\($0 + 1)".padded(6) }.joined() + "   total")
    for bar in record.plan.bars.indices { lines.append(line(bar)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ bar: Int) -> String {
    let plan = record.plan.bars[bar]
    let isFirst = section(ofBar: bar)?.first == bar
    let returns = plan.reference.map { "\(plan.relation.name) \($0 + 1)" } ?? ""
    let cadence = record.plan.isCadential(bar) ? record.plan.phrase(ofBar: bar).cadence.name : ""
    let cells = heard.map { Self.decimal(score.bars[bar][$0], 6, places: 1) }.joined()
    let total = heard.reduce(0) { $0 + score.bars[bar][$1] }
    let faults = score.faults[bar] > 0 ? "  \(score.faults[bar]) faults" : ""
    return "  \("\(bar + 1)".padded(3)) \((isFirst ? section(ofBar: bar)?.name ?? "" : "").padding(7)) "
      + "\(cadence.padding(11)) \(chords(ofBar: bar).joined(separator: " ").padding(13)) \(returns.padding(14)) "
      + cells + Self.decimal(total, 8, places: 1) + faults
  }

  /// A number with so many places, right aligned; an empty cell for nothing in the table of bars.
  private static func decimal(_ value: Double, _ width: Int, places: Int = 2) -> String {
    let scale = places == 1 ? 10.0 : 100.0
    guard abs(value) < 1e12 else { return "\(value)".padded(width) }
    let rounded = Int((value * scale).rounded())
    if rounded == 0, places == 1 { return "".padded(width) }
    let digits = "\(abs(rounded) % Int(scale))"
    let fraction = String(repeating: "0", count: places - digits.count) + digits
    return "\(rounded < 0 ? "-" : "")\(abs(rounded) / Int(scale)).\(fraction)".padded(width)
  }
}

extension String {
  /// With blanks behind it, so wide at least.
  fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  /// With blanks before it.
  fileprivate func padded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
