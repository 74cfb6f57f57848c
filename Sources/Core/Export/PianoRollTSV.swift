/// Piano rolls as text: a line a row (the highest pitch first), cells `0` or `1`, tabs between them.
///
/// Written with `\n` after every line. Read more generously: a byte order mark, `\r\n`, one tab at the end of a line, a
/// missing last line break and blank lines at the end do no harm. Everything else is refused.
public enum PianoRollTSV {
  /// No file that holds a roll of the largest size, read generously, is larger than this many bytes.
  public static let maximumByteCount = PianoRoll.maximumRowCount * (2 * PianoRoll.maximumStepCount + 2) + 4096

  /// The roll as text.
  public static func text(_ roll: PianoRoll) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * roll.rowCount * roll.stepCount)
    for row in 0..<roll.rowCount {
      for step in 0..<roll.stepCount {
        bytes.append(roll[row, step] ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        bytes.append(step + 1 < roll.stepCount ? UInt8(ascii: "\t") : UInt8(ascii: "\n"))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a file, standard input (`-`) or a pipe; of the kind `.file` a regular file only.
  ///
  /// - Throws: `FileError` if there is no such file, `DataError` with file and line if it holds no roll.
  public static func read(_ path: String, _ kind: InputFile.Kind = .named) throws -> PianoRoll {
    try parse(
      InputFile.read(path, limit: maximumByteCount, as: "a piano roll", kind), file: InputFile.shown(path))
  }

  /// Reads the bytes of a file; `file` is its name for errors.
  public static func parse(_ bytes: [UInt8], file: String) throws(DataError) -> PianoRoll {
    guard !TextQuoting.isUTF16(bytes) else {
      throw DataError(file: file, line: 1, reason: "UTF-16; a piano roll is ASCII text")
    }
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes.dropFirst(0)
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(withoutLineEnd)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard !lines.isEmpty else { throw DataError(file: file, reason: "empty; a piano roll has at least one row") }
    guard lines.count <= PianoRoll.maximumRowCount else {
      throw DataError(
        file: file, line: PianoRoll.maximumRowCount + 1,
        reason: "\(lines.count) rows; a piano roll has at most \(PianoRoll.maximumRowCount)")
    }

    var rows: [[Bool]] = []
    for (index, line) in lines.enumerated() {
      let row = try cells(line, file: file, line: index + 1)
      if let first = rows.first, row.count != first.count {
        throw DataError(
          file: file, line: index + 1, reason: "\(count(row.count)), but the lines above have \(first.count)")
      }
      rows.append(row)
    }
    var roll = PianoRoll(rowCount: rows.count, stepCount: rows[0].count)
    for (row, cells) in rows.enumerated() {
      for (step, isOn) in cells.enumerated() where isOn { roll[row, step] = true }
    }
    return roll
  }

  private static func withoutLineEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = line
    if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
    if rest.last == UInt8(ascii: "\t") { rest.removeLast() }
    return rest
  }

  private static func cells(_ text: ArraySlice<UInt8>, file: String, line: Int) throws(DataError) -> [Bool] {
    guard !text.isEmpty else { throw DataError(file: file, line: line, reason: "a blank line between rows") }
    var row: [Bool] = []
    for cell in text.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false) {
      guard cell.count == 1, let digit = cell.first, digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1") else {
        let found = cell.isEmpty ? "nothing" : TextQuoting.quote(cell)
        throw DataError(
          file: file, line: line, reason: "cell \(row.count + 1): found \(found); allowed: 0 or 1, tabs between cells")
      }
      guard row.count < PianoRoll.maximumStepCount else {
        throw DataError(
          file: file, line: line,
          reason: "more than \(PianoRoll.maximumStepCount) cells in a row, the most there may be")
      }
      row.append(digit == UInt8(ascii: "1"))
    }
    return row
  }

  private static func count(_ cells: Int) -> String { cells == 1 ? "1 cell" : "\(cells) cells" }
}
