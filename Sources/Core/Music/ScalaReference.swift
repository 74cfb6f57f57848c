import Foundation

/// The reference pitch of an `.ascl` file: `! @ABL REFERENCE_PITCH OCTAVE DEGREE HZ`, a comment to other programs.
///
/// Octaves are numbered by keyboards, which do not agree on the numbers. They are not needed either: the degree's
/// frequency fixes all pitches of the tuning, and `lowest_note` says which of them the last row has.
public struct ScalaReference: Sendable, Hashable {
  /// The degree whose frequency is given.
  public let degree: Int
  /// Hz.
  public let frequency: Double

  /// The first such comment; nil without one.
  init?(comments lines: ScalaLines, degreeCount: Int) throws(DataError) {
    for line in lines.comments {
      let words = line.text.split(whereSeparator: ScalaPitch.isBlank)
      guard words.prefix(2) == ["@ABL", "REFERENCE_PITCH"] else { continue }
      guard words.count >= 5, Int(words[2]) != nil, let degree = Int(words[3]), (0..<degreeCount).contains(degree),
        let frequency = Double(words[4]), (1e-3...1e6).contains(frequency)
      else {
        throw lines.error(
          line,
          "the reference pitch must be an octave, a degree from 0 to \(degreeCount - 1)"
            + " and a frequency from 0.001 to 1000000 Hz")
      }
      self.degree = degree
      self.frequency = frequency
      return
    }
    return nil
  }

  /// Hz of that degree 0 of a tuning which lies nearest to a key; nil if it is beyond all numbers.
  func rootFrequency(in tuning: Tuning, lowest: MIDIKey) -> Double? {
    let cents = 1200 * log2(frequency / lowest.frequency) - tuning.cents(ofDegree: degree)
    let period = tuning.periodInCents
    let nearest = period == 0 ? cents : cents - (cents / period).rounded() * period
    let root = lowest.frequency * exp2(nearest / 1200)
    return root > 0 && root.isFinite ? root : nil
  }
}
