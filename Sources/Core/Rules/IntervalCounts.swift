/// How often every interval sounds between columns a fixed distance apart.
///
/// For two columns there are two ways to count, and neither is good at the other's work: cell by cell if there are few
/// cells (a composed roll has about three a column), shift by shift of the whole column if there are many.
struct IntervalCounts {
  /// For every degree (modulo `lowerDegrees`) of the lower note, and within it for every interval in rows, the number
  /// of pairs of cells that far apart, the upper and the lower in columns `distance` apart in either order. The first
  /// interval (the same row) is not counted.
  private(set) var counts: [Int]
  private let rowCount: Int
  private let width: Int
  /// Where the intervals above each row begin in `counts`.
  private let offsets: [Int]

  /// Counts the pairs of a roll. `distance` is less than the number of columns; with 1 for `lowerDegrees` all lower
  /// notes count together.
  init(_ roll: PianoRoll, distance: Int, lowerDegrees: Int) {
    let rowCount = roll.rowCount
    self.rowCount = rowCount
    width = roll.wordsPerColumn
    counts = Array(repeating: 0, count: lowerDegrees * rowCount)
    offsets = (0..<rowCount).map { row in (rowCount - 1 - row) % lowerDegrees * rowCount }
    roll.words.withUnsafeBufferPointer { words in
      for step in 0..<roll.stepCount - distance {
        let earlier = UnsafeBufferPointer(rebasing: words[step * width..<(step + 1) * width])
        let later = UnsafeBufferPointer(rebasing: words[(step + distance) * width..<(step + distance + 1) * width])
        count(upper: earlier, lower: later)
        if distance != 0 { count(upper: later, lower: earlier) }
      }
    }
  }

  private mutating func count(upper: UnsafeBufferPointer<UInt64>, lower: UnsafeBufferPointer<UInt64>) {
    let pairs = Self.cellCount(upper) * Self.cellCount(lower)
    if pairs == 0 { return }
    // Shifts cannot tell the lower notes apart.
    if pairs <= rowCount || counts.count > rowCount {
      countByCells(upper: upper, lower: lower)
    } else {
      countByShifts(upper: upper, lower: lower)
    }
  }

  private static func cellCount(_ column: UnsafeBufferPointer<UInt64>) -> Int {
    var count = 0
    for word in column { count += word.nonzeroBitCount }
    return count
  }

  private mutating func countByCells(upper: UnsafeBufferPointer<UInt64>, lower: UnsafeBufferPointer<UInt64>) {
    for word in 0..<width {
      var cells = upper[word]
      while cells != 0 {
        let bit = cells.trailingZeroBitCount
        cells &= cells - 1
        // Only what lies below the cell itself.
        var below = lower[word] & (~1 << UInt64(bit))
        for lowerWord in word..<width {
          if lowerWord > word { below = lower[lowerWord] }
          while below != 0 {
            let row = lowerWord * 64 + below.trailingZeroBitCount
            counts[offsets[row] + row - word * 64 - bit] += 1
            below &= below - 1
          }
        }
      }
    }
  }

  private mutating func countByShifts(upper: UnsafeBufferPointer<UInt64>, lower: UnsafeBufferPointer<UInt64>) {
    for interval in 1..<rowCount {
      let words = interval / 64
      let bits = UInt64(interval % 64)
      var count = 0
      for word in words..<width {
        // The lower column moved up by the interval; `<<` by 64 gives 0.
        let above = word + 1 < width ? lower[word + 1] << (64 - bits) : 0
        count += (upper[word - words] & (lower[word] >> bits | above)).nonzeroBitCount
      }
      counts[interval] += count
    }
  }
}
