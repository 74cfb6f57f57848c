import Foundation

/// A tuning system: the degrees of one period, repeated without end in both directions.
///
/// Degrees count upwards; a row of a piano roll is a degree.
public struct Tuning: Sendable, Hashable {
  /// What it is called, for people and for files.
  public let name: String
  /// Cents of degrees 0..<n above degree 0; the first is 0.
  public let degreesInCents: [Double]
  /// Size of the period in cents: 1200 for an octave.
  public let periodInCents: Double

  /// - Precondition: at least one degree, the first of them 0, and a period greater than 0.
  public init(name: String, degreesInCents: [Double], periodInCents: Double) {
    precondition(degreesInCents.first == 0 && periodInCents > 0)
    self.name = name
    self.degreesInCents = degreesInCents
    self.periodInCents = periodInCents
  }

  /// Twelve equal divisions of the octave: the default.
  public static let twelveToneEqual = Tuning(
    name: "12edo", degreesInCents: (0..<12).map { 100 * Double($0) }, periodInCents: 1200)

  /// Number of degrees in a period.
  public var degreeCount: Int { degreesInCents.count }

  /// Whether this is the keyboard's own tuning, in which every degree has a note name.
  public var isTwelveToneEqual: Bool { degreesInCents == Self.twelveToneEqual.degreesInCents && periodInCents == 1200 }

  /// Cents of any degree above degree 0 (negative below).
  public func cents(ofDegree degree: Int) -> Double {
    let (quotient, remainder) = degree.quotientAndRemainder(dividingBy: degreeCount)
    let period = remainder < 0 ? quotient - 1 : quotient
    return Double(period) * periodInCents + degreesInCents[degree - period * degreeCount]
  }

  /// The pitch of a degree when degree 0 sounds at `lowest`.
  public func pitch(ofDegree degree: Int, above lowest: MIDIKey) -> Pitch {
    if isTwelveToneEqual { return Pitch(key: lowest.number + degree) }
    return Pitch(frequency: lowest.frequency * exp2(cents(ofDegree: degree) / 1200))
  }
}
