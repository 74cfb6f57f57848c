/// A piano roll: rows of pitches by columns of steps, each cell on or off.
///
/// Row 0 is the highest pitch, the last row the lowest. A column is a step. Kept as one bit mask a column, because the
/// rules read columns: bit `row % 64` of word `row / 64`.
public struct PianoRoll: Sendable, Hashable {
  /// The largest size that is accepted anywhere.
  public static let maximumRowCount = 256
  /// The largest number of columns that is accepted anywhere.
  public static let maximumStepCount = 4096

  /// Number of rows (pitches), 1...256.
  public let rowCount: Int
  /// Number of columns (steps), 1...4096.
  public let stepCount: Int
  /// Words a column takes.
  public let wordsPerColumn: Int
  /// The columns one after another, `wordsPerColumn` words each. Bits at and above `rowCount` are 0.
  public private(set) var words: [UInt64]

  /// An empty roll.
  ///
  /// - Precondition: both sizes lie in the ranges above.
  public init(rowCount: Int, stepCount: Int) {
    precondition((1...Self.maximumRowCount).contains(rowCount) && (1...Self.maximumStepCount).contains(stepCount))
    self.rowCount = rowCount
    self.stepCount = stepCount
    wordsPerColumn = (rowCount + 63) / 64
    words = Array(repeating: 0, count: wordsPerColumn * stepCount)
  }

  /// A roll of these words, laid out like `words`.
  ///
  /// - Precondition: as many as the size asks for, no bits at and above `rowCount`.
  init(rowCount: Int, stepCount: Int, words: [UInt64]) {
    self.init(rowCount: rowCount, stepCount: stepCount)
    precondition(words.count == self.words.count)
    self.words = words
  }

  /// Whether the cell is on.
  public subscript(row: Int, step: Int) -> Bool {
    get {
      precondition((0..<rowCount).contains(row) && (0..<stepCount).contains(step))
      return words[step * wordsPerColumn + row / 64] >> UInt64(row % 64) & 1 == 1
    }
    set {
      precondition((0..<rowCount).contains(row) && (0..<stepCount).contains(step))
      let bit: UInt64 = 1 << UInt64(row % 64)
      if newValue {
        words[step * wordsPerColumn + row / 64] |= bit
      } else {
        words[step * wordsPerColumn + row / 64] &= ~bit
      }
    }
  }

  /// The words of one column.
  public func column(_ step: Int) -> ArraySlice<UInt64> {
    words[step * wordsPerColumn..<(step + 1) * wordsPerColumn]
  }

  /// Number of cells that are on.
  public var cellCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The rows as text of 0 and 1, highest pitch first: the form of the tests' data.
  public var rowTexts: [String] {
    (0..<rowCount).map { row in String((0..<stepCount).map { self[row, $0] ? "1" : "0" as Character }) }
  }

  /// Rows as text of 0 and 1, highest pitch first.
  ///
  /// - Returns: nil if the rows are ragged, hold anything else, or the size is out of range.
  public init?(rowTexts: [String]) {
    guard let first = rowTexts.first, (1...Self.maximumRowCount).contains(rowTexts.count),
      (1...Self.maximumStepCount).contains(first.utf8.count)
    else { return nil }
    self.init(rowCount: rowTexts.count, stepCount: first.utf8.count)
    for (row, text) in rowTexts.enumerated() {
      guard text.utf8.count == stepCount else { return nil }
      for (step, cell) in text.utf8.enumerated() {
        guard cell == UInt8(ascii: "0") || cell == UInt8(ascii: "1") else { return nil }
        if cell == UInt8(ascii: "1") { self[row, step] = true }
      }
    }
  }
}

extension PianoRoll {
  /// The maximal runs of cells as notes of a part, in order of onset, at one onset the lowest first, then the shorter.
  /// The last row is degree 0.
  func runs(velocity: Int) -> [PartNote] {
    var notes: [PartNote] = []
    for row in 0..<rowCount {
      var onset: Int?
      for step in 0...stepCount {
        let isOn = step < stepCount && self[row, step]
        if isOn, onset == nil {
          onset = step
        } else if !isOn, let start = onset {
          notes.append(
            PartNote(onset: start, duration: step - start, degree: rowCount - 1 - row, velocity: velocity))
          onset = nil
        }
      }
    }
    return notes.sorted { ($0.onset, $0.degree, $0.duration) < ($1.onset, $1.degree, $1.duration) }
  }

  /// The first columns, at least one.
  func prefix(steps: Int) -> PianoRoll {
    let count = min(stepCount, max(1, steps))
    return PianoRoll(rowCount: rowCount, stepCount: count, words: Array(words.prefix(count * wordsPerColumn)))
  }
}
