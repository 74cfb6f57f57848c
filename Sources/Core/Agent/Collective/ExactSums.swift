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
  private static let largest: Float = 0x1p24
  /// In doubles of this size the last bit counts 2^-26: adding it rounds to the grid, half to even.
  private static let grid = 0x1.8p26

  /// Adds numbers to sums, one each.
  static func add(_ values: UnsafeBufferPointer<Float>, to sums: UnsafeMutableBufferPointer<Int64>) {
    let zero = Int64(bitPattern: grid.bitPattern)
    for index in values.indices {
      let value = Double(max(-largest, min(largest, values[index])))
      sums[index] &+= Int64(bitPattern: (value + grid).bitPattern) &- zero
    }
  }

  /// A sum as a number.
  static func value(_ sum: Int64) -> Float { Float(Double(sum) * 0x1p-26) }
}
