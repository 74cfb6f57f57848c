/// A policy that is shipped inside the program: weights of an agent that has learnt the rules of a style. Composing with
/// it begins at once, and a training can go on from it (`Configuration.shippedPolicy`).
///
/// `rlmusician policies STYLE` makes one again; a test refuses one that does not fit any more (`ShippedPolicyMaker`).
struct ShippedPolicy: Sendable {
  /// The style's name.
  let style: String
  /// How many weights there are.
  let count: Int
  /// What `ShippedPolicyMaker.fingerprint` says of it.
  let fingerprint: Double
  /// The weights as `encoded(_:)` writes them.
  let text: String

  /// What a weight is counted in: 1/1024. Beyond 31.9 either way nothing changes any more.
  private static let unit: Float = 1 / 1024

  /// The weights.
  var weights: [Float] {
    var found: [Float] = []
    found.reserveCapacity(count)
    var digits = Array(text.utf8).makeIterator()
    func number(_ length: Int) -> Int {
      var value = 0
      for _ in 0..<length {
        let digit = digits.next() ?? 48
        value = 16 * value + Int(digit < 58 ? digit - 48 : digit - 87)
      }
      return value
    }
    while found.count < count {
      let value = number(4)
      if value == 0 {
        found += Array(repeating: 0, count: min(number(4), count - found.count))
      } else {
        found.append(Float(Int16(truncatingIfNeeded: value)) * Self.unit)
      }
    }
    return found
  }

  /// Weights as text: four hexadecimal digits each; after four zeros, four more say how many weights are 0.
  static func encoded(_ weights: [Float]) -> String {
    func digits(_ value: UInt16) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: 4 - text.count) + text
    }
    var text = ""
    var zeros: UInt16 = 0
    for weight in weights {
      let value = Int16((weight / Self.unit).rounded())
      if value != 0 || zeros == .max {
        if zeros > 0 { text += "0000" + digits(zeros) }
        zeros = 0
      }
      if value == 0 { zeros += 1 } else { text += digits(UInt16(bitPattern: value)) }
    }
    return zeros > 0 ? text + "0000" + digits(zeros) : text
  }

  /// Weights as they are after being written and read.
  static func rounded(_ weights: [Float]) -> [Float] {
    weights.map { max(-31.9, min(31.9, ($0 / unit).rounded() * unit)) }.map { ($0 / unit).rounded() * unit }
  }
}

extension ShippedPolicy {
  /// All of them.
  static let all: [ShippedPolicy] = [
    roll, song, chorale, waltz, minor, pastorale, bohlenPierce, slendro,
  ]
}

extension Configuration {
  /// The weights that are shipped for this configuration's style; nil if it has none, or is about another environment
  /// than its style.
  public var shippedPolicy: [Float]? {
    guard let policy = ShippedPolicy.all.first(where: { $0.style == style }) else { return nil }
    return policy.count == policyEnvironment.weightCount ? policy.weights : nil
  }
}
