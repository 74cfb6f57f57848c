internal import Core

/// Which notes the receivers hear, or may be hearing: what has to be ended when playback stops.
///
/// Note-ons and note-offs that were sent ahead count from the moment their time comes.
struct SoundingNotes {
  struct Key: Hashable, Comparable {
    var channel: UInt8
    var key: UInt8
    static func < (a: Key, b: Key) -> Bool { (a.channel, a.key) < (b.channel, b.key) }
  }

  private var ahead: [(nanoseconds: Int64, key: Key, velocity: UInt8)] = []
  private var sounding: [Key: UInt8] = [:]

  /// A message was given to the queue.
  mutating func sent(_ message: MIDIMessage, at nanoseconds: Int64) {
    guard case .noteOn(let channel, let key, let velocity) = message else { return }
    ahead.append((nanoseconds, Key(channel: channel, key: key), velocity))
  }

  /// Time has come to `now`.
  mutating func advance(to now: Int64) {
    let due = ahead.prefix { $0.nanoseconds <= now }
    for event in due { sounding[event.key] = event.velocity == 0 ? nil : event.velocity }
    ahead.removeFirst(due.count)
  }

  /// The notes on as of the last `advance`, lowest first, each with its velocity.
  var notes: [(key: Key, velocity: UInt8)] {
    sounding.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The queue was emptied at `now`: what ends every note that was, or may have just been, begun. Forgets them all.
  ///
  /// Between reading the clock and emptying the queue another note may have gone out, hence the margin. An off too
  /// many does no harm.
  mutating func endAll(at now: Int64, margin: Int64 = 20_000_000) -> [MIDIMessage] {
    advance(to: now)
    let justBegun = ahead.prefix { $0.nanoseconds <= now + margin }.filter { $0.velocity > 0 }.map(\.key)
    let keys = Set(sounding.keys).union(justBegun)
    self = SoundingNotes()
    return keys.sorted().map { .noteOn(channel: $0.channel, key: $0.key, velocity: 0) }
  }
}
