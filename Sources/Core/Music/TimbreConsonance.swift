import Foundation

/// How consonant any interval is with a given timbre: `interval_consonances: auto`.
///
/// The dissonance D of an interval is a mixture of Sethares' roughness and, if wanted, harmonic entropy; each is 0 for
/// the unison and 1 for the minor second of twelve-tone equal temperament. Its consonance is
///
///     +2 (1 - D / D0)            where D <= D0,       -3 (D - D0) / (1 - D0)     (not below -5)  above
///
/// so that values have the size of the hand-made table: 2 for the best, -3 for the minor second. The zero D0 is put
/// where in twelve-tone equal temperament the thirds, the fifth and the sixths just are consonant, as in that table. Of
/// the other signs, with the default timbre:
///
/// - roughness alone agrees on the seconds. It does not on the tritone, which is no rougher
///   than the fourth, nor on the sevenths (-3 in the table), which with only odd and quickly weaker partials are
///   smoother than the fifth: their bad name is one of melody and style, not of roughness.
/// - with `harmonic_entropy: 1` it agrees on the sevenths too. The tritone remains: it lies beside 7/5 and 10/7.
/// - the fourth, 0 in the table, is consonant to both.
///
/// A unison or a whole number of periods is the same note again: 0, as in the table, whatever its roughness.
public struct TimbreConsonance: Sendable {
  /// The lower note of every interval sounds at middle C.
  static let fundamental = 261.625565300598634

  private let roughness: Roughness
  private let entropy: HarmonicEntropy?
  private let entropyShare: Double
  private let roughnessOfSecond: Double
  private let entropyOfUnison: Double
  private let entropyOfSecond: Double
  private var zero = 0.5

  /// The consonance of a spectrum; `entropyShare` is the weight of harmonic entropy, 0...1.
  public init(spectrum: Spectrum, entropyShare: Double = 0) {
    roughness = Roughness(spectrum: spectrum, fundamental: Self.fundamental)
    entropy = entropyShare > 0 ? HarmonicEntropy() : nil
    self.entropyShare = entropyShare
    roughnessOfSecond = roughness.ofInterval(cents: 100)
    entropyOfUnison = entropy?.ofInterval(cents: 0) ?? 0
    entropyOfSecond = entropy?.ofInterval(cents: 100) ?? 0
    zero = calibratedZero()
  }

  /// What it is derived from, in words.
  public var method: String {
    switch entropyShare {
    case 0: "Sethares' roughness"
    case 1: "harmonic entropy"
    default: "Sethares' roughness, \(Int((100 * entropyShare).rounded())) % harmonic entropy"
    }
  }

  /// D: 0 for the unison, 1 for the minor second.
  public func dissonance(cents: Double) -> Double {
    // A spectrum of nothing is rough nowhere.
    let rough = roughnessOfSecond > 0 ? roughness.ofInterval(cents: cents) / roughnessOfSecond : 0
    guard let entropy else { return rough }
    let unsure = (entropy.ofInterval(cents: cents) - entropyOfUnison) / (entropyOfSecond - entropyOfUnison)
    return (1 - entropyShare) * rough + entropyShare * unsure
  }

  /// The consonance of an interval in cents, in a tuning of this period.
  public func consonance(cents: Double, periodInCents: Double) -> Double {
    let size = abs(cents)
    let period = abs(periodInCents)
    let periods = period > 0 ? (size / period).rounded() : 0
    return abs(size - periods * period) < 1e-6 ? 0 : consonance(cents: size)
  }

  /// The consonance of an interval that is no repetition of the same note, however close it comes to one.
  public func consonance(cents: Double) -> Double {
    let dissonance = dissonance(cents: cents)
    let value = dissonance <= zero ? 2 * (1 - dissonance / zero) : -3 * (dissonance - zero) / (1 - zero)
    return max(-5, value)
  }

  /// Halfway between the most dissonant of the intervals that the table calls consonant and the next more dissonant one
  /// that it calls dissonant, in twelve-tone equal temperament.
  private func calibratedZero() -> Double {
    let table = IntervalConsonances.twelveTone.enumerated()
      .map { (dissonance: dissonance(cents: 100 * Double($0.offset)), value: $0.element) }
    let worst = table.filter { $0.value > 0 }.map(\.dissonance).max() ?? 0.5
    let next = table.filter { $0.value < 0 && $0.dissonance > worst }.map(\.dissonance).min() ?? worst
    return min(0.99, max(0.01, (worst + next) / 2))
  }
}
