import Foundation

/// Pieces of SVG that the pictures share.
enum SVGText {
  /// Text as it may stand in XML: markup escaped, characters that XML cannot hold left out.
  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A coordinate with at most two decimals and no superfluous zeros; 0 for what is no number.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)"
  }

  /// A number for people: at most `decimals` decimals, no superfluous zeros, a real minus sign.
  static func number(_ value: Double, decimals: Int = 2) -> String {
    guard value.isFinite else { return "–" }
    guard abs(value) < 1e15 else { return "\(value)" }
    let scale = pow(10, Double(decimals))
    let rounded = (value * scale).rounded() / scale
    let text = rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)"
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// A text element.
  static func text(_ text: String, x: Double, y: Double, style: String) -> String {
    "<text class=\"\(style)\" x=\"\(coordinate(x))\" y=\"\(coordinate(y))\">\(escape(text))</text>\n"
  }

  /// Words joined to lines of at most `width` characters, at least one a line.
  static func wrap(_ words: [String], width: Int) -> [String] {
    var lines: [String] = []
    for word in words {
      if let last = lines.last, last.count + 3 + word.count <= width {
        lines[lines.count - 1] = last + " · " + word
      } else {
        lines.append(word)
      }
    }
    return lines
  }
}
