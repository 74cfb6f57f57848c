public import Core

/// A piece to be heard, with a number that the output's reports carry.
public struct PlayerItem: Sendable {
  /// Chosen by whoever enqueues; unique while the output lives.
  public var id: UInt64
  /// What to play.
  public var piece: Piece
  /// What it is called by those who listen from afar.
  public var label: PieceLabel?
  /// It is not heard before this, nanoseconds of the monotonic clock, at most a minute ahead; nil: as soon as it can be.
  /// Where a master's clock is followed, its bars decide.
  public var notBefore: Int64?

  /// An item of these parts.
  public init(id: UInt64, piece: Piece, label: PieceLabel? = nil, notBefore: Int64? = nil) {
    self.id = id
    self.piece = piece
    self.label = label
    self.notBefore = notBefore
  }
}

/// Where playback stands.
public struct PlayerPosition: Sendable, Hashable {
  /// The item being heard; nil when there is silence.
  public var item: UInt64?
  /// Seconds of it that have reached the listener (the device's delay is subtracted).
  public var seconds: Double
  /// Whether it is paused.
  public var isPaused: Bool

  /// A position of these parts.
  public init(item: UInt64?, seconds: Double, isPaused: Bool) {
    self.item = item
    self.seconds = seconds
    self.isPaused = isPaused
  }
}

/// What an output tells the control side.
public enum PlayerEvent: Sendable, Hashable {
  /// The item's first frame or event has been sent.
  case started(UInt64)
  /// The item is over: played to its end, skipped or dropped. Its tail may still ring.
  case finished(UInt64)
  /// Nothing is queued and the last tail has been heard. Comes after the last `finished`.
  case idle
  /// The device or subscriber is gone; the text says why. Said once.
  case deviceLost(String)
  /// The device or subscriber is back.
  case deviceBack
  /// Somebody plays, or turns a knob, at the port `Input`.
  case input(PlayerInput)
  /// Something that a person should know about the output.
  case remark(String)
}

/// Where a player sends pieces: a sound engine into an ALSA device, a port of the ALSA sequencer, or nowhere.
///
/// Nothing here blocks: calls post to the output's own thread.
public protocol PlayerOutput: AnyObject, Sendable {
  /// Queues an item to begin where the last queued one ends on its step grid (gapless); at once if there is none.
  func enqueue(_ item: PlayerItem)
  /// Ends the current item (short fade, note-offs) and goes on with the next queued one.
  func skip()
  /// Holds playback; every sounding note is ended or faded.
  func pause()
  /// Goes on from where `pause` held.
  func resume()
  /// Goes on from another place of the current item, seconds from its beginning; what sounded is ended, notes that sound
  /// there begin again. Nothing is played: no effect. While a master's clock is followed, the master decides.
  func seek(to seconds: Double)
  /// Drops everything that is queued or sounding.
  func stop()
  /// Loudness, 0...1.
  func setVolume(_ volume: Double)
  /// Parts, counted from 0, whose notes do not begin from now on. A port has none that are silent: who plays its notes
  /// mutes them.
  func mute(_ parts: Set<Int>)
  /// Where playback stands now.
  var position: PlayerPosition { get }
  /// Whether its thread has not been heard of for much longer than it may be silent: only a new process helps then.
  var isStuck: Bool { get }
  /// Times the device ran dry.
  var xrunCount: Int { get }
  /// Reports, in order. One consumer.
  var events: AsyncStream<PlayerEvent> { get }
  /// Silences, joins the thread, closes the device. Idempotent. No note is left sounding.
  func close() async
}

extension PlayerOutput {
  /// Nothing moves where nothing is played.
  public func seek(to seconds: Double) {}
  /// All parts are heard.
  public func mute(_ parts: Set<Int>) {}
  /// Never stuck, where there is no thread.
  public var isStuck: Bool { false }
  /// None, where the kernel's queue times the events.
  public var xrunCount: Int { 0 }
}
