/// A note value: a power of two, with dots, sounding in a ratio where steps divide a quarter note otherwise.
struct NoteValue: Sendable, Hashable {
  /// 1 a whole note, 2 a half, 4 a quarter, ... 128.
  var denominator: Int
  /// 0, 1 or 2.
  var dots: Int
  /// So many in the time of `normal`: 3 in the time of 2 for a triplet; 1 and 1 for plain values.
  var actual = 1
  /// See `actual`.
  var normal = 1

  /// What a number of steps is called; nil if no single value lasts so long.
  ///
  /// - Parameter dots: The most dots it may have.
  init?(steps: Int, perQuarter: Int, dots mostDots: Int = 1) {
    guard steps > 0 else { return nil }
    for denominator in Self.denominators {
      for dots in 0...mostDots {
        // A value of 4 / denominator quarters, times 2 - 1/2^dots.
        if 4 * perQuarter * ((2 << dots) - 1) == steps * denominator << dots {
          self.init(denominator: denominator, dots: dots)
          return
        }
      }
    }
    return nil
  }

  /// What any number of steps is called, as a ratio of the largest plain value that is not longer: a third of a quarter
  /// note is an eighth, three in the time of two.
  init(ratio steps: Int, perQuarter: Int) {
    let denominator = Self.denominators.first { 4 * perQuarter <= steps * $0 } ?? 128
    // The plain value lasts 4 perQuarter / denominator steps; written value times normal / actual is what it lasts.
    let (longer, written) = (steps * denominator, 4 * perQuarter)
    var (a, b) = (longer, written)
    while b != 0 { (a, b) = (b, a % b) }
    let (normal, actual) = (longer / a, written / a)
    if normal >= actual, normal > 1, denominator > 1 {
      // Larger than the plain value: the next larger one, shortened, as triplets are written.
      self.init(denominator: denominator / 2, dots: 0)
      var (c, d) = (normal, 2 * actual)
      while d != 0 { (c, d) = (d, c % d) }
      (self.normal, self.actual) = (normal / c, 2 * actual / c)
    } else {
      self.init(denominator: denominator, dots: 0)
      (self.normal, self.actual) = (normal, actual)
    }
  }

  private init(denominator: Int, dots: Int) { (self.denominator, self.dots) = (denominator, dots) }

  private static let denominators = [1, 2, 4, 8, 16, 32, 64, 128]

  /// Whether it is written in a ratio.
  var isRatio: Bool { actual != normal }

  /// MusicXML's word.
  var typeName: String {
    switch denominator {
    case 1: "whole"
    case 2: "half"
    case 4: "quarter"
    case 8: "eighth"
    case 16: "16th"
    case 32: "32nd"
    case 64: "64th"
    default: "128th"
    }
  }

  /// LilyPond's duration: `4.`, `8*2/3`.
  var lilyPond: String {
    "\(denominator)" + String(repeating: ".", count: dots) + (isRatio ? "*\(normal)/\(actual)" : "")
  }
}
