/// A scalar as the file wrote it, and what it means.
///
/// Numbers are those on which YAML 1.1 (what the original's loader reads) and 1.2 agree, with the exponent form `1e3` of
/// 1.2 and the `1_000` of 1.1. Where the two disagree (`010`, `1:30`) it is no number, so nothing is misread silently.
struct YAMLScalar: Sendable, Hashable {
  var text: String
  /// Written without quotes: only then it can be a number, a truth value or nothing.
  var isPlain: Bool

  /// Nothing at all: an empty value, `~` or `null`.
  var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }

  /// `true` and `false`, and YAML 1.1's `yes`, `no`, `on`, `off`.
  var boolean: Bool? {
    guard isPlain else { return nil }
    return switch text.lowercased() {
    case "true", "yes", "on": true
    case "false", "no", "off": false
    default: nil
    }
  }

  /// An integer: decimal, or with the prefix 0x, 0o or 0b. nil for anything else and for what 64 bits cannot hold.
  var integer: Int? {
    guard isPlain, let (sign, digits) = signAndDigits else { return nil }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      let rest = digits.dropFirst(2)
      return rest.first?.isHexDigit == true ? Int(sign + rest, radix: radix) : nil
    }
    guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), !hasLeadingZero(digits) else {
      return nil
    }
    return Int(sign + digits)
  }

  /// A finite number: an integer, a decimal fraction, or either with an exponent.
  var number: Double? {
    if let integer { return Double(integer) }
    guard isPlain, let (sign, digits) = signAndDigits, !hasLeadingZero(digits),
      digits.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), digits.utf8.contains(where: isDigit),
      let number = Double(sign + digits), number.isFinite
    else { return nil }
    return number
  }

  /// The sign as `Int(_:)` wants it, and the rest without the underscores between digits; nil without a digit.
  private var signAndDigits: (String, String)? {
    var rest = Substring(text)
    var sign = ""
    if let first = rest.first, first == "-" || first == "+" {
      if first == "-" { sign = "-" }
      rest.removeFirst()
    }
    guard let first = rest.first, first.isASCII, first.isNumber || first == ".", rest.last != "_",
      !rest.contains("__")
    else { return nil }
    return (sign, rest.filter { $0 != "_" })
  }

  /// `010` is 8 to YAML 1.1 and 10 to YAML 1.2.
  private func hasLeadingZero(_ digits: String) -> Bool {
    let bytes = Array(digits.utf8.prefix(2))
    return bytes.count == 2 && bytes[0] == UInt8(ascii: "0") && isDigit(bytes[1])
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// What an error says was found: cut and made printable; quoted text says that it is text.
  var description: String {
    if isNull { return "nothing" }
    let quoted = TextQuoting.quote(Array(text.utf8), limit: 60)
    return isPlain ? quoted : "the text \(quoted)"
  }
}
