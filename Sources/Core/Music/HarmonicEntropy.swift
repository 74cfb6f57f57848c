import Foundation

/// Harmonic entropy: how unsure the ear is which ratio of small numbers an interval is.
///
/// After P. Erlich (1997), as in Sethares, Tuning, Timbre, Spectrum, Scale (2nd ed. 2005), app. J. The interval of c cents
/// is heard as the ratio n/d, whose size is c(n, d), with a probability that falls with the distance and with the ratio's
/// complexity; the entropy of these probabilities is small where one simple ratio wins.
///
///     p(n, d | c) ~ exp(-(c - c(n, d))^2 / (2 s^2)) / sqrt(n d),      HE(c) = -sum p ln p
///
/// over all n/d in lowest terms with n d <= 1000; s = 17 cents (1 % of frequency).
struct HarmonicEntropy: Sendable {
  static let complexityLimit = 1000
  static let deviationInCents = 17.0

  /// Sizes of the ratios, ascending.
  private let sizes: [Double]
  private let weights: [Double]

  init() {
    var ratios: [(size: Double, weight: Double)] = []
    for lower in 1...Self.complexityLimit {
      for upper in 1...Self.complexityLimit / lower where Self.commonDivisor(upper, lower) == 1 {
        ratios.append((1200 * log2(Double(upper) / Double(lower)), 1 / Double(upper * lower).squareRoot()))
      }
    }
    ratios.sort { $0.size < $1.size }
    sizes = ratios.map(\.size)
    weights = ratios.map(\.weight)
  }

  /// The entropy of an interval, in natural units; intervals wider than the widest ratio have that one's.
  func ofInterval(cents: Double) -> Double {
    let cents = min(abs(cents), sizes.last ?? 0)
    let reach = 6 * Self.deviationInCents
    let first = sizes.firstIndexOfUpperPart { $0 >= cents - reach }
    var total = 0.0
    var logSum = 0.0
    for index in first..<sizes.count {
      let distance = (sizes[index] - cents) / Self.deviationInCents
      guard sizes[index] <= cents + reach else { break }
      let likelihood = weights[index] * exp(-distance * distance / 2)
      total += likelihood
      if likelihood > 0 { logSum += likelihood * log(likelihood) }
    }
    // -sum (l/t) ln (l/t) = ln t - (sum l ln l) / t. Gaps wider than the reach lie only beyond hearing.
    return total > 0 ? max(0, log(total) - logSum / total) : 0
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }
}

extension [Double] {
  /// The first index of an ascending array whose element satisfies a condition that all later ones satisfy too.
  fileprivate func firstIndexOfUpperPart(where isInUpperPart: (Double) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isInUpperPart(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
