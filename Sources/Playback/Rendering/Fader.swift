internal import Foundation

/// A short fade at every start, stop, skip and pause, and a volume that glides: neither clicks.
///
/// The fade is a raised cosine over a few milliseconds (a linear ramp of the same length was tried on paper: its corners
/// have a wider spectrum), kept as a table because the audio thread calls no cosine. At full gain samples pass bit for bit.
struct Fader: ~Copyable {
  /// Frames a whole fade takes.
  let length: Int
  /// 0 silent ... `length` full.
  private(set) var position: Int
  /// -1 fading out, 1 fading in, 0 holding.
  private var direction = 0
  private let table: UnsafeMutableBufferPointer<Float>

  private var volume: Float
  private var targetVolume: Float
  private let volumeStep: Float

  /// - Parameters:
  ///   - sampleRate: Frames per second.
  ///   - seconds: A whole fade.
  ///   - volume: Gain, 0...1.
  init(sampleRate: Int, seconds: Double, volume: Float) {
    length = max(1, Int(seconds * Double(sampleRate)))
    table = .allocate(capacity: length + 1)
    for index in 0...length {
      table[index] = Float(0.5 - 0.5 * cos(Double.pi * Double(index) / Double(length)))
    }
    table[length] = 1
    position = length
    self.volume = volume
    targetVolume = volume
    volumeStep = 1 / Float(0.03 * Double(sampleRate))  // from silent to full in 30 ms
  }

  deinit { table.deallocate() }

  /// Begins to fade out from where it stands.
  @_noLocks
  mutating func fadeOut() { direction = -1 }

  /// Begins to fade in from where it stands.
  @_noLocks
  mutating func fadeIn() { direction = 1 }

  /// Full at once: what follows begins by itself from silence.
  @_noLocks
  mutating func open() {
    position = length
    direction = 0
  }

  /// Silent at once.
  @_noLocks
  mutating func close() {
    position = 0
    direction = 0
  }

  /// Where the volume is to glide to.
  @_noLocks
  mutating func setVolume(_ volume: Float) { targetVolume = volume }

  /// Whether a fade-out has come to its end.
  var isSilent: Bool {
    @_noLocks get { position == 0 && direction <= 0 }
  }

  /// Frames until the fade that is running ends; nil if none is.
  var remaining: Int? {
    @_noLocks get { direction == 0 ? nil : direction < 0 ? position : length - position }
  }

  /// Applies fade and volume in place.
  @_noLocks
  mutating func process(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) {
    if direction == 0, position == length, volume == targetVolume {
      if volume == 1 { return }
      for frame in 0..<frameCount {
        left[frame] *= volume
        right[frame] *= volume
      }
      return
    }
    for frame in 0..<frameCount {
      position = min(length, max(0, position + direction))
      if position == 0 || position == length { direction = 0 }
      if volume < targetVolume {
        volume = min(targetVolume, volume + volumeStep)
      } else {
        volume = max(targetVolume, volume - volumeStep)
      }
      let gain = table[position] * volume
      left[frame] *= gain
      right[frame] *= gain
    }
  }
}
