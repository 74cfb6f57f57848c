import Foundation

/// What sounds: a frequency, and how the twelve-tone keyboard would write it.
public struct Pitch: Sendable, Hashable {
  /// The frequency of A4, Hz.
  public static let concertA = 440.0

  /// Hz.
  public let frequency: Double

  /// The nearest key's number. It may lie outside 0...127 (outside what MIDI can name).
  public let key: Int

  /// How far the frequency lies above `key`, in cents, -50...50. Exactly 0 for a key of the twelve-tone keyboard.
  public let cents: Double

  /// A key of the twelve-tone keyboard; the number may lie outside 0...127.
  public init(key: Int) {
    self.key = key
    self.cents = 0
    self.frequency = Self.concertA * exp2(Double(key - 69) / 12)
  }

  /// A frequency in Hz; one outside 10^-9...10^12 (of a tuning with a huge period) becomes the nearer of these.
  public init(frequency: Double) {
    let frequency = frequency.isNaN ? Self.concertA : min(1e12, max(1e-9, frequency))
    let distance = 69 + 12 * log2(frequency / Self.concertA)
    self.frequency = frequency
    self.key = Int(distance.rounded())
    self.cents = 100 * (distance - distance.rounded())
  }

  /// The nearest key's name and how far off it is: `A4`, `A4+14`; the frequency outside of what MIDI can name.
  public var name: String {
    guard let key = MIDIKey(key) else { return "\(Int(min(1e12, frequency.rounded()))) Hz" }
    let cents = Int(cents.rounded())
    return key.name + (cents == 0 ? "" : cents > 0 ? "+\(cents)" : "−\(-cents)")
  }
}
