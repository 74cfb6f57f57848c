/// Foreign text made fit for a one-line message: nothing in it can break the line or drive the terminal.
public enum TextQuoting {
  /// The text with control characters and line breaks written as `\u{..}`.
  public static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether bytes begin as UTF-16 does, as some editors save text: with its byte order mark, or, where that is missing,
  /// with two ASCII characters of two bytes each.
  public static func isUTF16(_ bytes: some Collection<UInt8>) -> Bool {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return true }
    let isZero = bytes.prefix(4).map { $0 == 0 }
    return isZero == [false, true, false, true] || isZero == [true, false, true, false]
  }

  /// Bytes of a file in quotes, cut after `limit` bytes.
  public static func quote(_ bytes: some Collection<UInt8>, limit: Int = 20) -> String {
    let text = printable(String(decoding: bytes.prefix(limit), as: UTF8.self))
    return bytes.count > limit ? "'\(text)...'" : "'\(text)'"
  }
}
