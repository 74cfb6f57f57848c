internal import Synchronization

/// What the audio thread hands to the stream: a ring of frames and one of marks, each with one producer and one consumer,
/// neither of which ever waits. While nobody wants it, it costs the audio thread one load.
///
/// Full, it drops what comes: the consumer is late then, and the sound of the device is not held up for it.
final class SampleTap: @unchecked Sendable {
  // Unchecked: samples and marks are written only between head and tail by the producer and read only there by the
  // consumer; the producer's own memory (`last`, `lastWanted`) belongs to the one audio thread that has the tap at a time.

  /// From a frame on, something else is heard.
  struct Mark: BitwiseCopyable, Hashable {
    /// The frame of the ring's count.
    var tapFrame = 0
    /// What is heard, by `SoundStream`'s count; 0 for silence.
    var item: UInt64 = 0
    /// The frame of the piece that is heard there.
    var pieceFrame = 0
    /// Whether it goes on from there; held, it does not.
    var isMoving = false
  }

  /// Frames it holds: 2.7 s at 48 kHz.
  static let capacity = 1 << 17
  private static let mask = capacity - 1
  private static let markCapacity = 256
  /// A piece that is where it was expected to be needs no mark; 2 ms are not heard, and a followed clock jitters by less.
  private static let tolerance = 96

  private let samples = ResidentMemory.allocate(2 * SampleTap.capacity, Float(0))
  private let marks = ResidentMemory.allocate(SampleTap.markCapacity, Mark())
  private var last = Mark()
  /// Frames taken out, frames put in; the same of marks.
  private let head = Atomic<Int>(0)
  private let tail = Atomic<Int>(0)
  private let markHead = Atomic<Int>(0)
  private let markTail = Atomic<Int>(0)
  /// 0 while nobody listens, else a number of its own for every time that somebody does.
  private let wanted = Atomic<Int>(0)
  private var wantedCount = 0
  private var lastWanted = 0
  /// Frames a second of what comes; set by the control side before the audio thread runs.
  let sampleRate = Atomic<Int>(48_000)
  /// Frames that did not fit.
  let lostFrames = Atomic<Int>(0)

  deinit {
    ResidentMemory.deallocate(samples, 2 * Self.capacity)
    ResidentMemory.deallocate(marks, Self.markCapacity)
  }

  /// Producer: puts a block in, or counts it as lost.
  ///
  /// - Parameters:
  ///   - item: what is heard at the block's end; 0 for silence.
  ///   - pieceFrame: the frame of it that comes right after the block.
  ///   - isMoving: whether the piece went on during the block.
  @_noLocks
  func push(
    left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int, item: UInt64, pieceFrame: Int,
    isMoving: Bool
  ) {
    let wanted = wanted.load(ordering: .acquiring)
    if wanted == 0 { return }
    if wanted != lastWanted { (lastWanted, last) = (wanted, Mark()) }
    let end = tail.load(ordering: .relaxed)
    if end - head.load(ordering: .acquiring) + frameCount > SampleTap.capacity {
      lostFrames.add(frameCount, ordering: .relaxed)
      last = Mark()
      return
    }
    for frame in 0..<frameCount {
      let place = 2 * ((end + frame) & SampleTap.mask)
      samples[place] = left[frame]
      samples[place + 1] = right[frame]
    }
    mark(end, frameCount, item, pieceFrame, isMoving)
    tail.store(end + frameCount, ordering: .releasing)
  }

  @_noLocks
  private func mark(_ start: Int, _ frameCount: Int, _ item: UInt64, _ pieceFrame: Int, _ isMoving: Bool) {
    // A piece that began within the block has come less far than the block is long.
    let within = isMoving ? min(frameCount, pieceFrame) : 0
    let new = Mark(
      tapFrame: isMoving ? start + frameCount - within : start, item: item, pieceFrame: pieceFrame - within,
      isMoving: isMoving)
    let expected = last.isMoving ? last.pieceFrame + (new.tapFrame - last.tapFrame) : last.pieceFrame
    if new.item == last.item, new.isMoving == last.isMoving,
      item == 0 || abs(expected - new.pieceFrame) < SampleTap.tolerance
    {
      return
    }
    let end = markTail.load(ordering: .relaxed)
    if end - markHead.load(ordering: .acquiring) == SampleTap.markCapacity { return }
    marks[end % SampleTap.markCapacity] = new
    last = new
    markTail.store(end + 1, ordering: .releasing)
  }

  /// Consumer: wants frames from now on.
  func beginWanting() {
    wantedCount += 1
    wanted.store(wantedCount, ordering: .releasing)
  }

  /// Consumer: wants no more.
  func endWanting() { wanted.store(0, ordering: .releasing) }

  /// Consumer: the count of the frame that comes next.
  var position: Int { head.load(ordering: .relaxed) }

  /// Consumer: takes up to so many frames out, left and right in turn.
  func take(_ limit: Int, into frames: UnsafeMutablePointer<Float>) -> Int {
    let start = head.load(ordering: .relaxed)
    let count = max(0, min(limit, tail.load(ordering: .acquiring) - start))
    for frame in 0..<count {
      let place = 2 * ((start + frame) & Self.mask)
      frames[2 * frame] = samples[place]
      frames[2 * frame + 1] = samples[place + 1]
    }
    head.store(start + count, ordering: .releasing)
    return count
  }

  /// Consumer: the next mark before a frame; nil if there is none.
  func takeMark(before frame: Int) -> Mark? {
    let start = markHead.load(ordering: .relaxed)
    guard start < markTail.load(ordering: .acquiring) else { return nil }
    let mark = marks[start % Self.markCapacity]
    guard mark.tapFrame < frame else { return nil }
    markHead.store(start + 1, ordering: .releasing)
    return mark
  }

  /// Consumer: forgets what is there.
  func clear() {
    markHead.store(markTail.load(ordering: .acquiring), ordering: .releasing)
    head.store(tail.load(ordering: .acquiring), ordering: .releasing)
  }
}
