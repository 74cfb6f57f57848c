internal import CKernels

/// What every draw of a block of rolls contributed to the weighted rules.
///
/// The kernels know it of rules whose `FastScore` has a shape; other rules are asked roll by roll (`Rule.shares`), and
/// those that are credited at the end contribute nothing here: a learner sees what the shares do not add up to. What they
/// count on the way spares a `RollScorer` counting it again. Owned by one thread.
final class RollShares {
  private struct Term {
    var feature: ck_feature
    var factor: Float
    var limit: Float
    /// The entry among the rules.
    var entry: Int
  }

  private let kernels: Kernels
  private let compiler: FeatureCompiler
  private var terms: [Term] = []
  private var slow: [WeightedRules.Entry] = []
  /// Entries whose features are all counted exactly.
  private var isCounted: [Bool]
  /// Of every group of eight rolls, the counts of all entries.
  private var counts: [SIMD8<Double>]

  init(rules: WeightedRules, rowCount: Int, stepCount: Int, mostCells: Int, kernels: Kernels) {
    self.kernels = kernels
    compiler = FeatureCompiler(rowCount: rowCount, mostCells: mostCells)
    isCounted = Array(repeating: false, count: rules.entries.count)
    counts = Array(repeating: SIMD8(), count: rules.entries.count * (episodesPerBlock / RollBatch.groupSize))
    let mostPairs = Double(stepCount) * Double(mostCells) * Double(mostCells)
    for (index, entry) in rules.entries.enumerated() where entry.rule.credit == .eachDraw {
      guard let fast = entry.rule.fastScore(rowCount: rowCount, stepCount: stepCount), let shape = fast.shape else {
        slow.append(entry)
        continue
      }
      isCounted[index] = fast.features.allSatisfy { $0.sumsExactly(pairs: mostPairs) }
      for feature in fast.features {
        switch shape {
        case .linear(let slope):
          terms.append(
            Term(
              feature: compiler.compile(feature), factor: Float(entry.coefficient * slope), limit: 0,
              entry: index))
        case .ramp(let limit):
          terms.append(
            Term(
              feature: compiler.compile(feature), factor: Float(entry.coefficient), limit: Float(limit),
              entry: index))
        }
      }
    }
  }

  /// Writes the shares of the first `count` rolls of a batch, [column][draw][16]; `cells` are laid out like them, with
  /// `rowCount` for draws that changed nothing.
  func take(
    _ batch: RollBatch, count: Int, cells: UnsafePointer<Int32>, draws: Int, into shares: UnsafeMutablePointer<Float>
  ) {
    shares.update(repeating: 0, count: (batch.stepCount - 1) * draws * episodesPerBlock)
    for first in stride(from: 0, to: count, by: RollBatch.groupSize) {
      var rolls = ck_rolls(
        columns: UnsafeRawPointer(batch.group(first / RollBatch.groupSize)), rows: Int32(batch.rowCount),
        steps: Int32(batch.stepCount), words: Int32(batch.wordsPerColumn))
      let entries = isCounted.count
      counts.withUnsafeMutableBytes { counts in
        let counts = counts.assumingMemoryBound(to: Double.self)
        let group = first * entries
        for place in group..<group + RollBatch.groupSize * entries { counts[place] = 0 }
        guard let own = counts.baseAddress else { return }
        terms.withUnsafeBufferPointer { terms in
          for index in terms.indices {
            withUnsafePointer(to: terms[index].feature) { feature in
              kernels.path.pointee.share(
                feature, &rolls, cells + first, Int32(draws), terms[index].factor, terms[index].limit, shares + first,
                own + group + terms[index].entry * RollBatch.groupSize)
            }
          }
        }
      }
    }
    for entry in slow {
      for episode in 0..<count { add(entry, batch, episode: episode, cells: cells, draws: draws, to: shares) }
    }
  }

  /// What `take` has counted of an entry of the rules in a group of rolls; nil if it has to be counted.
  func counts(entry: Int, group: Int) -> SIMD8<Double>? {
    isCounted[entry] ? counts[group * isCounted.count + entry] : nil
  }

  private func add(
    _ entry: WeightedRules.Entry, _ batch: RollBatch, episode: Int, cells: UnsafePointer<Int32>, draws: Int,
    to shares: UnsafeMutablePointer<Float>
  ) {
    var drawn = RollDraws(rowCount: batch.rowCount, stepCount: batch.stepCount, draws: [])
    var places: [Int] = []
    for index in 0..<(batch.stepCount - 1) * draws {
      let row = Int(cells[index * episodesPerBlock + episode])
      guard row < batch.rowCount else { continue }
      drawn.draws.append(.init(row: row, step: index / draws))
      places.append(index)
    }
    for (place, share) in zip(places, entry.rule.shares(of: drawn)) {
      shares[place * episodesPerBlock + episode] += Float(entry.coefficient * share)
    }
  }
}

extension RollFeature {
  /// Whether a sum of so many pairs, or of cells, has no rounding as a float.
  fileprivate func sumsExactly(pairs: Double) -> Bool {
    guard case .pairs(_, let values) = self else { return true }
    return values.allSatisfy { list in
      list.allSatisfy { $0 == $0.rounded() && $0.magnitude * pairs < 16_777_216 }
    }
  }
}
