import Foundation

/// Sensory dissonance: the roughness of partials that lie close together.
///
/// W. A. Sethares, "Local consonance and the relationship between timbre and scale", JASA 94(3), 1993, pp. 1218-1228,
/// after the measurements of Plomp and Levelt (1965). Two sines of frequencies f1 <= f2 and amplitudes v1, v2 have the
/// dissonance
///
///     d(f1, f2, v1, v2) = v1 v2 (exp(-a s (f2 - f1)) - exp(-b s (f2 - f1))),   s = d* / (s1 f1 + s2)
///
/// with a = 3.5, b = 5.75, d* = 0.24 (where the curve is highest, in critical bands), s1 = 0.021, s2 = 19.
struct Roughness: Sendable {
  static let a = 3.5
  static let b = 5.75
  static let dStar = 0.24
  static let s1 = 0.021
  static let s2 = 19.0

  let spectrum: Spectrum
  /// Frequency of the lower note in Hz: the same interval is rougher in the bass.
  let fundamental: Double

  /// The dissonance of two sines.
  static func dissonance(_ f1: Double, _ f2: Double, _ v1: Double, _ v2: Double) -> Double {
    let s = dStar / (s1 * min(f1, f2) + s2)
    let distance = abs(f2 - f1)
    return v1 * v2 * (exp(-a * s * distance) - exp(-b * s * distance))
  }

  /// What two notes of this spectrum are rough by because they sound together: the sum of d over all pairs of a partial
  /// of the one and a partial of the other.
  ///
  /// The roughness that either note has alone is no matter of the interval and left out.
  func ofInterval(cents: Double) -> Double {
    let ratio = exp2(abs(cents) / 1200)
    var sum = 0.0
    for lower in spectrum.partials {
      for upper in spectrum.partials {
        sum += Self.dissonance(
          fundamental * lower.ratio, fundamental * ratio * upper.ratio, lower.amplitude, upper.amplitude)
      }
    }
    return sum
  }
}
