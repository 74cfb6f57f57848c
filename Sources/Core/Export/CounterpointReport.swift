/// What measures and rules say of a counterpoint, for programs and for people: measure by measure, and bar by bar.
public struct CounterpointReport: Sendable {
  /// The file as the user named it.
  public let file: String
  private let study: CounterpointStudy

  /// A report on a counterpoint.
  public init(_ study: CounterpointStudy, file: String) {
    self.study = study
    self.file = file
  }

  private struct Bar {
    /// What begins in the bar, as in `MelodyText`: the melody, then the composed parts.
    var notes: [String]
    /// For every composed part, semitones to the melody where one of its notes begins.
    var intervals: [[Int]]
    var faults: [CounterpointStudy.Fault]
  }

  private var bars: [Bar] {
    let bar = CounterpointTask.stepsPerBar
    let melodyKeys = study.lines.first?.task.melodyKeys ?? []
    let given = [study.melody] + study.lines.map(\.asGivenLine)
    return (0..<melodyKeys.count / bar).map { number in
      let steps = number * bar..<(number + 1) * bar
      let notes = given.map { line in
        let here = line.notes.filter { steps.contains($0.onset) }
        return here.map { "\(MIDIKey($0.key)?.name ?? ""):\($0.end - $0.onset)" }.joined(separator: " ")
      }
      let intervals = given.dropFirst().map { line in
        line.notes.filter { steps.contains($0.onset) && melodyKeys[$0.onset] >= 0 }.map {
          abs($0.key - melodyKeys[$0.onset])
        }
      }
      return Bar(notes: notes, intervals: intervals, faults: study.faults.filter { steps.contains($0.step) })
    }
  }

  /// `{"file", "total", "rules": {MEASURE: {raw, coefficient, weighted}}, "faults", "bars": [{"bar", "notes",
  /// "intervals", "faults": [{"part", "step", "rule"}]}]}`; bars, parts and steps count from 1.
  public var json: OrderedJSON {
    let bars = bars.enumerated().map { number, bar -> OrderedJSON in
      .object([
        .init("bar", .integer(number + 1)),
        .init("notes", .array(bar.notes.map(OrderedJSON.string))),
        .init("intervals", .array(bar.intervals.map { .array($0.map(OrderedJSON.integer)) })),
        .init(
          "faults",
          .array(
            bar.faults.map {
              .object([
                .init("part", .integer($0.part + 1)), .init("step", .integer($0.step + 1)),
                .init("rule", .string($0.rule)),
              ])
            })),
      ])
    }
    guard case .object(let score) = PieceJSON.score(study.score) else { return .null }
    return .object(
      [.init("file", .string(file))] + score
        + [.init("faults", .integer(study.faults.count)), .init("bars", .array(bars))])
  }

  /// Two tables: the measures, and the bars with their notes, intervals and the rules that are broken. Ends with a line
  /// break.
  public var table: String {
    var measures = [["measure", "raw", "coefficient", "weighted"]]
    for entry in study.score.entries {
      measures.append([entry.rule] + [entry.raw, entry.coefficient, entry.weighted].map(ScoreReport.short))
    }
    measures.append(["total", "", "", ScoreReport.short(study.score.total)])
    let names = study.lines.count == 1 ? ["counterpoint"] : study.lines.indices.map { "counterpoint \($0 + 1)" }
    var rows = [["bar", "melody"] + names + ["semitones", "rules broken"]]
    for (number, bar) in bars.enumerated() {
      let faults = bar.faults.map { study.lines.count == 1 ? $0.rule : "\($0.rule) (\($0.part + 1))" }
      let intervals = bar.intervals.map { $0.map { "\($0)" }.joined(separator: " ") }
      rows.append(
        ["\(number + 1)"] + bar.notes + [intervals.joined(separator: " | "), faults.joined(separator: ", ")])
    }
    return "\(TextQuoting.printable(file)): \(bars.count) bars, \(study.faults.count) rules broken\n"
      + Self.aligned(measures, rightFrom: 1) + "\n" + Self.aligned(rows, rightFrom: .max)
  }

  private static func aligned(_ rows: [[String]], rightFrom: Int) -> String {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = " "
      for (column, cell) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        line += " " + (column >= rightFrom ? " " + blanks + cell : cell + blanks + " ")
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
