import Foundation

/// A scale: which degrees of a tuning belong, counted from the tonic.
public struct Scale: Sendable, Hashable {
  /// Degrees above the tonic, in 0..<degreeCount, ascending.
  public let degrees: [Int]
  /// Degrees in a period of the tuning.
  public let degreeCount: Int

  /// A scale of these degrees; each is taken modulo the period.
  ///
  /// - Precondition: `degreeCount` is 1 or more.
  public init(degrees: some Sequence<Int>, of degreeCount: Int) {
    self.degrees = Set(degrees.map { Tuning.divide($0, by: degreeCount).index }).sorted()
    self.degreeCount = degreeCount
  }

  /// Whether a degree above the tonic (any, below it too) belongs.
  public func contains(_ degree: Int) -> Bool { degrees.contains(Tuning.divide(degree, by: degreeCount).index) }

  /// The names that `named` knows.
  public static let names = ["major", "minor"]

  /// `major` or (natural) `minor` in a tuning; nil if the name is another or the tuning has no such scale.
  ///
  /// - Equal divisions of the octave: seven neighbours of the chain of fifths, the fifth being the degree nearest to
  ///   3/2. Five fifths lie above the tonic and one below it in major, two above and four below in minor. The fifth is
  ///   good enough if it lies between 4/7 and 3/5 of the octave: then whole tones are larger than semitones and both
  ///   above nothing. The major third is what four fifths make, whatever its size: 379 cents in 19 divisions, 387 in 31,
  ///   but 408 in 53 and 436 in 22. Who wants the pure third there lists the degrees.
  /// - Any other tuning with octaves: the degree nearest to each note of the scale in twelve equal divisions, if none
  ///   is further away than a quarter tone and none is taken twice.
  public static func named(_ name: String, in tuning: Tuning) -> Scale? {
    guard names.contains(name), abs(tuning.periodInCents - 1200) < 1 else { return nil }
    return tuning.isEqual ? diatonic(name, in: tuning.degreeCount) : nearest(name, in: tuning)
  }

  private static func diatonic(_ name: String, in divisions: Int) -> Scale? {
    let fifth = Int((Double(divisions) * log2(1.5)).rounded())
    guard 7 * fifth > 4 * divisions, 5 * fifth < 3 * divisions else { return nil }
    let chain = name == "major" ? -1...5 : -4...2
    return Scale(degrees: chain.map { $0 * fifth }, of: divisions)
  }

  private static func nearest(_ name: String, in tuning: Tuning) -> Scale? {
    let semitones = name == "major" ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, 10]
    var degrees: [Int] = []
    for cents in semitones.map({ 100 * Double($0) }) {
      let distances = tuning.degreesInCents.map { abs($0 - cents) }
      guard let smallest = distances.min(), smallest <= 50, let degree = distances.firstIndex(of: smallest) else {
        return nil
      }
      degrees.append(degree)
    }
    return Set(degrees).count == degrees.count ? Scale(degrees: degrees, of: tuning.degreeCount) : nil
  }
}
