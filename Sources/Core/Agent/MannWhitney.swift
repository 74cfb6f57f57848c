import Foundation

/// Whether two samples may come from one distribution: Mann and Whitney's test (Annals of Mathematical Statistics 18,
/// 1947), two-sided, by its normal approximation with corrections for ties and continuity.
public enum MannWhitney {
  /// The probability of ranks at least as different as these if both samples come from one distribution.
  ///
  /// - Precondition: both samples hold something; the approximation is good from about eight numbers each.
  public static func probability(_ first: [Double], _ second: [Double]) -> Double {
    precondition(!first.isEmpty && !second.isEmpty)
    let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var rankSum = 0.0
    var ties = 0.0
    var start = 0
    while start < all.count {
      var end = start
      while end < all.count, all[end].0 == all[start].0 { end += 1 }
      // Equal numbers share the mean of their ranks, which count from 1.
      let rank = Double(start + end + 1) / 2
      rankSum += rank * Double(all[start..<end].count { $0.1 })
      let length = Double(end - start)
      ties += length * length * length - length
      start = end
    }
    let (m, n) = (Double(first.count), Double(second.count))
    let statistic = rankSum - m * (m + 1) / 2
    let variance = m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1)))
    guard variance > 0 else { return 1 }
    let distance = max(0, abs(statistic - m * n / 2) - 0.5)
    return erfc(distance / (2 * variance).squareRoot())
  }
}
