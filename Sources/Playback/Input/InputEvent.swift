internal import CALSA

/// What somebody has sent to the port that hears.
struct InputEvent: Sendable, Hashable {
  /// What is said.
  enum Content: Sendable, Hashable {
    /// Clock, start, stop, continue, song position.
    case transport(ClockFollower.Message)
    /// A key is pressed; velocity 0: it is let go.
    case note(channel: UInt8, key: UInt8, velocity: UInt8)
    /// A controller has moved.
    case control(channel: UInt8, controller: UInt8, value: UInt8)
    /// Another program is wanted.
    case program(channel: UInt8, program: UInt8)
  }

  /// Who says it.
  var source: SequencerAddress
  /// When it came, real time of our queue.
  var nanoseconds: Int64
  /// What is said.
  var content: Content
}

extension SequencerClient.Incoming {
  /// What has come, in times of a clock that runs: if it stands still, the first event that needs it starts it.
  ///
  /// - Parameters:
  ///   - period: Nanoseconds between two clocks of the master.
  ///   - start: Starts the clock; returns its time.
  static func stamped(_ incoming: [Self], isRunning: Bool, period: Double, start: () -> Int64) -> [Self] {
    guard !isRunning, incoming.contains(where: \.isInput) else { return incoming }
    return restamp(incoming, now: start(), period: period)
  }

  /// Gives events times whose stamps are those of a clock that stood still: the last one came now, and those before it a
  /// clock of the master apart, so that who woke up late counts all of them.
  static func restamp(_ incoming: [Self], now: Int64, period: Double) -> [Self] {
    var (restamped, time) = (incoming, Double(now))
    for index in incoming.indices.reversed() {
      guard case .input(var event) = incoming[index] else { continue }
      event.nanoseconds = Int64(time)
      restamped[index] = .input(event)
      if event.content == .transport(.clock) { time -= period }
    }
    return restamped
  }

  /// Whether it is an event, which needs a clock that runs.
  var isInput: Bool { if case .input = self { true } else { false } }
}

extension InputEvent {
  /// - Returns: nil for what is of no interest here: system exclusive, active sensing, ...
  init?(_ event: snd_seq_event_t) {
    guard let content = Self.content(event) else { return nil }
    self.content = content
    source = SequencerAddress(event.source)
    nanoseconds = Int64(event.time.time.tv_sec) * 1_000_000_000 + Int64(event.time.time.tv_nsec)
  }

  private static func content(_ event: snd_seq_event_t) -> Content? {
    let (note, control) = (event.data.note, event.data.control)
    // The sender's numbers are only promised to be small.
    func seven(_ value: Int32) -> UInt8 { UInt8(min(127, max(0, value))) }
    switch snd_seq_event_type(UInt32(event.type)) {
    case SND_SEQ_EVENT_CLOCK: return .transport(.clock)
    case SND_SEQ_EVENT_START: return .transport(.start)
    case SND_SEQ_EVENT_CONTINUE: return .transport(.resume)
    case SND_SEQ_EVENT_STOP: return .transport(.stop)
    case SND_SEQ_EVENT_SONGPOS: return .transport(.position(Int(control.value)))
    case SND_SEQ_EVENT_NOTEON:
      return .note(channel: note.channel & 15, key: note.note & 127, velocity: min(127, note.velocity))
    case SND_SEQ_EVENT_NOTEOFF: return .note(channel: note.channel & 15, key: note.note & 127, velocity: 0)
    case SND_SEQ_EVENT_CONTROLLER:
      guard control.param < 128 else { return nil }
      return .control(channel: control.channel & 15, controller: UInt8(control.param), value: seven(control.value))
    case SND_SEQ_EVENT_CONTROL14:
      // Both halves of a 14-bit value at once.
      guard control.param < 32 else { return nil }
      return .control(
        channel: control.channel & 15, controller: UInt8(control.param), value: seven(control.value >> 7))
    case SND_SEQ_EVENT_PGMCHANGE: return .program(channel: control.channel & 15, program: seven(control.value))
    default: return nil
    }
  }
}
