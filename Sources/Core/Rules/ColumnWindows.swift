/// What sounded in the columns before each column: the windows that several rules look back through.
extension PianoRoll {
  /// For every column, the cells whose row sounded in at least one of the `count` columns before it.
  ///
  /// Laid out like `words`. Columns before the first are empty. `count` may be larger than the roll.
  func soundedInAny(ofPrevious count: Int) -> [UInt64] { windows(count) { $0 | $1 } }

  /// For every column, the cells whose row sounded in all of the `count` columns before it.
  func soundedInAll(ofPrevious count: Int) -> [UInt64] { windows(count) { $0 & $1 } }

  /// Windows by doubling: two windows of length L, one behind the other, make any window of L to 2 L columns, because
  /// `and` and `or` do not mind columns that count twice. So the time grows with the window's logarithm only.
  @inline(__always)
  private func windows(_ count: Int, combine: (UInt64, UInt64) -> UInt64) -> [UInt64] {
    let count = min(count, stepCount)
    // A window of one column: the roll, one column later.
    var window = Array(repeating: UInt64(0), count: wordsPerColumn) + words.dropLast(wordsPerColumn)
    var length = 1
    while length < count {
      let lag = min(length, count - length)
      let offset = lag * wordsPerColumn
      // Backwards, so that what is read is not yet combined.
      for index in stride(from: window.count - 1, through: 0, by: -1) {
        window[index] = combine(window[index], index >= offset ? window[index - offset] : 0)
      }
      length += lag
    }
    return window
  }
}
