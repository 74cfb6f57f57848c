import Foundation

/// The ticks of an axis: multiples of 1, 2 or 5 times a power of ten, about five of them.
struct RoundTicks {
  /// The axis' two ends.
  let range: ClosedRange<Double>
  /// In ascending order, all within `range`.
  let ticks: [Double]

  /// An axis over the values from `low` to `high`, both finite; `isRounded` extends it to the next ticks.
  init(from low: Double, to high: Double, isRounded: Bool) {
    // One value is no range; values near the largest double have no difference.
    let limit = 1e300
    var (low, high) = (max(min(low, high), -limit), min(max(low, high), limit))
    let smallest = max(abs(low), abs(high)) * 1e-9 + 1e-12
    if high - low < smallest { (low, high) = (low - max(1, smallest), high + max(1, smallest)) }
    let rough = (high - low) / 5
    let power = pow(10, floor(log10(rough)))
    let step = power * ([1, 2, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10)
    let first = floor(low / step)
    let last = ceil(high / step)
    let all = (0...Int(last - first)).map { (first + Double($0)) * step }
    range = isRounded ? (all.first ?? low)...(all.last ?? high) : low...high
    ticks = all.filter { [range] in range.contains($0) }
  }

  /// Where a value lies on the axis: 0 at its beginning, 1 at its end.
  func share(_ value: Double) -> Double { (value - range.lowerBound) / (range.upperBound - range.lowerBound) }
}
