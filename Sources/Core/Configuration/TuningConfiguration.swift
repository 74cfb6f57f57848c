import Foundation

/// `tuning` of the configuration: whose degrees the rows of a roll are.
public struct TuningConfiguration: Sendable {
  /// The tuning, with degree 0 at the last row.
  public var tuning: Tuning
  /// How many rows it can name, if a keyboard mapping ends somewhere.
  public var rowLimit: Int?

  /// The default.
  static let twelveToneEqual = TuningConfiguration(tuning: .twelveToneEqual, rowLimit: nil)

  /// Reads `tuning` of `parent`: the name of a shipped tuning, or a mapping with one of `equal`, `scala`, `cents` and
  /// `ratios`.
  ///
  /// - Throws: `ConfigurationError` about the section, `DataError` about a Scala file, `FileError` if there is none.
  static func read(_ parent: ConfigurationSection, lowest: MIDIKey) throws -> TuningConfiguration {
    if let name = try parent.scalar("tuning") {
      guard let shipped = ShippedTuning.named(name) else {
        let names = ShippedTuning.all.map(\.name).joined(separator: ", ")
        throw parent.error("tuning", allowed: "\(names), or a mapping with equal, scala, cents or ratios")
      }
      return TuningConfiguration(tuning: shipped.tuning, rowLimit: nil)
    }
    guard parent.has("tuning") else { return twelveToneEqual }
    let section = try parent.section("tuning")
    let forms = ["equal", "scala", "cents", "ratios"]
    let chosen = forms.filter(section.has)
    guard chosen.count == 1 else {
      throw parent.error(
        "tuning", found: chosen.isEmpty ? "none of them" : chosen.joined(separator: " and "),
        allowed: "one of \(forms.joined(separator: ", ")), or the name of a shipped tuning")
    }
    var result: TuningConfiguration
    switch chosen[0] {
    case "equal": result = try equal(section.section("equal"))
    case "cents": result = try list(section, "cents", unit: "a number of cents", size: centsOf)
    case "ratios": result = try list(section, "ratios", unit: "a ratio like 3/2, 2 or 1.5", size: ratioOf)
    default: result = try scala(section, lowest: lowest)
    }
    if section.has("reference_frequency") {
      guard !section.has("keyboard") else {
        throw section.error("reference_frequency", allowed: "nothing here: the keyboard mapping gives the pitch")
      }
      let frequency = try section.number("reference_frequency", default: 440, in: 0.001...1e6)
      result.tuning = result.tuning.rooted(at: frequency)
    }
    return result
  }

  /// Fails if a roll of that many rows has rows without a key of the mapping, or rows that are no sound at all.
  func check(rowCount: Int, lowest: MIDIKey, _ environment: ConfigurationSection) throws(ConfigurationError) {
    if let rowLimit, rowCount > rowLimit {
      throw environment.error(
        "n_semitones", found: "\(rowCount) rows", allowed: "at most \(rowLimit): the mapped keys from \(lowest.name) up"
      )
    }
    guard !tuning.isTwelveToneEqual else { return }
    for row in 0..<rowCount {
      let frequency = tuning.pitch(ofDegree: row, above: lowest).frequency
      guard !(1...1e6).contains(frequency) else { continue }
      throw environment.error(
        "n_semitones", found: "row \(row) from the bottom at \(frequency) Hz", allowed: "rows from 1 Hz to 1 MHz")
    }
  }

  /// `{divisions: 19, period: 2/1}`.
  private static func equal(_ section: ConfigurationSection) throws -> TuningConfiguration {
    guard section.has("divisions") else {
      throw section.error("divisions", allowed: "an integer from 1 to \(ScalaScale.noteLimit)")
    }
    let divisions = try section.integer("divisions", default: 12, in: 1...ScalaScale.noteLimit)
    let text = try section.string("period", default: "2/1")
    // Written as in a Scala file: with a period it is in cents, without one a ratio.
    guard case .success(let period) = ScalaPitch.cents(text[...]), period > 0 else {
      throw section.error("period", allowed: "a ratio above 1 (2/1, 3) or cents with a decimal point (1200.0)")
    }
    let name = period == 1200 ? "\(divisions)edo" : "\(divisions) equal divisions of \(text)"
    return TuningConfiguration(tuning: .equal(divisions: divisions, periodInCents: period, name: name), rowLimit: nil)
  }

  /// A list of the degrees above degree 0, the last being the period. A leading 0 or 1/1 is degree 0 written out.
  private static func list(
    _ section: ConfigurationSection, _ key: String, unit: String, size: (String) -> Double?
  ) throws -> TuningConfiguration {
    let words = try section.scalars(key) ?? []
    var degrees: [Double] = []
    for word in words {
      guard let cents = size(word), abs(cents) <= ScalaPitch.limit else {
        throw section.error(key, found: "'\(word)'", allowed: "each \(unit)")
      }
      degrees.append(cents)
    }
    if degrees.first == 0 { degrees.removeFirst() }
    guard (1...ScalaScale.noteLimit).contains(degrees.count), let period = degrees.popLast() else {
      throw section.error(
        key, found: "\(degrees.count) degrees", allowed: "1 to \(ScalaScale.noteLimit) degrees, the last the period")
    }
    return TuningConfiguration(
      tuning: Tuning(name: key, degreesInCents: [0] + degrees, periodInCents: period), rowLimit: nil)
  }

  private static func centsOf(_ text: String) -> Double? {
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  private static func ratioOf(_ text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let upper = Double(parts[0].trimmed), upper > 0, upper.isFinite,
      let lower = parts.count == 2 ? Double(parts[1].trimmed) : 1, lower > 0, lower.isFinite
    else { return nil }
    let cents = 1200 * log2(upper / lower)
    return cents.isFinite ? cents : nil
  }

  /// `scala: FILE.scl`, `keyboard: FILE.kbm`; relative to the configuration file.
  private static func scala(_ section: ConfigurationSection, lowest: MIDIKey) throws -> TuningConfiguration {
    let path = try section.filePath("scala")
    let keyboard = section.has("keyboard") ? try section.filePath("keyboard") : nil
    let scala = try ScalaTuning(scale: path, keyboard: keyboard, lowest: lowest)
    return TuningConfiguration(tuning: scala.tuning, rowLimit: scala.rowLimit)
  }
}
