/// How consonant every interval is: `interval_consonances`.
///
/// Either a table, keyed by the number of degrees between the lower and the higher note modulo the period; or `auto`:
/// what `TimbreConsonance` says of the interval that really sounds, however wide, with the sine synthesizer's timbre.
struct IntervalConsonances: Sendable {
  /// Values by interval in degrees. A table has one for every interval of a period, nil where the configuration gives
  /// none; `auto` has one for every interval of the largest roll.
  ///
  /// One list for all lower notes, or, for `auto` in a tuning of unequal steps, one for each degree (counted from the
  /// bottom row, modulo the period) that the lower note may be.
  let values: [[Double?]]
  /// What is wrong when a roll has an interval without a value; `found` is filled in by `check`.
  private let error: ConfigurationError

  /// The table for twelve-tone tunings: the fifth is best, the tritone is worst, seconds and sevenths are bad.
  static let twelveTone: [Double] = [0, -3, -3, 1, 1, 0, -5, 2, 1, 1, -3, -3]

  /// Reads the keys `interval_consonances` and `harmonic_entropy` of the rule's section.
  ///
  /// Without a table, twelve-tone equal temperament has the hand-made one, any other tuning `auto`.
  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    let key = "interval_consonances"
    let period = context.tuning.degreeCount
    error = section.error(key, allowed: "a number for every interval that the roll has, or auto")
    let word = try section.scalar(key)
    guard word == nil || word == "auto" else {
      throw section.error(key, allowed: "auto, or a mapping of intervals (0 to \(period - 1)) to numbers")
    }
    if word == "auto" || !section.has(key) && !context.tuning.hasTwelveEqualDegrees {
      let share = try section.number("harmonic_entropy", default: 0, in: 0...1)
      values = Self.automatic(context, entropyShare: share)
      section.record(key, .text("auto"))
      return
    }
    guard !section.has("harmonic_entropy") else {
      throw section.error("harmonic_entropy", allowed: "nothing beside a table: only 'auto' derives consonances")
    }
    let table = try section.section(key)
    guard section.has(key) else {
      values = [Self.twelveTone]
      return
    }
    var values: [Double?] = Array(repeating: nil, count: period)
    for (interval, value) in try table.numbersByInteger(keys: 0...period - 1, in: -1e9...1e9) {
      values[interval] = value
    }
    self.values = [values]
  }

  private static func automatic(_ context: RuleContext, entropyShare: Double) -> [[Double?]] {
    let tuning = context.tuning
    let consonance = TimbreConsonance(spectrum: context.spectrum, entropyShare: entropyShare)
    let rows = PianoRoll.maximumRowCount
    return (0..<(tuning.isEqual ? 1 : min(tuning.degreeCount, rows))).map { lower in
      (0..<rows).map { interval in
        // No roll is tall enough for more.
        lower + interval >= rows
          ? nil
          : consonance.consonance(
            cents: tuning.cents(ofDegree: lower + interval) - tuning.cents(ofDegree: lower),
            periodInCents: tuning.periodInCents)
      }
    }
  }

  /// Fails if two rows of a roll of that many rows form an interval without a value.
  func check(rowCount: Int) throws(ConfigurationError) {
    let table = values[0]
    for interval in 1..<max(1, min(rowCount, table.count + 1)) where table[interval % table.count] == nil {
      var error = error
      error.found =
        "no value for the interval \(interval % table.count) (modulo \(table.count)) on a roll of \(rowCount) rows"
      throw error
    }
  }

  /// The value of an interval of any size above a degree (0 is the bottom row); 0 if there is none.
  func value(ofInterval degrees: Int, aboveDegree lower: Int = 0) -> Double {
    let table = values[lower % values.count]
    return table[degrees % table.count] ?? 0
  }
}
