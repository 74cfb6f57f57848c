import Foundation

/// One note for the sine synthesizer: a plain value that can go through a queue to the audio thread.
public struct SineEvent: Sendable, BitwiseCopyable {
  /// Hz.
  public var frequency: Double
  /// Peak of the sum of all partials, if they met.
  public var volume: Double
  /// From -1 (left) to 1 (right).
  public var location: Double
  /// Length of the wave in frames, at least 1. A sound beside the middle is heard up to 20 ms longer.
  public var frameCount: Int

  /// The longest event, in seconds.
  public static let longestSeconds = 86_400.0

  /// An event at a sample rate; its length is rounded up to whole frames and kept within 1 frame and a day.
  public init(
    frequency: Double, volume: Double, location: Double, durationSeconds: Double, sampleRate: Double
  ) {
    self.frequency = frequency.isFinite ? frequency : 0
    self.volume = volume.isFinite ? volume : 0
    self.location = min(1, max(-1, location.isFinite ? location : 0))
    frameCount = max(1, Self.frames(seconds: durationSeconds, sampleRate: sampleRate))
  }

  /// A note of a part.
  public init(note: Note, of part: Part, sampleRate: Double) {
    self.init(
      frequency: note.pitch.frequency, volume: part.volume.value * note.gain, location: part.location.value,
      durationSeconds: note.durationSeconds, sampleRate: sampleRate)
  }

  /// The frame at which something `seconds` from the beginning starts: rounded up, never beyond a day.
  ///
  /// The product is rounded before it is rounded up: a hair above a whole number adds a frame, as in the golden files.
  public static func frames(seconds: Double, sampleRate: Double) -> Int {
    let frames = (seconds * sampleRate).rounded(.up)
    return frames > 0 ? Int(min(frames, longestSeconds * sampleRate)) : 0
  }
}
