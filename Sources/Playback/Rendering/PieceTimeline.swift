internal import Core

/// A piece as events, in memory that the audio thread reads without counting references.
///
/// The control side makes it and keeps it until the audio side has reported the piece as returned.
final class PieceTimeline: @unchecked Sendable {
  // Unchecked: immutable after init; the pointers are freed in deinit, which the control side runs.

  /// What the audio side sees.
  struct Contents: BitwiseCopyable {
    /// The events in order of frame.
    let events: UnsafeBufferPointer<RenderEvent>
    /// The roll's length: where the next piece begins.
    let frameCount: Int64
    /// The number the output gave the piece, for its reports.
    var item: UInt64
    /// The number the stream gave the piece, for its marks; 0 if there is none.
    var streamItem: UInt64 = 0
    /// The piece is not heard before this, nanoseconds of the monotonic clock; 0: at once.
    var notBefore: Int64 = 0
    /// Frames a MIDI clock, for playback that follows a master's.
    var framesPerClock = 1000.0
    /// The engine's own data of the piece; the engine knows the type.
    let patches: UnsafeMutableRawPointer?
  }

  /// The address that is handed to the audio side.
  let contents: UnsafeMutablePointer<Contents>
  private let storage: UnsafeMutablePointer<RenderEvent>
  private let owner: AnyObject?

  /// - Parameters:
  ///   - events: In any order; they are sorted by frame, at one frame in the order given.
  ///   - frameCount: The roll's length, without the tail.
  ///   - patches: The engine's own data, valid as long as `owner` lives.
  ///   - owner: What keeps `patches` alive.
  init(events: [RenderEvent], frameCount: Int64, patches: UnsafeMutableRawPointer? = nil, owner: AnyObject? = nil) {
    let sorted = events.enumerated().sorted { ($0.element.frame, $0.offset) < ($1.element.frame, $1.offset) }
    storage = ResidentMemory.allocate(sorted.count, RenderEvent(frame: 0, kind: .noteOff))
    for (index, event) in sorted.enumerated() { storage[index] = event.element }
    contents = .allocate(capacity: 1)
    contents.initialize(
      to: Contents(
        events: UnsafeBufferPointer(start: storage, count: sorted.count), frameCount: max(1, frameCount), item: 0,
        patches: patches))
    self.owner = owner
  }

  deinit {
    ResidentMemory.deallocate(storage, contents.pointee.events.count)
    contents.deallocate()
  }

  /// The number that the audio side's reports carry; set before the piece is handed over.
  var item: UInt64 {
    get { contents.pointee.item }
    set { contents.pointee.item = newValue }
  }

  /// The events in order.
  var events: [RenderEvent] { Array(contents.pointee.events) }

  /// Frames from the beginning, the nearest frame to a time.
  static func frame(_ seconds: Double, at sampleRate: Int) -> Int64 {
    Int64((seconds * Double(sampleRate)).rounded())
  }
}
