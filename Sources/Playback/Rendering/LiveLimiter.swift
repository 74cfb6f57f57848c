import Foundation

/// Keeps live sound below full scale, by looking ahead: a peak lowers the gain before it arrives, so nothing is clipped
/// and nothing clicks. Below the ceiling samples pass bit for bit, `delay` frames later.
///
/// The gain that a frame needs is held for the look-ahead, then released exponentially; a running mean over the look-ahead
/// turns its steps into ramps. The gains are integers (30 fraction bits) so that the running mean returns to exactly 1.
struct LiveLimiter: ~Copyable {
  /// Frames a sample waits: the look-ahead.
  static let delay = 64
  /// The loudest sample that leaves, -0.2 dB.
  static let ceiling: Float = 0.977

  private static let one: Int64 = 1 << 30
  private let left: UnsafeMutablePointer<Float>
  private let right: UnsafeMutablePointer<Float>
  private let gains: UnsafeMutablePointer<Int64>
  private var index = 0
  private var sum = Self.one * Int64(Self.delay)
  private var held = Self.one
  private var holdFrames = 0
  private let release: Float

  /// - Parameter sampleRate: Frames per second.
  init(sampleRate: Int) {
    left = .allocate(capacity: Self.delay)
    right = .allocate(capacity: Self.delay)
    gains = .allocate(capacity: Self.delay)
    release = Float(1 - exp(-1 / (0.1 * Double(sampleRate))))  // time constant 100 ms
    left.initialize(repeating: 0, count: Self.delay)
    right.initialize(repeating: 0, count: Self.delay)
    gains.initialize(repeating: Self.one, count: Self.delay)
  }

  deinit {
    left.deallocate()
    right.deallocate()
    gains.deallocate()
  }

  /// Forgets what waits and lets go of the gain.
  @_noLocks
  mutating func reset() {
    left.update(repeating: 0, count: Self.delay)
    right.update(repeating: 0, count: Self.delay)
    gains.update(repeating: Self.one, count: Self.delay)
    index = 0
    sum = Self.one * Int64(Self.delay)
    held = Self.one
    holdFrames = 0
  }

  /// Limits in place.
  @_noLocks
  mutating func process(
    left outputLeft: UnsafeMutablePointer<Float>, right outputRight: UnsafeMutablePointer<Float>, frameCount: Int
  ) {
    let unity = Self.one * Int64(Self.delay)
    for frame in 0..<frameCount {
      let newLeft = outputLeft[frame]
      let newRight = outputRight[frame]
      updateHeldGain(peak: max(abs(newLeft), abs(newRight)))
      // The mean now covers the gains asked for by the frames that follow the one that leaves.
      sum += held - gains[index]
      gains[index] = held
      let oldLeft = left[index]
      let oldRight = right[index]
      left[index] = newLeft
      right[index] = newRight
      index = index + 1 == Self.delay ? 0 : index + 1
      if sum == unity {
        outputLeft[frame] = oldLeft
        outputRight[frame] = oldRight
      } else {
        let gain = Float(sum) / Float(unity)
        outputLeft[frame] = min(1, max(-1, oldLeft * gain))
        outputRight[frame] = min(1, max(-1, oldRight * gain))
      }
    }
  }

  @_noLocks
  private mutating func updateHeldGain(peak: Float) {
    let needed = peak > Self.ceiling ? Int64(Self.ceiling / peak * Float(Self.one)) : Self.one
    // A peak that is nearly as loud renews the hold: else the release could pass what it needs before it has left.
    if needed < Self.one, needed <= held + (Self.one - held) / 16 {
      held = min(held, needed)
      holdFrames = Self.delay
    } else if holdFrames > 0 {
      holdFrames -= 1
    } else if held < Self.one {
      let step = Int64(Float(Self.one - held) * release)
      held = step == 0 ? Self.one : held + step
    }
  }
}
