import Foundation

/// The lines of a Scala file that are not comments, each with its number, taken one after another.
struct ScalaLines {
  /// One line without its end.
  struct Line {
    let number: Int
    let text: Substring

    /// The first word; where a number stands, whatever follows it is a remark.
    var firstWord: Substring? { text.split(whereSeparator: ScalaPitch.isBlank).first }
  }

  private let file: String
  private let lines: [Line]
  /// The comments, without their `!`: programs keep what they add to the format there.
  let comments: [Line]
  private let lineCount: Int
  private var position = 0

  /// The largest file that is accepted; the format allows such a limit.
  static let byteLimit = 1 << 20

  /// Reads a file whole; `content` is what it should be.
  ///
  /// - Throws: `FileError` if there is none, `DataError` if it is no regular file or too large.
  static func read(_ path: String, as content: String) throws -> [UInt8] {
    try InputFile.read(path, limit: byteLimit, as: content, .named)
  }

  /// Splits a file's bytes: 8-bit characters, lines ended by LF, CRLF or CR, comments beginning with `!` left out. A
  /// byte order mark, which some editors put first, is no part of the first line; a Ctrl-Z alone on the last line is the
  /// end of an old file.
  init(bytes: some Collection<UInt8>, file: String) throws(DataError) {
    guard bytes.count <= Self.byteLimit else {
      throw DataError(file: file, reason: "larger than \(Self.byteLimit) bytes")
    }
    self.file = file
    guard !TextQuoting.isUTF16(bytes) else {
      throw DataError(file: file, line: 1, reason: "UTF-16; a Scala file has characters of 8 bits, or UTF-8")
    }
    let marked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let text = String(validating: bytes.dropFirst(marked ? 3 : 0), as: UTF8.self) ?? String(latin1: bytes)
    // CRLF is one Character in Swift, so it separates as one.
    var all = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    if all.last?.isEmpty == true { all.removeLast() }
    if all.last?.trimmed == "\u{1A}" { all.removeLast() }
    lineCount = all.count
    let numbered = all.enumerated().map { Line(number: $0 + 1, text: $1) }
    lines = numbered.filter { !$0.text.hasPrefix("!") }
    comments = numbered.filter { $0.text.hasPrefix("!") }.map { Line(number: $0.number, text: $0.text.dropFirst()) }
  }

  /// The next line.
  ///
  /// - Throws: a `DataError` about the end of the file, naming what is missing.
  mutating func next(_ what: String) throws(DataError) -> Line {
    guard position < lines.count else {
      throw DataError(file: file, line: max(1, lineCount), reason: "the file ends before \(what)")
    }
    position += 1
    return lines[position - 1]
  }

  /// The next line if there is one with something in it; blank lines at the end do not count.
  mutating func nextIfAny() -> Line? {
    guard position < lines.count,
      lines[position...].contains(where: { !$0.text.allSatisfy(ScalaPitch.isBlank) })
    else { return nil }
    position += 1
    return lines[position - 1]
  }

  /// An error about a line, quoting what is there.
  func error(_ line: Line, _ reason: String) -> DataError {
    let text = line.text.drop(while: ScalaPitch.isBlank)
    let quoted = text.isEmpty ? "an empty line" : TextQuoting.quote(Array(text.utf8))
    return DataError(file: file, line: line.number, reason: "\(reason): found \(quoted)")
  }
}

extension String {
  /// Bytes of ISO 8859-1, each of which is its own Unicode scalar.
  init(latin1 bytes: some Sequence<UInt8>) {
    self = ""
    unicodeScalars.append(contentsOf: bytes.map { Unicode.Scalar($0) })
  }
}
