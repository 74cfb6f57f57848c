/// A roll as it was drawn: cell after cell.
public struct RollDraws: Sendable, Hashable {
  /// One draw: a cell that is set. Setting a cell that is on already changes nothing.
  public struct Draw: Sendable, Hashable {
    /// Row of the cell, 0 being the highest.
    public var row: Int
    /// Column of the cell.
    public var step: Int

    /// A draw of this cell.
    public init(row: Int, step: Int) {
      self.row = row
      self.step = step
    }
  }

  /// Rows of the roll.
  public var rowCount: Int
  /// Columns of the roll.
  public var stepCount: Int
  /// In the order in which they were drawn.
  public var draws: [Draw]

  /// Draws on an empty roll of this size.
  public init(rowCount: Int, stepCount: Int, draws: [Draw]) {
    self.rowCount = rowCount
    self.stepCount = stepCount
    self.draws = draws
  }

  /// A roll drawn column by column, from the top down.
  public init(_ roll: PianoRoll) {
    let cells = (0..<roll.stepCount).flatMap { step in
      (0..<roll.rowCount).filter { roll[$0, step] }.map { Draw(row: $0, step: step) }
    }
    self.init(rowCount: roll.rowCount, stepCount: roll.stepCount, draws: cells)
  }

  /// The finished roll.
  public var roll: PianoRoll { prefix(draws.count) }

  /// The roll at its full length after the first so many draws.
  public func prefix(_ count: Int) -> PianoRoll {
    var roll = PianoRoll(rowCount: rowCount, stepCount: stepCount)
    for draw in draws.prefix(count) { roll[draw.row, draw.step] = true }
    return roll
  }
}

/// Which draws a rule's score is credited to.
public enum Credit: Sendable {
  /// Every draw has what it changed: the score of the roll after it minus the score before it, the roll being at its full
  /// length with the rest empty.
  case eachDraw
  /// The last draw has everything: nothing is said of the others. A learner then credits all draws alike.
  case end
}

extension Rule {
  /// What each draw contributed to the score, in the draws' order; together the score of the finished roll minus that of
  /// the empty one.
  public func shares(of draws: RollDraws) -> [Double] {
    var shares = [Double](repeating: 0, count: draws.draws.count)
    var roll = PianoRoll(rowCount: draws.rowCount, stepCount: draws.stepCount)
    var before = score(roll)
    for (index, draw) in draws.draws.enumerated() {
      guard !roll[draw.row, draw.step] || index == draws.draws.count - 1 else { continue }
      roll[draw.row, draw.step] = true
      guard credit == .eachDraw || index == draws.draws.count - 1 else { continue }
      let after = score(roll)
      shares[index] = after - before
      before = after
    }
    return shares
  }
}
