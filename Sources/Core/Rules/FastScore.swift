internal import CKernels

/// A rule's score as a formula over something countable: the form in which the training's kernels score eight rolls at
/// once, thousands of times faster than `Rule.score` does.
///
/// The formula is in the rule's own file, beside `score`, and has to give the same bits.
public struct FastScore: Sendable {
  /// What is counted; the counts of several features add up.
  let features: [RollFeature]
  /// The raw scores of eight rolls, from their counts.
  let formula: @Sendable (SIMD8<Double>) -> SIMD8<Double>
  /// How the formula follows a change of the count: then the kernels know what every draw changed, too.
  let shape: Shape?

  /// A score as a function of its count.
  enum Shape: Sendable, Hashable {
    /// Proportional to it, apart from a constant.
    case linear(slope: Double)
    /// min(1, count / limit).
    case ramp(limit: Double)
  }

  /// A formula over one count.
  init(
    _ feature: RollFeature, shape: Shape? = nil, formula: @escaping @Sendable (SIMD8<Double>) -> SIMD8<Double>
  ) {
    self.init([feature], shape: shape, formula: formula)
  }

  /// A formula over a sum of counts; only `pairs` can be added up.
  init(
    _ features: [RollFeature], shape: Shape? = nil, formula: @escaping @Sendable (SIMD8<Double>) -> SIMD8<Double>
  ) {
    self.features = features
    self.shape = shape
    self.formula = formula
  }
}

/// What the kernels can count in a roll. Rows are one bit a row, laid out like a column of `PianoRoll.words`.
enum RollFeature: Sendable {
  /// Cells in these rows.
  case cells(rows: [UInt64])
  /// Cells whose row sounded in all `window` columns before, too.
  case heldCells(window: Int)
  /// Cells whose row was silent in the column before, near a cell of the `window` columns before.
  case stepwiseOnsets(window: Int, shifts: [Shift])
  /// Columns but the first whose changes, summed from the top, reach exactly +1 and exactly -1.
  case contraryColumns
  /// The sum over columns of the difference between their number of cells and this one.
  case deviation(cells: Int)
  /// The smallest number, over shifts 1...window, of cells that were off that many columns before.
  case newCells(window: Int)
  /// Columns whose lowest cell lies in these rows.
  case lowestCell(rows: [UInt64])
  /// The sum of values[lower][interval] over pairs of cells `distance` columns apart, by the rows between them and the
  /// lower one's row from the bottom modulo the number of lists; same rows do not count. At most `mostPairValues`.
  case pairs(distance: Int, values: [[Double]])

  /// What the kernels have room for.
  static let mostPairValues = Int(CK_MOST_PAIR_VALUES)

  /// Nearness: each of `rows` is near the row that lies `difference` rows below it.
  struct Shift: Sendable {
    var rows: [UInt64]
    var difference: Int
  }
}
