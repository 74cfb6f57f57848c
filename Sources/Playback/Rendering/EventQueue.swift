internal import Synchronization

/// One message between the control side and the audio side: a plain value.
struct RenderMessage: BitwiseCopyable, @unchecked Sendable {
  // Unchecked for the address: the control side keeps what it points to alive until `returned`.

  /// What is said.
  enum Kind: UInt8, BitwiseCopyable {
    // to the audio side
    case play, skip, pause, resume, stop, volume, quit, seek
    // of a master's clock
    case follow, masterStarted, masterMoved, masterTempo, masterStopped
    // to the control side
    case started, finished, returned, idle, deviceLost, deviceBack, deviceReleased, ordinaryPriority
  }

  /// What is said.
  var kind: Kind
  /// The item it is about.
  var item: UInt64 = 0
  /// Volume, error number, count, frame of a piece, or a master's position in MIDI clocks.
  var value: Double = 0
  /// When the master is at that position, nanoseconds of the monotonic clock.
  var time: Int64 = 0
  /// MIDI clocks a nanosecond.
  var tempo: Double = 0
  /// The piece to be played.
  var piece: UnsafeMutablePointer<PieceTimeline.Contents>?
}

/// A ring of messages with one producer thread and one consumer thread; neither ever waits.
///
/// Concrete on purpose: generic code is rejected under `@_noLocks`. One slot stays empty, so that full and empty differ.
/// The producer publishes a slot by storing `tail` with release order, the consumer gives it back by storing `head`; each
/// reads the other's index with acquire order.
final class EventQueue: @unchecked Sendable {
  // Unchecked: `slots` is written only between `head` and `tail` by the producer and read only there by the consumer.

  private let slots: UnsafeMutableBufferPointer<RenderMessage>
  private let head = Atomic<Int>(0)
  private let tail = Atomic<Int>(0)

  /// - Parameter capacity: Messages it can hold, at least 1.
  init(capacity: Int) {
    precondition(capacity > 0)
    slots = UnsafeMutableBufferPointer(
      start: ResidentMemory.allocate(capacity + 1, RenderMessage(kind: .idle)), count: capacity + 1)
  }

  deinit { if let start = slots.baseAddress { ResidentMemory.deallocate(start, slots.count) } }

  /// Producer: appends a message.
  ///
  /// - Returns: false if the queue is full.
  @_noLocks
  func push(_ message: RenderMessage) -> Bool {
    let end = tail.load(ordering: .relaxed)
    let next = end + 1 == slots.count ? 0 : end + 1
    if next == head.load(ordering: .acquiring) { return false }
    slots[end] = message
    tail.store(next, ordering: .releasing)
    return true
  }

  /// Consumer: takes the oldest message.
  @_noLocks
  func pop() -> RenderMessage? {
    let start = head.load(ordering: .relaxed)
    if start == tail.load(ordering: .acquiring) { return nil }
    let message = slots[start]
    head.store(start + 1 == slots.count ? 0 : start + 1, ordering: .releasing)
    return message
  }

  /// Either side: whether there is nothing to take.
  var isEmpty: Bool {
    @_noLocks get { head.load(ordering: .acquiring) == tail.load(ordering: .acquiring) }
  }
}
