/// Voices should move by small steps.
///
///     score = |{(r, j) : roll[r, j] = 1, roll[r, j - 1] = 0,
///                        roll[s, j - k] = 1 for some k in 1...max_n_time_steps and some s != r a small step from r}|
///
/// Columns before the first are empty. Two rows are a small step apart if the interval between them, rounded to
/// semitones of 100 cents, is at most `max_n_semitones`: in twelve equal divisions 1...max_n_semitones rows. With
/// `max_cents` the interval's cents decide. A row's two neighbours are always a small step away, else no voice could
/// move in a tuning of wide steps.
///
/// Parameters: `max_n_semitones` (2) or `max_cents`, `max_n_time_steps` (1).
struct ConjunctMotion: Rule {
  static let name = "conjunct_motion"

  let window: Int
  /// For every degree of a period, how many degrees up or down the small steps from it lead, ascending.
  let smallSteps: [[Int]]

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {
    window = try section.integer("max_n_time_steps", default: 1, in: 1...1_000_000_000)
    let semitones = try section.optionalInteger("max_n_semitones", in: 1...1_000_000_000) ?? 2
    var limitInCents = 100 * (Double(semitones) + 0.5) - 1e-6
    if section.has("max_cents") {
      // Equal divisions are sums of rounded numbers: a millionth of a cent is equal.
      limitInCents = try section.number("max_cents", default: 200, in: 0...1e6) + 1e-6
      guard !section.has("max_n_semitones") else {
        throw section.error("max_cents", found: "max_cents beside max_n_semitones", allowed: "one of the two")
      }
      section.leaveOut("max_n_semitones")
    }
    smallSteps = Self.smallSteps(limitInCents: limitInCents, tuning: context.tuning)
  }

  private static func smallSteps(limitInCents: Double, tuning: Tuning) -> [[Int]] {
    let reach = PianoRoll.maximumRowCount - 1
    return (0..<min(tuning.degreeCount, PianoRoll.maximumRowCount)).map { degree in
      let cents = tuning.cents(ofDegree: degree)
      var steps: [Int] = []
      for step in -reach...reach where step != 0 {
        if abs(step) == 1 || abs(tuning.cents(ofDegree: degree + step) - cents) <= limitInCents { steps.append(step) }
      }
      return steps
    }
  }

  /// For every row, the rows a small step away, one bit a row, laid out like a column.
  func neighbours(rowCount: Int) -> [UInt64] {
    let width = (rowCount + 63) / 64
    var masks = Array(repeating: UInt64(0), count: rowCount * width)
    for row in 0..<rowCount {
      let degree = rowCount - 1 - row
      for step in smallSteps[degree % smallSteps.count] {
        let other = row - step
        guard other >= 0, other < rowCount else { continue }
        masks[row * width + other / 64] |= 1 << UInt64(other % 64)
      }
    }
    return masks
  }

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    FastScore(.stepwiseOnsets(window: window, shifts: shifts(rowCount: rowCount)), shape: .linear(slope: 1)) { $0 }
  }

  /// The small steps as shifts of a whole column: for every difference between two rows, the rows that have it.
  private func shifts(rowCount: Int) -> [RollFeature.Shift] {
    let width = (rowCount + 63) / 64
    var rows: [Int: [UInt64]] = [:]
    for row in 0..<rowCount {
      let degree = rowCount - 1 - row
      for step in smallSteps[degree % smallSteps.count] where (0..<rowCount).contains(row - step) {
        rows[-step, default: Array(repeating: 0, count: width)][row / 64] |= 1 << UInt64(row % 64)
      }
    }
    return rows.sorted { $0.key < $1.key }.map { RollFeature.Shift(rows: $0.value, difference: $0.key) }
  }

  func score(_ roll: PianoRoll) -> Double {
    let before = roll.soundedInAny(ofPrevious: window)
    let neighbours = neighbours(rowCount: roll.rowCount)
    let width = roll.wordsPerColumn
    var count = 0
    for start in stride(from: 0, to: roll.words.count, by: width) {
      for word in 0..<width {
        var onsets = roll.words[start + word] & ~(start == 0 ? 0 : roll.words[start + word - width])
        while onsets != 0 {
          let row = word * 64 + onsets.trailingZeroBitCount
          onsets &= onsets - 1
          if (0..<width).contains(where: { before[start + $0] & neighbours[row * width + $0] != 0 }) { count += 1 }
        }
      }
    }
    return Double(count)
  }
}
