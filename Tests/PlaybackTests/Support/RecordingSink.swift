#if Playback
  import Foundation
  import Synchronization

  @testable import Playback

  /// Keeps what is written, at once or at real time's pace; can be made to fail.
  final class RecordingSink: AudioSink, @unchecked Sendable {
    let name = "recording"
    let recorded = Mutex<[Float]>([])
    let failing = Mutex(false)
    let openCount = Mutex(0)
    let refusedCount = Mutex(0)
    let isOpen = Mutex(false)
    /// The frame from which on the driver keeps the thread, counted from the first that sounds: how long a test takes to
    /// begin makes no difference.
    let heldFrom = Mutex(Int.max)
    /// Whether the driver keeps the thread that closes it, when it has heard something.
    let holdsClose = Mutex(false)
    /// Times real time.
    let pace: Double

    init(pace: Double = 20) { self.pace = pace }

    func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat {
      if failing.withLock({ $0 }) {
        refusedCount.withLock { $0 += 1 }
        throw SinkError(operation: "open", device: name, code: 19, reason: "gone")
      }
      openCount.withLock { $0 += 1 }
      isOpen.withLock { $0 = true }
      return SinkFormat(
        sampleRate: 48_000, channelCount: 2, periodFrames: 960, bufferFrames: 4800, sampleFormat: "FLOAT")
    }

    func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32 {
      let heard = heardCount
      while heard >= heldFrom.withLock({ $0 }) { usleep(1000) }
      if failing.withLock({ $0 }) { return 19 }
      recorded.withLock { $0 += UnsafeBufferPointer(start: left, count: frameCount) }
      usleep(UInt32(1e6 * Double(frameCount) / 48_000 / pace))
      return 0
    }

    var delayFrames: Int { 0 }
    var xrunCount: Int { 0 }
    func close() {
      while holdsClose.withLock({ $0 }), heardCount > 0 { usleep(1000) }
      isOpen.withLock { $0 = false }
    }

    /// Frames since the first that sounds.
    private var heardCount: Int {
      recorded.withLock { frames in Audio.onset(frames).map { frames.count - $0 } ?? 0 }
    }
  }
#endif
