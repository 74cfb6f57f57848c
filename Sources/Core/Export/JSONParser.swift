/// Reads JSON by the letter of RFC 8259, keeping the order of keys and the difference between 1 and 1.0.
///
/// Foundation's decoder keeps neither, and it names no line. What is refused beyond the RFC: a key twice in one object,
/// nesting deeper than 64.
struct JSONParser {
  private static let maximumDepth = 64
  private static let digitBytes = UInt8(ascii: "0")...UInt8(ascii: "9")

  private let bytes: [UInt8]
  private let file: String
  private var position = 0

  /// The value that the bytes are.
  ///
  /// - Throws: `DataError` with file and line.
  static func parse(_ bytes: [UInt8], file: String) throws(DataError) -> OrderedJSON {
    var parser = JSONParser(bytes: bytes, file: file)
    guard !TextQuoting.isUTF16(bytes) else { throw parser.error("UTF-16 instead of UTF-8") }
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error("more text after the value") }
    return value
  }

  private init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  private func error(_ reason: String) -> DataError {
    let line = bytes[..<min(position, bytes.count)].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    return DataError(file: file, line: line, reason: "no JSON: \(reason)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skip(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) throws(DataError) -> OrderedJSON {
    guard depth <= Self.maximumDepth else { throw error("nested deeper than \(Self.maximumDepth)") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case let byte? where byte == UInt8(ascii: "-") || Self.digitBytes.contains(byte): return try number()
    default:
      if skip(word: "null") { return .null }
      if skip(word: "true") { return .boolean(true) }
      if skip(word: "false") { return .boolean(false) }
      throw error(next == nil ? "it ends too early" : "found \(TextQuoting.quote(bytes[position...].prefix(1)))")
    }
  }

  private mutating func object(depth: Int) throws(DataError) -> OrderedJSON {
    position += 1
    var members: [OrderedJSON.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if skip("}") { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a key in quotes is missing") }
      let key = try string()
      guard keys.insert(key).inserted else { throw error("the key \(TextQuoting.quote(Array(key.utf8))) twice") }
      skipSpace()
      guard skip(":") else { throw error("':' is missing after a key") }
      members.append(OrderedJSON.Member(key, try value(depth: depth + 1)))
      skipSpace()
      if skip("}") { return .object(members) }
      guard skip(",") else { throw error("',' or '}' is missing") }
    }
  }

  private mutating func array(depth: Int) throws(DataError) -> OrderedJSON {
    position += 1
    var values: [OrderedJSON] = []
    skipSpace()
    if skip("]") { return .array([]) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if skip("]") { return .array(values) }
      guard skip(",") else { throw error("',' or ']' is missing") }
    }
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, Self.digitBytes.contains(byte) { position += 1 }
    return position - start
  }

  private mutating func number() throws(DataError) -> OrderedJSON {
    let start = position
    var isInteger = true
    _ = skip("-")
    let hasLeadingZero = next == UInt8(ascii: "0")
    let count = digits()
    guard count > 0, !hasLeadingZero || count == 1 else { throw error("a malformed number") }
    if skip(".") {
      isInteger = false
      guard digits() > 0 else { throw error("a malformed number") }
    }
    if skip("e") || skip("E") {
      isInteger = false
      if !skip("+") { _ = skip("-") }
      guard digits() > 0 else { throw error("a malformed number") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    if isInteger, let value = UInt64(text) { return .unsigned(value) }
    guard let value = Double(text), value.isFinite else { throw error("a number too large") }
    return .number(value)
  }

  private mutating func string() throws(DataError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else { throw error("text that is not UTF-8") }
        return result
      case UInt8(ascii: "\\"): text += String(try escape()).utf8
      case 0..<0x20: throw error("a control character in text")
      default: text.append(byte)
      }
    }
    throw error("text without an end")
  }

  private mutating func escape() throws(DataError) -> Unicode.Scalar {
    let plain: [UInt8: Unicode.Scalar] = [
      0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x62: "\u{8}", 0x66: "\u{C}", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
    ]
    if let byte = next, let scalar = plain[byte] {
      position += 1
      return scalar
    }
    guard skip("u") else { throw error("an unknown escape in text") }
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // Beyond the basic plane: a high and a low surrogate.
    guard first < 0xDC00, skip("\\"), skip("u") else { throw error("half a surrogate pair in text") }
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw error("half a surrogate pair in text") }
    return scalar
  }

  private mutating func codeUnit() throws(DataError) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4, !text.hasPrefix("+"), !text.hasPrefix("-"), let unit = UInt16(text, radix: 16) else {
      throw error("a malformed escape in text")
    }
    position += 4
    return unit
  }
}
