import Foundation

/// A tuning system: the degrees of one period, repeated without end in both directions.
///
/// A row of a piano roll is a degree; degree 0 is the last row, the lowest of an ordinary tuning. Degrees count upwards
/// but need not rise: a Scala file may list its pitches in any order, name one twice, or have a period that is not an
/// octave, is below 1/1 or nothing at all.
public struct Tuning: Sendable, Hashable {
  /// What it is called, for people and for files.
  public let name: String
  /// Cents of degrees 0..<n above degree 0; the first is 0.
  public let degreesInCents: [Double]
  /// Size of the period in cents: 1200 for an octave.
  public let periodInCents: Double
  /// The reference pitch: frequency of degree 0 in Hz; nil leaves it to `lowest_note` (A4 = 440 Hz).
  public let rootFrequency: Double?

  /// - Precondition: at least one degree, the first of them 0; all numbers finite; the frequency, if any, above 0.
  public init(name: String, degreesInCents: [Double], periodInCents: Double, rootFrequency: Double? = nil) {
    precondition(degreesInCents.first == 0 && degreesInCents.allSatisfy(\.isFinite) && periodInCents.isFinite)
    precondition(rootFrequency.map { $0 > 0 && $0.isFinite } ?? true)
    self.name = name
    self.degreesInCents = degreesInCents
    self.periodInCents = periodInCents
    self.rootFrequency = rootFrequency
  }

  /// Twelve equal divisions of the octave: the default.
  public static let twelveToneEqual = equal(divisions: 12)

  /// Equal divisions of a period.
  ///
  /// - Precondition: at least one division, a finite period.
  public static func equal(divisions: Int, periodInCents: Double = 1200, name: String? = nil) -> Tuning {
    precondition(divisions > 0)
    let degrees = (0..<divisions).map { periodInCents * Double($0) / Double(divisions) }
    return Tuning(name: name ?? "\(divisions)edo", degreesInCents: degrees, periodInCents: periodInCents)
  }

  /// The same degrees with another reference pitch.
  public func rooted(at frequency: Double?) -> Tuning {
    Tuning(name: name, degreesInCents: degreesInCents, periodInCents: periodInCents, rootFrequency: frequency)
  }

  /// Number of degrees in a period.
  public var degreeCount: Int { degreesInCents.count }

  /// Whether this is the keyboard's own tuning, in which every degree has a note name.
  public var isTwelveToneEqual: Bool {
    rootFrequency == nil && hasTwelveEqualDegrees
  }

  /// Whether the degrees are those of twelve-tone equal temperament, wherever they are anchored.
  public var hasTwelveEqualDegrees: Bool {
    degreesInCents == Self.twelveToneEqual.degreesInCents && periodInCents == 1200
  }

  /// Whether all steps from degree to degree are one size (to a millionth of a cent).
  public var isEqual: Bool {
    let step = periodInCents / Double(degreeCount)
    return degreesInCents.enumerated().allSatisfy { abs($1 - step * Double($0)) < 1e-6 }
  }

  /// Cents of any degree above degree 0 (negative below).
  public func cents(ofDegree degree: Int) -> Double {
    let (period, index) = Self.divide(degree, by: degreeCount)
    return Double(period) * periodInCents + degreesInCents[index]
  }

  /// The degree nearest to so many cents above degree 0, the lower of two.
  ///
  /// - Precondition: a period above 0; degrees within it.
  func degree(nearest cents: Double) -> Int {
    let period = (cents / periodInCents).rounded(.down)
    let rest = cents - period * periodInCents
    let nearest = (-1...degreeCount).min { abs(self.cents(ofDegree: $0) - rest) < abs(self.cents(ofDegree: $1) - rest) }
    return (nearest ?? 0) + Int(period) * degreeCount
  }

  /// The same degrees with degree 0 at the pitch that this tuning has nearest to a key; where it has no pitches of its own,
  /// `lowest_note` goes on saying that.
  ///
  /// - Precondition: as of `degree(nearest:)`.
  func rooted(near key: MIDIKey) -> Tuning {
    guard let rootFrequency else { return self }
    let degree = degree(nearest: 1200 * log2(key.frequency / rootFrequency))
    return rooted(at: frequency(ofDegree: degree, above: key))
  }

  /// Frequency of a degree in Hz when degree 0 sounds at `lowest` (or at `rootFrequency`).
  public func frequency(ofDegree degree: Int, above lowest: MIDIKey) -> Double {
    (rootFrequency ?? lowest.frequency) * exp2(cents(ofDegree: degree) / 1200)
  }

  /// The pitch of a degree when degree 0 sounds at `lowest` (or at `rootFrequency`).
  public func pitch(ofDegree degree: Int, above lowest: MIDIKey) -> Pitch {
    if isTwelveToneEqual { return Pitch(key: lowest.number + degree) }
    return Pitch(frequency: frequency(ofDegree: degree, above: lowest))
  }

  /// Division that rounds down, so that the remainder is a degree of the period for negative degrees too.
  static func divide(_ degree: Int, by count: Int) -> (period: Int, index: Int) {
    let (quotient, remainder) = degree.quotientAndRemainder(dividingBy: count)
    return remainder < 0 ? (quotient - 1, remainder + count) : (quotient, remainder)
  }
}
