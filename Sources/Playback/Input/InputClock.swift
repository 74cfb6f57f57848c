internal import CRealtime
internal import Synchronization

/// Brings what the kernel stamps by a queue's clock to the monotonic clock, by which everything else that comes in is
/// stamped: notes by MIDI and by OSC may be one phrase.
///
/// Each reading of the queue's time lies between two of the monotonic clock, and so tells where the difference is. What is
/// known is kept as long as it lies there: notes have no jitter of their readings. A queue that was stopped and started again
/// has another difference, which is seen at its first reading.
struct InputClock: Sendable {
  /// What the monotonic clock is ahead, nanoseconds; nil before the first reading.
  private(set) var ahead: Int64?

  /// The queue's time was read between two moments of the monotonic clock.
  mutating func read(_ queueTime: Int64, after before: Int64, before after: Int64) {
    let (least, most) = (before &- queueTime, after &- queueTime)
    if let ahead, (least...max(least, most)).contains(ahead) { return }
    ahead = least + (most - least) / 2
  }

  /// A moment of the queue's, by the monotonic clock.
  func monotonic(_ queueTime: Int64) -> Int64 { queueTime &+ (ahead ?? 0) }
}

/// Where a master is, for those who stamp what comes by another way than its clock.
final class MasterReading: Sendable {
  private let place = Mutex<MasterPlace?>(nil)

  /// Nobody runs.
  init() {}

  /// The master is here; nil: it does not run.
  func tell(_ place: MasterPlace?) { self.place.withLock { $0 = place } }

  /// Its quarter notes at a moment of the monotonic clock; nil while none runs.
  func quarters(at nanoseconds: Int64) -> Double? {
    place.withLock { $0 }.map { ($0.position + Double(nanoseconds &- $0.nanoseconds) * $0.tempo) / 24 }
  }
}
