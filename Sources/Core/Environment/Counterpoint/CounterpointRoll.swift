/// All lines of a task as a piano roll: rows are semitones, the highest first, columns are steps.
///
/// It reaches from the lowest pitch of the melody or the range to the highest. Notes of the composed line outside these
/// rows are not in it. A repeated note looks like a held one.
public struct CounterpointRoll: Sendable {
  /// The lowest key with a row.
  public let lowestKey: Int
  /// Rows.
  public let rowCount: Int
  /// One a step; bit k is the key `lowestKey` + k.
  private(set) var columns: [UInt128]

  /// The roll of a line, finished or not.
  public init(_ line: CounterpointLine) {
    self.init(line.task)
    for note in line.notes {
      let row = line.task.key(note.position) - lowestKey
      guard (0..<rowCount).contains(row) else { continue }
      for step in note.onset..<note.end { columns[step] |= 1 << UInt128(row) }
    }
  }

  /// The roll of what is given.
  init(_ task: CounterpointTask) {
    let given = [task.melodyKeys] + task.companionKeys
    let keys = given.joined().filter { $0 >= 0 }
    let lowest = min(keys.min() ?? 127, task.key(task.range.lowerBound))
    let highest = max(keys.max() ?? 0, task.key(task.range.upperBound))
    var columns = Array(repeating: UInt128(0), count: task.stepCount)
    for line in given {
      for (step, key) in line.enumerated() where key >= 0 { columns[step] |= 1 << UInt128(key - lowest) }
    }
    self.columns = columns
    lowestKey = lowest
    rowCount = highest - lowest + 1
  }

  /// Whether a cell is on; row 0 is the highest.
  public subscript(row: Int, step: Int) -> Bool { columns[step] >> UInt128(rowCount - 1 - row) & 1 == 1 }

  /// Rows of zeros and ones, the highest first.
  public var rowTexts: [String] {
    (0..<rowCount).map { row in String(columns.indices.map { self[row, $0] ? "1" : "0" }) }
  }
}
