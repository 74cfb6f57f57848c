/// What part of a file a request asks for, so that a browser can seek in a piece (RFC 9110, section 14).
///
/// Only one range of bytes is looked at; of several, or of what is no range, the whole file is the answer, as the
/// standard allows.
enum ByteRange: Hashable {
  case whole
  case part(Range<Int>)
  /// Nothing of it is in the file.
  case unsatisfiable

  /// - Parameters:
  ///   - header: `bytes=0-499`, `bytes=500-`, `bytes=-500`; nil if there is none.
  ///   - size: Bytes of the file.
  init(_ header: String?, of size: Int) {
    guard let header, header.prefix(6).lowercased() == "bytes=" else {
      self = .whole
      return
    }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = End(ends[0]), let last = End(ends[1]) else {
      self = .whole
      return
    }
    let range: Range<Int>
    switch (first.number, last.number) {
    case (nil, nil):
      self = .whole
      return
    case (nil, let length?): range = max(0, size - length)..<size
    case (let start?, nil): range = min(start, size)..<size
    case (let start?, let end?):
      guard start <= end else {
        self = .whole
        return
      }
      range = min(start, size)..<max(min(start, size), min(end, size - 1) + 1)
    }
    let part = range.clamped(to: 0..<size)
    self = part.isEmpty ? .unsatisfiable : .part(part)
  }

  /// One end: digits, or nothing.
  private struct End {
    var number: Int?

    /// nil for what is neither. What no file has is the largest number.
    init?(_ text: Substring) {
      let digits = text.filter { $0 != " " && $0 != "\t" }
      guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
      number = digits.isEmpty ? nil : Int(digits) ?? .max
    }
  }
}
