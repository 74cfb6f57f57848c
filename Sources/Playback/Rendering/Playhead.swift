internal import Synchronization

/// Where the audio side stands, for the control side to read at any time.
final class Playhead: Sendable {
  /// Low 48 bits: frames rendered of the current item. High 16 bits: the item's number, cut off. 0: no item.
  private let packed = Atomic<UInt64>(0)
  /// Frames that have been rendered but not heard yet.
  let delayFrames = Atomic<Int>(0)
  /// Whether the sound is held.
  let isPaused = Atomic<Bool>(false)
  /// Times the device ran dry.
  let xrunCount = Atomic<Int>(0)
  /// Frames handed to the device.
  let writtenFrames = Atomic<Int>(0)

  private static let frameMask: UInt64 = (1 << 48) - 1

  @_noLocks
  func publish(item: UInt64, frames: Int64) {
    packed.store(item << 48 | (UInt64(frames) & Self.frameMask), ordering: .releasing)
  }

  /// The low 16 bits of the current item's number, and the frames rendered of it.
  var current: (itemBits: UInt16, frames: Int) {
    let value = packed.load(ordering: .acquiring)
    return (UInt16(value >> 48), Int(value & Self.frameMask))
  }
}
