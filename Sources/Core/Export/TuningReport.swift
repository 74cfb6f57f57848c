/// What there is to say of tunings, for programs and for people: the shipped ones, and the degrees of any one.
public struct TuningReport: Sendable {
  /// One degree of the table.
  public struct Degree: Sendable, Hashable {
    /// 0 is the lowest row; the last one is the period.
    public var degree: Int
    /// Cents above degree 0.
    public var cents: Double
    /// What it sounds like when degree 0 is the lowest note.
    public var pitch: Pitch
    /// The nearest key's name in scientific pitch notation; nil outside MIDI's keys.
    public var noteName: String? { MIDIKey(pitch.key)?.name }
  }

  /// What the tuning is called.
  public var name: String
  /// Cents of its period.
  public var periodInCents: Double
  /// Degrees 0 to the period.
  public var degrees: [Degree]

  /// The degrees of a tuning over one period, degree 0 at `lowest` (or at the tuning's own reference pitch).
  public init(_ tuning: Tuning, lowest: MIDIKey) {
    name = tuning.name
    periodInCents = tuning.periodInCents
    degrees = (0...tuning.degreeCount).map {
      Degree(degree: $0, cents: tuning.cents(ofDegree: $0), pitch: tuning.pitch(ofDegree: $0, above: lowest))
    }
  }

  /// `{"name": ..., "degree_count": n, "period_cents": p, "degrees": [{"degree": 0, "cents": 0.0, "hz": 261.6,
  /// "nearest_note": "C4", "deviation_cents": 0.0}, ...]}`; the last degree is the period.
  public var json: OrderedJSON {
    .object([
      .init("name", .string(name)), .init("degree_count", .integer(degrees.count - 1)),
      .init("period_cents", .number(periodInCents)),
      .init(
        "degrees",
        .array(
          degrees.map {
            .object([
              .init("degree", .integer($0.degree)), .init("cents", .number($0.cents)),
              .init("hz", .number($0.pitch.frequency)),
              .init("nearest_note", $0.noteName.map { .string($0) } ?? .null),
              .init("deviation_cents", .number($0.pitch.cents)),
            ])
          })),
    ])
  }

  /// A table with a line a degree; ends with a line break.
  public var table: String {
    let title =
      "\(TextQuoting.printable(name)): \(degrees.count - 1) \(degrees.count == 2 ? "degree" : "degrees"), "
      + "period \(Self.decimal(periodInCents, 3)) cents\n"
    let rows = degrees.map { degree in
      let deviation = Self.decimal(degree.pitch.cents, 2)
      return [
        String(degree.degree), Self.decimal(degree.cents, 3), Self.decimal(degree.pitch.frequency, 3),
        degree.noteName ?? "-", deviation.hasPrefix("-") ? deviation : "+" + deviation,
      ]
    }
    return title + Self.columns([["degree", "cents", "Hz", "nearest", "cents off"]] + rows, isRight: { $0 != 3 })
  }

  /// The shipped tunings: `{"tunings": [{"name": ..., "degree_count": n, "period_cents": p, "summary": ..., "source":
  /// ...}, ...]}`.
  public static var shippedJSON: OrderedJSON {
    let all = ShippedTuning.all.map { shipped -> OrderedJSON in
      .object([
        .init("name", .string(shipped.name)), .init("degree_count", .integer(shipped.tuning.degreeCount)),
        .init("period_cents", .number(shipped.tuning.periodInCents)), .init("summary", .string(shipped.summary)),
        .init("source", .string(shipped.source)),
      ])
    }
    return .object([.init("tunings", .array(all))])
  }

  /// The shipped tunings, a line each; ends with a line break.
  public static var shippedTable: String {
    let rows = ShippedTuning.all.map {
      [$0.name, String($0.tuning.degreeCount), decimal($0.tuning.periodInCents, 1), "\($0.summary) (\($0.source))"]
    }
    return columns([["name", "degrees", "period", "what"]] + rows, isRight: { $0 == 1 || $0 == 2 })
  }

  private static func columns(_ rows: [[String]], isRight: (Int) -> Bool) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isRight(column) ? padding + cell : cell + (column == row.count - 1 ? "" : padding)
      }.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// A number with so many decimals (at most 6), without an exponent; never `-0.00`.
  private static func decimal(_ value: Double, _ decimals: Int) -> String {
    guard abs(value) < 1e12 else { return "\(value)" }
    let scale = (0..<decimals).reduce(1) { product, _ in product * 10 }
    let units = Int((abs(value) * Double(scale)).rounded())
    let fraction = String(units % scale)
    let sign = value < 0 && units != 0 ? "-" : ""
    let digits = String(repeating: "0", count: decimals - fraction.count) + fraction
    return "\(sign)\(units / scale).\(digits)"
  }
}
