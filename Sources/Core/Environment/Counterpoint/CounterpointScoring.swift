import CKernels

/// The measures of finished lines in the kernels' form, for one table.
///
/// - Note: `@unchecked Sendable`: nothing in it changes after `init`.
final class CounterpointScoring: @unchecked Sendable {
  let scoring: UnsafeMutablePointer<ck_counterpoint_scoring>
  /// The sum of the coefficients' sizes: what temperatures are relative to.
  let scale: Double
  private let places: UnsafeMutablePointer<UInt16>
  private let sizes: UnsafeMutablePointer<UInt16>
  private let numbers: UnsafeMutablePointer<Double>
  private let columns: UnsafeMutablePointer<UInt64>
  private let rows: UnsafeMutablePointer<Int16>

  init(_ scores: CounterpointScores, table: CounterpointTable, isCrossingForbidden: Bool) {
    let task = table.task
    let parameters = scores.parameters
    scale = max(1e-9, parameters.weights.reduce(0) { $0 + abs($1) } / 5)
    let given = [task.melodyKeys] + task.companionKeys
    let fragments = LoopedFragments.sizes(
      parameters.loopSizes.least, parameters.loopSizes.most, steps: task.stepCount)
    // Where no line can be mistaken for another, columns are equal if and only if every line is.
    let isSeparate = isCrossingForbidden && Self.endsAreBeyond(task)
    let loops = isSeparate ? Self.loops(given, fragments) : []
    places = .allocate(capacity: max(1, loops.count))
    sizes = .allocate(capacity: max(1, loops.count))
    for (index, loop) in loops.enumerated() { (places[index], sizes[index]) = (UInt16(loop.place), UInt16(loop.size)) }
    columns = .allocate(capacity: 2 * task.stepCount)
    rows = .allocate(capacity: task.scale.keys.count)
    let roll = CounterpointRoll(task)
    for (step, column) in roll.columns.enumerated() {
      columns[2 * step] = UInt64(truncatingIfNeeded: column)
      columns[2 * step + 1] = UInt64(truncatingIfNeeded: column >> 64)
    }
    for (position, key) in task.scale.keys.enumerated() {
      let row = key - roll.lowestKey
      rows[position] = (0..<roll.rowCount).contains(row) ? Int16(row) : -1
    }
    let penalties = parameters.widthPenalties
    let rewards = parameters.skipRewards
    let logCount = Int(CK_STEPS) + 1
    numbers = .allocate(capacity: 2 * logCount + penalties.count + rewards.count)
    let (nLogN, logN) = (numbers, numbers + logCount)
    for n in 0..<logCount {
      logN[n] = n > 0 ? PositionEntropy.logarithm(Double(n)) : 0
      nLogN[n] = Double(n) * logN[n]
    }
    let penaltyTable = logN + logCount
    for (index, value) in (penalties + rewards).enumerated() { penaltyTable[index] = value }
    scoring = .allocate(capacity: 1)
    let weights = parameters.weights
    scoring.initialize(
      to: ck_counterpoint_scoring(
        weights: (weights[0], weights[1], weights[2], weights[3], weights[4]), loop_count: Int32(loops.count),
        loop_place: places, loop_size: sizes, columns: isSeparate ? nil : UnsafePointer(columns), rows: rows,
        least_size: Int32(fragments.lowerBound), most_size: Int32(fragments.upperBound) - 1,
        window: Int32(parameters.windowSize), width_count: Int32(penalties.count), reward_count: Int32(rewards.count),
        penalties: penaltyTable, rewards: penaltyTable + penalties.count, shortage: parameters.climax.shortage,
        duplication: parameters.climax.duplication, n_log_n: nLogN, log_n: logN,
        entropy_scale: 1 / PositionEntropy.logarithm(Double(task.range.count))))
  }

  deinit {
    for pointer in [places, sizes] { pointer.deallocate() }
    numbers.deallocate()
    columns.deallocate()
    rows.deallocate()
    scoring.deallocate()
  }

  /// A finished line's score.
  func score(_ line: LineBuffer, on table: CounterpointTable) -> Double {
    ck_counterpoint_score(table.table, scoring, line.line, nil)
  }

  /// Whether the given first and last note lie beyond all given notes that sound with them, as all others have to, and
  /// no rest can be taken for another.
  private static func endsAreBeyond(_ task: CounterpointTask) -> Bool {
    if task.startPause > 0, task.melodyKeys.contains(-1) { return false }
    let ends = [(task.start, task.startPause..<8), (task.end, task.lastOnset..<task.stepCount)]
    return ends.allSatisfy { position, steps in
      let key = task.key(position)
      // Its own row: notes outside the roll's rows are not in it.
      guard task.range.contains(position) else { return false }
      return ([task.melodyKeys] + task.companionKeys).allSatisfy { line in
        steps.allSatisfy { line[$0] < 0 || (task.isAbove ? key > line[$0] : key < line[$0]) }
      }
    }
  }

  /// Where the given lines repeat themselves.
  private static func loops(_ given: [[Int]], _ sizes: Range<Int>) -> [(place: Int, size: Int)] {
    let steps = given[0].count
    var loops: [(place: Int, size: Int)] = []
    for size in sizes {
      var run = 0
      for step in 0..<steps - size {
        run = given.allSatisfy { $0[step] == $0[step + size] } ? run + 1 : 0
        let place = step - size + 1
        if run >= size, place <= min(steps - 2 * size, steps - 9) { loops.append((place, size)) }
      }
    }
    return loops
  }
}
