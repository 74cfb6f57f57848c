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
  private let features: [ck_feature]
  private let compiler: FeatureCompiler

  /// - Parameter mostCells: the most cells that a column of these rolls can have.
  init(rules: WeightedRules, rowCount: Int, stepCount: Int, mostCells: Int, kernels: Kernels) {
    self.kernels = kernels
    compiler = FeatureCompiler(rowCount: rowCount, mostCells: mostCells)
    var features: [ck_feature] = []
    for entry in rules.entries {
      let fast = entry.rule.fastScore(rowCount: rowCount, stepCount: stepCount)
      let first = features.count
      for feature in fast?.features ?? [] {
        features.append(compiler.compile(feature))
      }
      terms.append(Term(entry, features: first..<features.count, formula: fast?.formula))
    }
    self.features = features
  }

  /// Writes the totals of the batch's first `count` rolls; `totals` has room for whole groups of eight.
  ///
  /// - Parameter counted: what has counted some of it in the same rolls, for the same rules.
  func score(
    _ batch: RollBatch, count: Int, totals: UnsafeMutableBufferPointer<Double>, counted: RollShares? = nil
  ) {
    let size = RollBatch.groupSize
    for group in 0..<(count + size - 1) / size {
      var rolls = ck_rolls(
        columns: UnsafeRawPointer(batch.group(group)), rows: Int32(batch.rowCount), steps: Int32(batch.stepCount),
        words: Int32(batch.wordsPerColumn))
      // In the order of `ScoreBreakdown.total`, so that nothing is rounded differently.
      var sum = SIMD8<Double>(repeating: 0)
      for (index, term) in terms.enumerated() {
        let score =
          if let formula = term.formula, let counts = counted?.counts(entry: index, group: group) {
            formula(counts)
          } else {
            raw(term, &rolls, batch, group: group, last: count - group * size)
          }
        sum += SIMD8(repeating: term.coefficient) * score
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
}
