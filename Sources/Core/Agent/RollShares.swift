internal import CKernels

/// What every draw of a block of rolls contributed to the weighted rules.
///
/// The kernels know it of rules whose `FastScore` has a shape; other rules are asked roll by roll (`Rule.shares`), and
/// those that are credited at the end contribute nothing here: a learner sees what the shares do not add up to. Owned by
/// one thread.
final class RollShares {
  private struct Term {
    var feature: ck_feature
    var factor: Float
    var limit: Float
  }

  private let kernels: Kernels
  private let compiler: FeatureCompiler
  private var terms: [Term] = []
  private var slow: [WeightedRules.Entry] = []

  init(rules: WeightedRules, rowCount: Int, stepCount: Int, mostCells: Int, kernels: Kernels) {
    self.kernels = kernels
    compiler = FeatureCompiler(rowCount: rowCount, mostCells: mostCells)
    for entry in rules.entries where entry.rule.credit == .eachDraw {
      guard let fast = entry.rule.fastScore(rowCount: rowCount, stepCount: stepCount), let shape = fast.shape else {
        slow.append(entry)
        continue
      }
      for feature in fast.features {
        switch shape {
        case .linear(let slope):
          terms.append(
            Term(feature: compiler.compile(feature), factor: Float(entry.coefficient * slope), limit: 0))
        case .ramp(let limit):
          terms.append(
            Term(feature: compiler.compile(feature), factor: Float(entry.coefficient), limit: Float(limit)))
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
      for var term in terms {
        kernels.path.pointee.share(
          &term.feature, &rolls, cells + first, Int32(draws), term.factor, term.limit, shares + first)
      }
    }
    for entry in slow {
      for episode in 0..<count { add(entry, batch, episode: episode, cells: cells, draws: draws, to: shares) }
    }
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
