/// A look-ahead limiter for both channels: turns peaks above a ceiling down before they come, and nothing else.
///
/// The gain that a peak needs is held over the look-ahead, released slowly, and averaged over the look-ahead: it slides
/// down in a straight line and is there when the peak is. Gains are whole numbers of 2^-30, so that the running sum is
/// exact and a sound without peaks comes out bit for bit as it went in, `latencyFrames` later.
///
/// Renders without allocating or locking; one thread at a time.
public struct Limiter: ~Copyable {
  /// Frames by which the output is late.
  public let latencyFrames: Int
  /// Times that the limiter began to act.
  public private(set) var actionCount = 0
  /// The lowest gain so far: 1 if it never acted.
  public var lowestGain: Double { Double(lowest) / Double(Self.one) }

  private static var one: Int { @_noLocks get { 1 << 30 } }

  private let ceiling: Float
  /// Length of the look-ahead: `latencyFrames + 1`.
  private let span: Int
  private let releaseFrames: Int
  private let delayedLeft: UnsafeMutablePointer<Float>
  private let delayedRight: UnsafeMutablePointer<Float>
  /// The released gains of the last `span` frames, and their sum.
  private let gains: UnsafeMutablePointer<Int>
  private var gainSum: Int
  /// The needed gains of the last `span` frames that no later one undercuts, rising, as a ring: their smallest is first.
  private let needs: UnsafeMutablePointer<Int>
  private let needFrames: UnsafeMutablePointer<Int>
  private var firstNeed = 0
  private var needCount = 0
  private var frame = 0
  private var slot = 0
  private var released: Int
  private var lowest: Int
  private var isActing = false

  /// A limiter at a sample rate; `ceiling` is the largest magnitude that comes out.
  ///
  /// - Precondition: the look-ahead lies in 0...1 s, the ceiling is greater than 0.
  public init(
    sampleRate: Double, ceiling: Float = 1, lookAheadSeconds: Double = 0.005, releaseSeconds: Double = 0.1
  ) {
    precondition((0...1).contains(lookAheadSeconds) && ceiling > 0)
    self.ceiling = ceiling
    span = max(1, Int(lookAheadSeconds * sampleRate))
    latencyFrames = span - 1
    releaseFrames = max(1, Int(min(60, max(0, releaseSeconds)) * sampleRate))
    delayedLeft = .allocate(capacity: span)
    delayedRight = .allocate(capacity: span)
    gains = .allocate(capacity: span)
    needs = .allocate(capacity: span)
    needFrames = .allocate(capacity: span)
    delayedLeft.initialize(repeating: 0, count: span)
    delayedRight.initialize(repeating: 0, count: span)
    gains.initialize(repeating: Self.one, count: span)
    needs.initialize(repeating: Self.one, count: span)
    needFrames.initialize(repeating: 0, count: span)
    gainSum = Self.one * span
    released = Self.one
    lowest = Self.one
  }

  deinit {
    delayedLeft.deallocate()
    delayedRight.deallocate()
    gains.deallocate()
    needs.deallocate()
    needFrames.deallocate()
  }

  /// Forgets what waits and lets go of the gain.
  @_noLocks
  public mutating func reset() {
    for index in 0..<span {
      delayedLeft[index] = 0
      delayedRight[index] = 0
      gains[index] = Self.one
    }
    gainSum = Self.one * span
    released = Self.one
    needCount = 0
    isActing = false
  }

  /// Replaces a block by the limited sound of `latencyFrames` frames ago.
  @_noLocks
  public mutating func process(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) {
    for index in 0..<frameCount {
      let magnitudes = (left[index].magnitude, right[index].magnitude)
      let peak = magnitudes.0 > magnitudes.1 ? magnitudes.0 : magnitudes.1
      let gain = nextGain(peak: peak)
      delayedLeft[slot] = left[index]
      delayedRight[slot] = right[index]
      slot = slot + 1 == span ? 0 : slot + 1
      // The slot that comes next holds the frame that entered `latencyFrames` ago.
      if gain == Self.one {
        left[index] = delayedLeft[slot]
        right[index] = delayedRight[slot]
      } else {
        // Rounding to Float keeps the order, so what is within the ceiling in Double stays within it.
        let factor = Double(gain) / Double(Self.one)
        left[index] = Float(Double(delayedLeft[slot]) * factor)
        right[index] = Float(Double(delayedRight[slot]) * factor)
      }
    }
  }

  /// Takes the peak of the frame that enters; returns the gain of the frame that leaves.
  @_noLocks
  private mutating func nextGain(peak: Float) -> Int {
    if !(peak > ceiling) && needCount == 0 && gainSum == Self.one * span && released == Self.one {
      isActing = false
      gains[slot] = Self.one
      frame &+= 1
      return Self.one
    }
    if peak > ceiling { push(need: Int(Double(ceiling) / Double(peak) * Double(Self.one))) }
    if needCount > 0 && frame - needFrames[firstNeed] >= span {
      firstNeed = firstNeed + 1 == span ? 0 : firstNeed + 1
      needCount -= 1
    }
    released += (Self.one - released) / releaseFrames + 1
    if released > Self.one { released = Self.one }
    if needCount > 0 && needs[firstNeed] < released { released = needs[firstNeed] }
    gainSum += released - gains[slot]
    gains[slot] = released
    frame &+= 1
    let gain = gainSum / span
    if gain < Self.one && !isActing {
      isActing = true
      actionCount += 1
    }
    if gain < lowest { lowest = gain }
    return gain
  }

  /// Appends a needed gain; those before it that are not smaller will never be the smallest again.
  @_noLocks
  private mutating func push(need: Int) {
    while needCount > 0 {
      let last = (firstNeed + needCount - 1) % span
      if needs[last] < need { break }
      needCount -= 1
    }
    let place = (firstNeed + needCount) % span
    needs[place] = need
    needFrames[place] = frame
    needCount += 1
  }
}
