import Foundation

/// A pitch as Scala files write it: cents if there is a period in it, else a ratio.
///
/// `408.0`, `408.`, `-5.0` are cents; `81/64`, `5` (5/1), `10/20` are ratios. What follows a valid value is ignored.
/// Source: the Scala scale file format, https://www.huygens-fokker.org/scala/scl_format.html.
enum ScalaPitch {
  /// The size of the interval in cents above 1/1, or what is wrong with the text.
  static func cents(_ text: Substring) -> Result<Double, Reason> {
    var rest = text.drop(while: isBlank)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    let whole = takeDigits(&rest)
    if rest.first == "." {
      rest.removeFirst()
      let fraction = takeDigits(&rest)
      guard !(whole.isEmpty && fraction.isEmpty) else { return .failure("no pitch value") }
      if startsExponent(rest) { return .failure("an exponent is not part of a cents value") }
      guard let size = Double("0\(whole).\(fraction)0"), size <= limit else {
        return .failure("more than \(limit) cents")
      }
      return .success(isNegative ? -size : size)
    }
    guard !whole.isEmpty else { return .failure("no pitch value (cents with a period, or a ratio)") }
    if isNegative { return .failure("a negative ratio has no meaning") }
    if rest.first == ",", rest.dropFirst().first?.isASCIIDigit == true {
      return .failure("a comma where a decimal point must be")
    }
    if startsExponent(rest) { return .failure("an exponent is not part of a ratio") }
    var denominator: Substring = "1"
    let afterBlanks = rest.drop(while: isBlank)
    // A step of an equal division in some programs; read as a ratio it would be a whole number.
    if afterBlanks.first == "\\", afterBlanks.dropFirst().drop(while: isBlank).first?.isASCIIDigit == true {
      return .failure("a backslash where the slash of a ratio must be")
    }
    if afterBlanks.first == "/" {
      rest = afterBlanks.dropFirst().drop(while: isBlank)
      if rest.first == "-" { return .failure("a negative ratio has no meaning") }
      denominator = takeDigits(&rest)
      guard !denominator.isEmpty else { return .failure("no number after the slash") }
      if rest.first == "/" { return .failure("more than one slash") }
      if rest.first == "." { return .failure("a decimal point in a ratio") }
    }
    guard whole.utf8.count <= 300, denominator.utf8.count <= 300, let upper = Double(whole),
      let lower = Double(denominator)
    else { return .failure("more than 300 digits") }
    guard upper > 0, lower > 0 else { return .failure("a zero in a ratio") }
    // Two logarithms, not one of the quotient: 10^300 / 10^-300 would overflow. Equal numbers give exactly 0.
    let size = 1200 * (log2(upper / lower).isFinite ? log2(upper / lower) : log2(upper) - log2(lower))
    guard abs(size) <= limit else { return .failure("more than \(limit) cents") }
    return .success(size)
  }

  /// The largest interval in cents that is accepted: a hundred octaves, ten times what can be heard.
  static let limit = 120_000.0

  /// What is wrong.
  struct Reason: Error, ExpressibleByStringInterpolation, CustomStringConvertible {
    let description: String
    init(stringLiteral value: String) { description = value }
  }

  static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

  private static func takeDigits(_ text: inout Substring) -> Substring {
    let digits = text.prefix { $0.isASCIIDigit }
    text = text.dropFirst(digits.count)
    return digits
  }

  /// `e3`, `E-3`: what a programmer would write, and what "ignore the rest" would silently misread.
  private static func startsExponent(_ text: Substring) -> Bool {
    guard text.first == "e" || text.first == "E" else { return false }
    let rest = text.dropFirst()
    let digits = rest.first == "-" || rest.first == "+" ? rest.dropFirst() : rest
    return digits.first?.isASCIIDigit == true
  }
}

extension Character {
  /// 0...9, not the digits of other scripts.
  var isASCIIDigit: Bool { isASCII && isNumber }
}
