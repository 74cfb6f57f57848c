import Foundation

/// A key of the MIDI keyboard, 0...127; 60 is C4 (middle C).
public struct MIDIKey: Sendable, Hashable, Comparable {
  /// The key's number, 0...127.
  public let number: Int

  private static let names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]

  /// Key 0, C-1.
  public static let lowest = MIDIKey(checked: 0)

  private init(checked number: Int) { self.number = number }

  /// - Returns: nil if `number` is outside 0...127.
  public init?(_ number: Int) {
    guard (0...127).contains(number) else { return nil }
    self.number = number
  }

  /// Reads scientific pitch notation: a letter, any number of `#` or `b`, an octave (`C4`, `F#3`, `Db4`, `C-1`).
  ///
  /// - Returns: nil if `name` is not such a name or lies outside the keyboard.
  public init?(name: String) {
    let semitones: [Character: Int] = ["C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11]
    guard let letter = name.first, var semitone = semitones[letter] else { return nil }
    var rest = name.dropFirst()
    while let sign = rest.first, sign == "#" || sign == "b" {
      semitone += sign == "#" ? 1 : -1
      rest = rest.dropFirst()
    }
    guard rest.first != "+", let octave = Int(rest), (-2...10).contains(octave) else { return nil }
    self.init(12 * (octave + 1) + semitone)
  }

  /// The name in scientific pitch notation, with sharps only.
  public var name: String { Self.names[number % 12] + String(number / 12 - 1) }

  /// Frequency in Hz with A4 = 440 Hz, twelve equal divisions of the octave.
  public var frequency: Double { Pitch.concertA * exp2(Double(number - 69) / 12) }

  /// The lower key first.
  public static func < (a: MIDIKey, b: MIDIKey) -> Bool { a.number < b.number }
}
