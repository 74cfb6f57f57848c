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

  private enum Change {
    case note(Key, velocity: UInt8)
    case bend(channel: UInt8, value: UInt16)
  }
  private var ahead: [(nanoseconds: Int64, change: Change)] = []
  private var sounding: [Key: UInt8] = [:]
  private var bends: [UInt8: UInt16] = [:]

  /// A message was given to the queue.
  mutating func sent(_ message: MIDIMessage, at nanoseconds: Int64) {
    switch message {
    case .noteOn(let channel, let key, let velocity):
      ahead.append((nanoseconds, .note(Key(channel: channel, key: key), velocity: velocity)))
    case .pitchBend(let channel, let value): ahead.append((nanoseconds, .bend(channel: channel, value: value)))
    default: break
    }
  }

  /// Time has come to `now`.
  mutating func advance(to now: Int64) {
    let due = ahead.prefix { $0.nanoseconds <= now }
    for event in due {
      switch event.change {
      case .note(let key, let velocity): sounding[key] = velocity == 0 ? nil : velocity
      case .bend(let channel, let value): bends[channel] = value
      }
    }
    ahead.removeFirst(due.count)
  }

  /// The notes on as of the last `advance`, lowest first, each with its velocity.
  var notes: [(key: Key, velocity: UInt8)] {
    sounding.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What begins these notes again: on bent channels the bend goes first.
  var beginnings: [MIDIMessage] {
    notes.flatMap { key, velocity -> [MIDIMessage] in
      (bends[key.channel].map { [.pitchBend(channel: key.channel, value: $0)] } ?? [])
        + [.noteOn(channel: key.channel, key: key.key, velocity: velocity)]
    }
  }

  /// The queue was emptied at `now`: what ends every note that was, or may have just been, begun. Forgets them all.
  ///
  /// Between reading the clock and emptying the queue another note may have gone out, hence the margin. An off too
  /// many does no harm.
  mutating func endAll(at now: Int64, margin: Int64 = 20_000_000) -> [MIDIMessage] {
    advance(to: now)
    let justBegun = ahead.prefix { $0.nanoseconds <= now + margin }.compactMap { event -> Key? in
      guard case .note(let key, 1...) = event.change else { return nil }
      return key
    }
    let keys = Set(sounding.keys).union(justBegun)
    self = SoundingNotes()
    return keys.sorted().map { .noteOn(channel: $0.channel, key: $0.key, velocity: 0) }
  }
}
