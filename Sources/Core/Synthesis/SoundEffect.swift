import Foundation

/// Something done to the sound of a partial or of a whole event.
public enum SoundEffect: Sendable, Hashable, Codable {
  /// The pitch swings: `frequency` in Hz, `width` in semitones between the highest and the lowest pitch.
  case vibrato(frequency: Double, width: Double, waveform: Waveform)
  /// The volume swings: `frequency` in Hz, `amplitude` relative, 0...1.
  case tremolo(frequency: Double, amplitude: Double, waveform: Waveform)

  /// The longest time by which a vibrato may shift a sample, seconds. Slow and wide ones would exceed it.
  public static let longestVibratoShift = 0.1

  /// How far a vibrato shifts a sample at most, in seconds: its local speed is `1 + 2 pi f m cos`, and the ratio of the
  /// highest speed to the lowest is the interval `width`. 0 for a tremolo.
  public var shiftSeconds: Double {
    guard case .vibrato(let frequency, let width, _) = self else { return 0 }
    let ratio = exp2(width / 12)
    return (ratio - 1) / ((ratio + 1) * 2 * Double.pi * frequency)
  }
}
