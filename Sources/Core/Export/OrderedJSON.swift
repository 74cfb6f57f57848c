/// JSON whose keys stay in the order they were given: the same value is the same bytes, and people read what matters
/// first.
public indirect enum OrderedJSON: Sendable, Hashable {
  /// `null`; also what a number becomes that JSON cannot write (infinite, not a number).
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// An integer.
  case integer(Int)
  /// An integer of 64 bits without sign: seeds. Beyond 2^53, where other readers round, it is written as text.
  case unsigned(UInt64)
  /// The shortest decimal that reads back as the same number.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([OrderedJSON])
  /// Keys and values, in this order.
  case object([Member])

  /// A key with its value.
  public struct Member: Sendable, Hashable {
    /// The key.
    public var key: String
    /// The value.
    public var value: OrderedJSON

    /// A member of these parts.
    public init(_ key: String, _ value: OrderedJSON) {
      self.key = key
      self.value = value
    }
  }

  /// On one line.
  public var text: String { text(indentation: nil) }

  /// On many lines, two spaces a level; lists without objects stay on one line. Ends with a line break.
  public var prettyText: String { text(indentation: "") + "\n" }

  private func text(indentation: String?) -> String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .unsigned(let value): value <= RandomSource.largestExactSeed ? String(value) : "\"\(value)\""
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quote(value)
    case .array(let values):
      if values.contains(where: \.isObject) {
        Self.list(
          values.map { $0.text(indentation: indentation.map { $0 + "  " }) }, open: "[", close: "]",
          indentation: indentation)
      } else {
        Self.list(values.map { $0.text(indentation: nil) }, open: "[", close: "]", indentation: nil)
      }
    case .object(let members):
      Self.list(
        members.map { "\(Self.quote($0.key)): \($0.value.text(indentation: indentation.map { $0 + "  " }))" },
        open: "{", close: "}", indentation: indentation)
    }
  }

  private var isObject: Bool {
    if case .object = self { true } else { false }
  }

  private static func list(_ items: [String], open: String, close: String, indentation: String?) -> String {
    guard let indentation, !items.isEmpty else { return open + items.joined(separator: ", ") + close }
    let lines = items.map { "\n\(indentation)  \($0)" }.joined(separator: ",")
    return "\(open)\(lines)\n\(indentation)\(close)"
  }

  private static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
