internal import CKernels

/// Sums of numbers that do not depend on the order of adding: each number is rounded to a grid of a power of two, and
/// what is added are integers.
///
/// With floating-point sums the result would depend on who adds what first, and ranks would either have to send every
/// block's gradient separately or differ in the last bits, which learning soon makes audible. J. Demmel, H. D. Nguyen,
/// *Fast Reproducible Floating-Point Summation* (2013) round to grids for the same reason; theirs follow the data, this
/// one is fixed, because what learners add is of the order of 1 to 1,000 (`RewardScale`).
///
/// The grid is 2^-26; numbers beyond 2^24 count as 2^24, and so does what is no number. Each adds at most 2^50, so that the
/// blocks of the largest batch there is, 6,250, stay below 2^63.
enum ExactSums {
  /// Adds numbers to sums, one each; halves are rounded to even.
  static func add(
    _ values: UnsafeBufferPointer<Float>, to sums: UnsafeMutableBufferPointer<Int64>, kernels: Kernels = .best
  ) {
    guard let from = values.baseAddress, let to = sums.baseAddress else { return }
    kernels.path.pointee.add_exactly(from, to, Int64(min(values.count, sums.count)))
  }

  /// A sum as a number.
  static func value(_ sum: Int64) -> Float { Float(Double(sum) * 0x1p-26) }
}
