/// A number as the configuration wrote it: an integer stays an integer where it is printed again.
///
/// The events TSV prints what it was given: `0.2` as `0.2`, the integer 0 as `0`, 1.0 as `1.0`.
public struct ConfigurationNumber: Sendable, Hashable, CustomStringConvertible {
  /// The value.
  public let value: Double
  /// Whether it was written as an integer.
  public let isInteger: Bool

  /// A number with a fraction, even if that is 0.
  public init(_ value: Double) {
    self.value = value
    isInteger = false
  }

  /// An integer.
  public init(integer: Int) {
    value = Double(integer)
    isInteger = true
  }

  /// Shortest decimal that reads back as the same number.
  public var description: String { isInteger ? String(Int(value)) : "\(value)" }
}
