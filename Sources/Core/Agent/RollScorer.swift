internal import CKernels

/// Scores batches of rolls by the weighted rules: the same totals, bit for bit, as `WeightedRules.evaluate`.
///
/// A rule with a `FastScore` is counted by the kernels, eight rolls at once; any other is asked roll by roll. Owned by
/// one thread.
final class RollScorer {
  /// A class, so that going through the terms copies nothing.
  private final class Term {
    let rule: any Rule
    let coefficient: Double
    /// The kernels' features and the formula over their counts; nil for a rule without a fast form.
    let features: Range<Int>
    let formula: (@Sendable (SIMD8<Double>) -> SIMD8<Double>)?

    init(_ entry: WeightedRules.Entry, features: Range<Int>, formula: (@Sendable (SIMD8<Double>) -> SIMD8<Double>)?) {
      rule = entry.rule
      coefficient = entry.coefficient
      self.features = features
      self.formula = formula
    }
  }

  private let kernels: Kernels
  private var terms: [Term] = []
  private var features: [ck_feature] = []
  /// What the features point to.
  private var memory: [UnsafeMutableRawPointer] = []

  /// - Parameter mostCells: the most cells that a column of these rolls can have.
  init(rules: WeightedRules, rowCount: Int, stepCount: Int, mostCells: Int, kernels: Kernels) {
    self.kernels = kernels
    for entry in rules.entries {
      let fast = entry.rule.fastScore(rowCount: rowCount, stepCount: stepCount)
      let first = features.count
      for feature in fast?.features ?? [] {
        features.append(compile(feature, rowCount: rowCount, mostCells: mostCells))
      }
      terms.append(Term(entry, features: first..<features.count, formula: fast?.formula))
    }
  }

  deinit { for block in memory { block.deallocate() } }

  /// Writes the totals of the batch's first `count` rolls; `totals` has room for whole groups of eight.
  func score(_ batch: RollBatch, count: Int, totals: UnsafeMutableBufferPointer<Double>) {
    let size = RollBatch.groupSize
    for group in 0..<(count + size - 1) / size {
      var rolls = ck_rolls(
        columns: UnsafeRawPointer(batch.group(group)), rows: Int32(batch.rowCount), steps: Int32(batch.stepCount),
        words: Int32(batch.wordsPerColumn))
      // In the order of `ScoreBreakdown.total`, so that nothing is rounded differently.
      var sum = SIMD8<Double>(repeating: 0)
      for term in terms {
        sum += SIMD8(repeating: term.coefficient) * raw(term, &rolls, batch, group: group, last: count - group * size)
      }
      for lane in 0..<size { totals[group * size + lane] = sum[lane] }
    }
  }

  private func raw(_ term: Term, _ rolls: inout ck_rolls, _ batch: RollBatch, group: Int, last: Int) -> SIMD8<Double> {
    var counts = SIMD8<Double>(repeating: 0)
    guard let formula = term.formula else {
      for lane in 0..<min(last, RollBatch.groupSize) {
        counts[lane] = term.rule.score(batch[group * RollBatch.groupSize + lane])
      }
      return counts
    }
    withUnsafeMutableBytes(of: &counts) { counts in
      guard let out = counts.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
      features.withUnsafeBufferPointer { features in
        guard let first = features.baseAddress else { return }
        for index in term.features { kernels.path.pointee.count(first + index, &rolls, out) }
      }
    }
    return formula(counts)
  }

  private func compile(_ feature: RollFeature, rowCount: Int, mostCells: Int) -> ck_feature {
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
      compiled.masks = hasAllRows(shifts, rowCount: rowCount) ? nil : keep(shifts.flatMap(\.rows))
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
  private func hasAllRows(_ shifts: [RollFeature.Shift], rowCount: Int) -> Bool {
    shifts.allSatisfy { shift in
      shift.rows.reduce(0) { $0 + $1.nonzeroBitCount } == rowCount - abs(shift.difference)
    }
  }

  private func keep<T: BitwiseCopyable>(_ values: [T]) -> UnsafePointer<T> {
    let copy = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    copy.initialize(from: values, count: values.count)
    memory.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }
}
