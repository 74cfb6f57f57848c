/// A small room behind the mix: a feedback delay network of eight lines.
///
/// Jot and Chaigne (*Digital delay networks for designing artificial reverberators*, AES 90, 1991): lines of incommensurate
/// lengths, fed back through a unitary matrix (Householder: s_i - 2/8 sum s), each with the gain that makes it lose 60 dB in
/// `decaySeconds`, and a first-order lowpass, because rooms swallow the high first. Left goes into the even lines and
/// comes out of them, right the odd ones; the matrix mixes them.
///
/// Sample by sample in plain additions and multiplications: the samples do not depend on how rendering is cut into blocks,
/// nor on the machine. A few seconds after the last sound it is exactly silent.
///
/// Thread rule: one thread at a time; `init` and `deinit` belong to the control side.
public struct Reverb: ~Copyable {
  /// Seconds in which the room loses 60 dB.
  public static let decaySeconds = 1.3
  /// Seconds before the room answers.
  private static let predelaySeconds = 0.011
  /// Lengths of the lines in seconds: primes at 44,100 Hz, 25 to 52 ms.
  private static let lineSeconds = [1109, 1277, 1433, 1597, 1747, 1913, 2089, 2287].map { Double($0) / 44_100 }
  /// How much of its past the lowpass keeps.
  private static var damping: Float { @_noLocks get { 0.28 } }
  /// Below this a sample counts as nothing: there are no denormals.
  private static var nothing: Float { @_noLocks get { 1e-15 } }
  private static var lineCount: Int { @_noLocks get { 8 } }

  private struct Line {
    var start: Int
    var length: Int
    var position = 0
    var gain: Float
    /// What is fed in and taken out, with its sign.
    var sign: Float
    var lowpass: Float = 0
  }

  private let lines: UnsafeMutablePointer<Line>
  private let samples: UnsafeMutablePointer<Float>
  private let sampleCount: Int
  private let predelayLength: Int
  private let predelay: UnsafeMutablePointer<Float>
  private var predelayPosition = 0
  private let wet: Float
  private var isSilent = true

  /// A room at rest.
  ///
  /// - Parameters:
  ///   - amount: How loud the room is, 0...1; at 1 about as loud as what sounds in it.
  ///   - sampleRate: Frames per second.
  public init(amount: Double, sampleRate: Double) {
    lines = .allocate(capacity: Self.lineSeconds.count)
    var (start, loss) = (0, 0.0)
    for (index, seconds) in Self.lineSeconds.enumerated() {
      let length = max(1, Int((seconds * sampleRate).rounded()))
      // 10^(-3 length / decay)
      let gain = exponential(-6.907755278982137 * Double(length) / (Self.decaySeconds * sampleRate))
      (lines + index).initialize(
        to: Line(start: start, length: length, gain: Float(gain), sign: index % 4 < 2 ? 0.5 : -0.5))
      start += length
      loss += 1 - gain * gain
    }
    sampleCount = start
    samples = .allocate(capacity: start)
    samples.initialize(repeating: 0, count: start)
    predelayLength = max(1, Int((Self.predelaySeconds * sampleRate).rounded()))
    predelay = .allocate(capacity: 2 * predelayLength)
    predelay.initialize(repeating: 0, count: 2 * predelayLength)
    // Each side goes into four lines and is the sum of four, all halved: at 1 as much power as came in.
    wet = Float(min(1, max(0, amount)) * 2 * (loss / Double(Self.lineSeconds.count)).squareRoot())
  }

  deinit {
    lines.deallocate()
    samples.deallocate()
    predelay.deallocate()
  }

  /// Silence at once.
  @_noLocks
  public mutating func reset() {
    if isSilent { return }
    for index in 0..<sampleCount { samples[index] = 0 }
    for index in 0..<2 * predelayLength { predelay[index] = 0 }
    for index in 0..<Self.lineCount { lines[index].lowpass = 0 }
    isSilent = true
  }

  /// Adds the room to the next frames of both channels.
  @_noLocks
  public mutating func process(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) {
    if frameCount > 0 { isSilent = false }
    for frame in 0..<frameCount {
      let early = predelay + 2 * predelayPosition
      let (inLeft, inRight) = (early[0], early[1])
      early[0] = left[frame]
      early[1] = right[frame]
      predelayPosition += 1
      if predelayPosition == predelayLength { predelayPosition = 0 }
      var (sum, outLeft, outRight): (Float, Float, Float) = (0, 0, 0)
      for index in 0..<Self.lineCount {
        let line = lines + index
        let sample = samples[line.pointee.start + line.pointee.position]
        if index & 1 == 0 { outLeft += line.pointee.sign * sample } else { outRight += line.pointee.sign * sample }
        line.pointee.lowpass = sample + Self.damping * (line.pointee.lowpass - sample)
        sum += line.pointee.lowpass
      }
      sum *= 0.25
      for index in 0..<Self.lineCount {
        let line = lines + index
        let input = line.pointee.sign * (index & 1 == 0 ? inLeft : inRight)
        var next = input + line.pointee.gain * (line.pointee.lowpass - sum)
        if next < Self.nothing, next > -Self.nothing { next = 0 }
        if line.pointee.lowpass < Self.nothing, line.pointee.lowpass > -Self.nothing { line.pointee.lowpass = 0 }
        samples[line.pointee.start + line.pointee.position] = next
        line.pointee.position += 1
        if line.pointee.position == line.pointee.length { line.pointee.position = 0 }
      }
      left[frame] += wet * outLeft
      right[frame] += wet * outRight
    }
  }
}
