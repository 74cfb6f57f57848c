internal import CKernels

/// Turns features into what the kernels take, and keeps what that points to.
final class FeatureCompiler {
  private let rowCount: Int
  private let mostCells: Int
  private var memory: [UnsafeMutableRawPointer] = []

  /// - Parameter mostCells: the most cells that a column can have.
  init(rowCount: Int, mostCells: Int) {
    self.rowCount = rowCount
    self.mostCells = mostCells
  }

  deinit { for block in memory { block.deallocate() } }

  /// The feature as the kernels take it.
  func compile(_ feature: RollFeature) -> ck_feature {
    var compiled = ck_feature()
    compiled.most_cells = Int32(clamping: mostCells)
    switch feature {
    case .cells(let rows):
      compiled.kind = CK_CELLS
      compiled.masks = keep(rows)
    case .heldCells(let window):
      compiled.kind = CK_HELD_CELLS
      compiled.value = Int32(clamping: window)
    case .stepwiseOnsets(let window, let shifts):
      compiled.kind = CK_STEPWISE_ONSETS
      compiled.value = Int32(clamping: window)
      compiled.count = Int32(shifts.count)
      compiled.shifts = keep(shifts.map { Int32($0.difference) })
      compiled.masks = hasAllRows(shifts) ? nil : keep(shifts.flatMap(\.rows))
    case .contraryColumns:
      compiled.kind = CK_CONTRARY_COLUMNS
    case .deviation(let cells):
      compiled.kind = CK_COLUMN_DEVIATION
      compiled.value = Int32(clamping: cells)
    case .newCells(let window):
      compiled.kind = CK_NEW_CELLS
      compiled.value = Int32(clamping: window)
    case .lowestCell(let rows):
      compiled.kind = CK_LOWEST_IN_ROWS
      compiled.masks = keep(rows)
    case .pairs(let distance, let values):
      compiled.kind = CK_PAIRS
      compiled.value = Int32(clamping: distance)
      compiled.pairs = keep(pairs(values))
      compiled.pair_stride = Int32(rowCount + 1)
      let lists = values.count
      let values = values.flatMap { $0 }
      compiled.count = Int32(values.count)
      compiled.values = keep(values)
      if lists > 1 {
        compiled.shifts = keep((0..<rowCount).map { Int32((rowCount - 1 - $0) % lists * rowCount) })
      }
      // A roll has at most 4096 columns of 128 * 255 pairs: sums of small integers stay exact.
      if values.allSatisfy({ $0.magnitude <= 1e6 && $0 == $0.rounded() }) {
        compiled.integers = keep(values.map { Int32($0) })
      }
    }
    return compiled
  }

  /// Whether every row that has a row `difference` below it is near that row: then no mask is needed, because shifting
  /// moves in empty rows.
  private func hasAllRows(_ shifts: [RollFeature.Shift]) -> Bool {
    shifts.allSatisfy { shift in
      shift.rows.reduce(0) { $0 + $1.nonzeroBitCount } == rowCount - abs(shift.difference)
    }
  }

  /// The value of every pair of rows, the last row and column being no row at all.
  private func pairs(_ values: [[Double]]) -> [Float] {
    var pairs = [Float](repeating: 0, count: (rowCount + 1) * (rowCount + 1))
    for upper in 0..<rowCount {
      for lower in upper + 1..<max(upper + 1, rowCount) {
        let value = Float(values[(rowCount - 1 - lower) % values.count][lower - upper])
        pairs[upper * (rowCount + 1) + lower] = value
        pairs[lower * (rowCount + 1) + upper] = value
      }
    }
    return pairs
  }

  private func keep<T: BitwiseCopyable>(_ values: [T]) -> UnsafePointer<T> {
    let copy = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    copy.initialize(from: values, count: values.count)
    memory.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }
}
