/// How consonant every interval is: `interval_consonances`, keyed by the number of degrees between the lower and the
/// higher note, modulo the period.
struct IntervalConsonances: Sendable {
  /// The value of every interval 0..<period; nil where the configuration gives none.
  let values: [Double?]
  /// What is wrong when a roll has an interval without a value; `found` is filled in by `check`.
  private let error: ConfigurationError

  /// The table for twelve-tone tunings: the fifth is best, the tritone is worst, seconds and sevenths are bad.
  private static let twelveTone: [Double] = [0, -3, -3, 1, 1, 0, -5, 2, 1, 1, -3, -3]

  /// Reads the key `interval_consonances` of the rule's section.
  init(_ section: ConfigurationSection, tuning: Tuning) throws(ConfigurationError) {
    let period = tuning.degreeCount
    error = section.error("interval_consonances", allowed: "a number for every interval that the roll has")
    let table = try section.section("interval_consonances")
    guard section.has("interval_consonances") else {
      values = period == 12 ? Self.twelveTone : Array(repeating: nil, count: period)
      return
    }
    var values: [Double?] = Array(repeating: nil, count: period)
    for (interval, value) in try table.numbersByInteger(keys: 0...period - 1, in: -1e9...1e9) {
      values[interval] = value
    }
    self.values = values
  }

  /// Fails if two rows of a roll of that many rows form an interval without a value.
  func check(rowCount: Int) throws(ConfigurationError) {
    for interval in 1..<max(1, min(rowCount, values.count + 1)) where values[interval % values.count] == nil {
      var error = error
      error.found =
        "no value for the interval \(interval % values.count) (modulo \(values.count)) on a roll of \(rowCount) rows"
      throw error
    }
  }

  /// The value of an interval of any size; 0 if there is none.
  func value(ofInterval degrees: Int) -> Double { values[degrees % values.count] ?? 0 }
}
