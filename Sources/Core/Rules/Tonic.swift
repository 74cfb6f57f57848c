/// Where the tonic lies: a degree, the same in every period.
///
/// `tonic_position` counts rows from the bottom of the roll, modulo the tuning's period; it may be negative.
struct Tonic: Sendable {
  /// The lowest row, counted from the bottom, that is a tonic: 0..<period.
  let position: Int
  /// Degrees a period.
  let period: Int
  /// What is wrong when a roll has no such row; `found` is filled in by `check`.
  private let error: ConfigurationError

  init(_ section: ConfigurationSection, tuning: Tuning) throws(ConfigurationError) {
    period = tuning.degreeCount
    let found = try section.integer("tonic_position", default: 4, in: -1_000_000_000...1_000_000_000)
    position = Self.remainder(found, period)
    error = section.error("tonic_position", allowed: "")
  }

  /// Degrees from the tonic up to this degree of the roll (0 is its bottom row), 0..<period.
  func interval(toDegree degree: Int) -> Int { Self.remainder(degree - position, period) }

  /// Fails if rolls of that many rows have no tonic to compose with.
  func check(rowCount: Int, use: RollUse) throws(ConfigurationError) {
    guard use == .composing, position >= rowCount else { return }
    var error = error
    error.found = "position \(position) (modulo \(period)) on a roll of \(rowCount) rows, which has no tonic"
    error.allowed = "a position below n_semitones: 0 to \(rowCount - 1)"
    throw error
  }

  private static func remainder(_ value: Int, _ divisor: Int) -> Int {
    let remainder = value % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
