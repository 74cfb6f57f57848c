/// A value of the effective configuration: what was read, or the default that stood in.
indirect enum EffectiveValue: Sendable, Hashable {
  /// A scalar as YAML text, quoted where it has to be.
  case scalar(String)
  case list([EffectiveValue])
  case mapping([Entry])
  /// A mapping with free keys that the file has: it replaces the default's keys instead of joining them.
  case table([Entry])

  /// A key of a mapping with its value.
  struct Entry: Sendable, Hashable {
    var key: String
    var value: EffectiveValue
  }

  /// No value: what `null` is.
  static let null = EffectiveValue.scalar("null")

  static func integer(_ value: Int) -> Self { .scalar(String(value)) }

  /// A number; without a fraction it is written as an integer, so that 1 and 1.0 are one configuration.
  static func number(_ value: Double) -> Self {
    .scalar(Int(exactly: value).map { abs($0) < 1 << 53 ? String($0) : "\(value)" } ?? "\(value)")
  }

  static func boolean(_ value: Bool) -> Self { .scalar(value ? "true" : "false") }

  static func text(_ text: String) -> Self { .scalar(Self.quoted(text)) }

  /// A scalar or a list.
  var isPlain: Bool {
    switch self {
    case .scalar, .list: true
    case .mapping, .table: false
    }
  }

  /// The value on one line (YAML's flow style).
  var flow: String {
    switch self {
    case .scalar(let text): text
    case .list(let values): "[" + values.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let entries), .table(let entries):
      "{" + entries.map { Self.quoted($0.key) + ": " + $0.value.flow }.joined(separator: ", ") + "}"
    }
  }

  /// Text as YAML reads it back: plain if it is a simple word, a name or a path, else in double quotes.
  static func quoted(_ text: String) -> String {
    let scalar = YAMLScalar(text: text, isPlain: true)
    let isInteger = scalar.integer != nil
    let isWord =
      text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "_./#+".utf8.contains(byte)
      } && text.utf8.first != UInt8(ascii: "#")
    if isInteger || (isWord && !scalar.isNull && scalar.boolean == nil && scalar.number == nil) { return text }
    var result = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where !isPrintable(character):
        let hexadecimal = String(character.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - hexadecimal.count) + hexadecimal
      default: result.unicodeScalars.append(character)
      }
    }
    return result + "\""
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}
