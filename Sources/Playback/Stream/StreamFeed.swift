internal import Synchronization

/// The ring's frames in the stream's own time: at 48 kHz whatever the device has, and silence by the clock while nothing
/// comes. Belongs to the encoder's thread.
///
/// It is a little ahead of the clock from its beginning on, so that listeners have something in hand.
struct StreamFeed {
  /// Frames a second of the stream.
  static let rate = 48_000
  /// How far ahead of the clock, seconds; as much is kept of what was sent, for who comes later. Chromium takes an Opus stream
  /// in by steps of up to two seconds, and falters with less.
  static let lead = 2.5
  /// Silence is only made when nothing came for so long, seconds: longer than any period of a device.
  private static let patience = 0.3
  private static let takenAtOnce = 4096

  /// From a frame of the stream on, something else is heard.
  struct Mark: Hashable {
    /// Of the stream.
    var frame: Int
    /// `SoundStream`'s number of what is heard; 0 for silence.
    var item: UInt64
    /// Seconds of the piece.
    var seconds: Double
    /// Whether it goes on from there.
    var isMoving: Bool
  }

  private let tap: SampleTap
  private var resampler: Resampler
  private let buffer: UnsafeMutablePointer<Float>
  /// Frames of the stream so far.
  private(set) var frameCount: Int
  /// The stream's frame of the ring's frame 0.
  private var offset = 0.0
  /// When the stream's frame 0 was due, seconds of the clock.
  private var clockStart: Double
  private var lastTime: Double
  private var isSilent = true
  private var hasLead = false
  private var latest = SampleTap.Mark()

  /// - Parameters:
  ///   - frameCount: where the stream's time begins.
  ///   - buffer: room for `bufferCount` samples, that the caller frees.
  init(tap: SampleTap, from frameCount: Int, now: Double, buffer: UnsafeMutablePointer<Float>) {
    self.tap = tap
    self.buffer = buffer
    self.frameCount = frameCount
    resampler = Resampler(from: tap.sampleRate.load(ordering: .relaxed), to: Self.rate)
    clockStart = now - Double(frameCount) / Double(Self.rate) - Self.lead
    lastTime = now - 2 * Self.patience
  }

  static var bufferCount: Int { 2 * takenAtOnce }

  private var ratio: Double { Double(Self.rate) / Double(resampler.inputRate) }

  /// What comes next, left and right in turn; often nothing.
  mutating func next(now: Double) -> (frames: [Float], marks: [Mark]) {
    let rate = tap.sampleRate.load(ordering: .relaxed)
    if rate != resampler.inputRate {
      resampler = Resampler(from: rate, to: Self.rate)
      isSilent = true
    }
    // First the lead, also where something is heard already: it comes no faster than it is heard, and nobody would ever
    // have more in hand than a block.
    if !hasLead {
      hasLead = true
      return silence(now)
    }
    let start = tap.position
    let count = tap.take(Self.takenAtOnce, into: buffer)
    if count == 0 { return silence(now) }
    lastTime = now
    var marks: [Mark] = []
    if isSilent {
      isSilent = false
      offset = Double(frameCount) - Double(start) * ratio
      // What was held goes on.
      if latest.isMoving {
        latest.pieceFrame += start - latest.tapFrame
        latest.tapFrame = start
        marks.append(mark(latest))
      }
    }
    while let next = tap.takeMark(before: start + count) {
      latest = next
      marks.append(mark(next))
    }
    let frames = resampler.process(UnsafeBufferPointer(start: buffer, count: 2 * count))
    frameCount += frames.count / 2
    // A device whose clock is slower than ours must not be taken for a pause.
    clockStart = max(clockStart, now - Double(frameCount) / Double(Self.rate))
    return (frames, marks)
  }

  private mutating func silence(_ now: Double) -> (frames: [Float], marks: [Mark]) {
    guard now - lastTime >= Self.patience else { return ([], []) }
    let due = Int((now - clockStart) * Double(Self.rate)) - frameCount
    guard due >= Self.rate / 50 else { return ([], []) }
    var marks: [Mark] = []
    if !isSilent {
      isSilent = true
      if latest.isMoving {
        var held = mark(latest)
        held.seconds += Double(frameCount - held.frame) / Double(Self.rate)
        (held.frame, held.isMoving) = (frameCount, false)
        marks.append(held)
      }
    }
    let count = min(due, Int(2 * Self.lead * Double(Self.rate)))
    frameCount += count
    // Whoever was stopped for minutes does not make up for them.
    clockStart = max(clockStart, now - Double(frameCount) / Double(Self.rate))
    return (Array(repeating: 0, count: 2 * count), marks)
  }

  private func mark(_ mark: SampleTap.Mark) -> Mark {
    Mark(
      frame: Int((Double(mark.tapFrame) * ratio + offset).rounded()), item: mark.item,
      seconds: Double(mark.pieceFrame) / Double(resampler.inputRate), isMoving: mark.isMoving)
  }
}
