/// A meter: how many of which note value make a bar.
public struct Meter: Sendable, Hashable, CustomStringConvertible {
  /// Note values in a bar, 1...64.
  public let numerator: Int
  /// The note value: 1, 2, 4, 8, 16 or 32.
  public let denominator: Int

  /// Four quarters: the default.
  public static let common = Meter(checked: 4, 4)

  private init(checked numerator: Int, _ denominator: Int) {
    (self.numerator, self.denominator) = (numerator, denominator)
  }

  /// - Returns: nil if there is no such meter.
  public init?(_ numerator: Int, _ denominator: Int) {
    guard (1...64).contains(numerator), [1, 2, 4, 8, 16, 32].contains(denominator) else { return nil }
    self.init(checked: numerator, denominator)
  }

  /// Reads `3/4`.
  ///
  /// - Returns: nil if it is no meter.
  public init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let numerator = numbers[0], let denominator = numbers[1] else { return nil }
    self.init(numerator, denominator)
  }

  /// `3/4`.
  public var description: String { "\(numerator)/\(denominator)" }

  /// Whether its beats are dotted: three note values each (6/8, 9/8, 12/8).
  public var isCompound: Bool { denominator >= 8 && numerator > 3 && numerator % 3 == 0 }

  /// Steps of a bar where so many make a quarter note, at least 1. A meter whose bar is no whole number of steps loses
  /// the rest of one.
  public func steps(perQuarter steps: Int) -> Int { max(1, 4 * numerator * steps / denominator) }

  /// Steps of a beat (three note values in a compound meter), at least 1.
  public func beatSteps(perQuarter steps: Int) -> Int { max(1, 4 * (isCompound ? 3 : 1) * steps / denominator) }

  /// The denominator's power of two: what MIDI writes.
  public var denominatorPower: Int { denominator.trailingZeroBitCount }
}
