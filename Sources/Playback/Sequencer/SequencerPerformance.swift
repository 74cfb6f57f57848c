internal import Core

/// What the port sends of a piece: the events of its MIDI file, in nanoseconds from its beginning.
///
/// The file is asked for its events, so that the port and the file are one performance.
struct SequencerPerformance: Sendable {
  struct Event: Sendable, Hashable {
    var nanoseconds: Int64
    var message: MIDIMessage
  }

  /// In order of time, the setup first. Setup that takes a while to travel begins before 0.
  let events: [Event]
  /// From the piece's beginning to where the next one's begins: the roll's length.
  let duration: Int64
  /// The timing of its ticks.
  let timing: MIDITiming
  /// The timing of the piece itself, where that is another.
  private let pieceTiming: MIDITiming
  /// Quarter notes that the MIDI clock counts as one.
  private let clockQuarters: Int
  /// What a receiver must know before the first note: programs, banks, tunings.
  let setup: [MIDIMessage]
  /// The tuning that the setup says; nil where receivers need not be told of one.
  let tuning: SequencerTuning?
  /// The channels its notes and setup use.
  let channels: Set<UInt8>
  /// Its notes' lowest and highest key; nil if there is no note.
  let keys: ClosedRange<UInt8>?

  /// System exclusive longer than this is refused by the kernel's pool or overruns the receiver's, so it is left out.
  static let largestSystemExclusive = 4096
  /// What a MIDI cable carries; sent faster, a burst overruns the receiver's input pool.
  static let bytesPerSecond: Int64 = 3125

  init(_ piece: Piece) {
    self.init(
      file: MIDIFile(piece), timing: MIDITiming(piece), stepCount: piece.stepCount, tuningOutput: piece.midiTuningOutput
    )
  }

  /// The same where every quarter note of the file has one length, for a master that says how long it really is.
  static func followed(_ piece: Piece) -> SequencerPerformance {
    let piece = piece.evenlyPaced
    let timing = MIDITiming(piece)
    return SequencerPerformance(
      file: MIDIFile(piece), timing: timing.even(microsecondsPerQuarter: Int(FollowedTime.quarter / 1000)),
      stepCount: piece.stepCount, tuningOutput: piece.midiTuningOutput, pieceTiming: timing)
  }

  init(
    file: MIDIFile, timing: MIDITiming, stepCount: Int, tuningOutput: MIDITuningOutput? = nil,
    pieceTiming: MIDITiming? = nil
  ) {
    self.pieceTiming = pieceTiming ?? timing
    let merged = MIDIEvent.sorted(file.tracks.flatMap { $0 }).filter { Self.isSent($0.message) }
    var events = merged.flatMap { event in
      Self.withBank(event.message).map {
        (Event(nanoseconds: timing.nanoseconds(ofTick: event.tick), message: $0), isSetup: event.phase == .setup)
      }
    }
    let setup = events.filter(\.isSetup).map(\.0.message)
    self.setup = setup
    tuning = tuningOutput.flatMap { $0 == .off ? nil : SequencerTuning(output: $0, setup: setup) }
    // Backwards, so that each message has travelled when what follows it is due.
    for index in events.indices.dropLast().reversed() where events[index].isSetup {
      let latest = events[index + 1].0.nanoseconds - Self.travelTime(events[index].0.message, isMany: tuning != nil)
      events[index].0.nanoseconds = min(events[index].0.nanoseconds, latest)
    }
    self.events = events.map(\.0)
    duration = timing.nanoseconds(ofTick: timing.tick(ofStep: stepCount))
    self.timing = timing
    let fastest = Int64(timing.tempos.map(\.microsecondsPerQuarter).min() ?? 500_000) * 1000
    var quarters: Int64 = 1
    while quarters * fastest < 100_000_000 { quarters *= 2 }
    clockQuarters = Int(quarters)
    channels = Set(self.events.compactMap(\.message.channel))
    let keys = self.events.compactMap { event -> UInt8? in
      guard case .noteOn(_, let key, _) = event.message else { return nil }
      return key
    }
    self.keys = keys.min().flatMap { lowest in keys.max().map { lowest...$0 } }
  }

  /// Nanoseconds of the piece at its own tempo, from nanoseconds here.
  func pieceNanoseconds(_ nanoseconds: Int64) -> Int64 {
    if timing == pieceTiming { return nanoseconds }
    let tick = Double(nanoseconds) / Double(FollowedTime.quarter) * Double(timing.ticksPerQuarter)
    return pieceTiming.nanoseconds(ofTick: Int(max(0, min(1e9, tick))))
  }

  // MARK: Clock

  /// When a MIDI clock is due, counted from 0.
  ///
  /// A clock comes 24 times a quarter note of the tempo map. A piece with very short steps would flood the cable: it
  /// counts two, four, ... of its quarter notes as one, so that no more than 240 clocks go out in a second.
  func nanoseconds(ofClock clock: Int64) -> Int64 {
    let (quarters, rest) = clock.quotientAndRemainder(dividingBy: 24)
    let tick = Int(quarters) * clockQuarters * timing.ticksPerQuarter
    let begin = timing.nanoseconds(ofTick: tick)
    if rest == 0 { return begin }
    // A tick is no 24th of a quarter note, so the place in between is one of nanoseconds; within a quarter note in which
    // the tempo changes the clocks are spread evenly.
    let end = timing.nanoseconds(ofTick: tick + clockQuarters * timing.ticksPerQuarter)
    return begin + rest * (end - begin) / 24
  }

  /// Clocks that are due before its end.
  var clockCount: Int64 { firstClock(from: duration) }

  /// The first clock that is due at a time, or after it.
  func firstClock(from nanoseconds: Int64) -> Int64 {
    var (low, high): (Int64, Int64) = (0, 1)
    while self.nanoseconds(ofClock: high) < nanoseconds { high *= 2 }
    while low < high {
      let middle = (low + high) / 2
      if self.nanoseconds(ofClock: middle) < nanoseconds { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func isSent(_ message: MIDIMessage) -> Bool {
    switch message {
    case .noteOn, .controlChange, .programChange, .pitchBend: true
    case .systemExclusive(let data): data.count + 2 <= largestSystemExclusive
    case .tempo, .timeSignature, .keySignature, .trackName, .text, .endOfTrack: false
    }
  }

  /// Bank 0 goes before every program, for a receiver that another program left in another bank.
  private static func withBank(_ message: MIDIMessage) -> [MIDIMessage] {
    guard case .programChange(let channel, _) = message else { return [message] }
    return [
      .controlChange(channel: channel, controller: MIDIController.bankSelectMSB, value: 0),
      .controlChange(channel: channel, controller: MIDIController.bankSelectLSB, value: 0),
      message,
    ]
  }

  /// How long a message is on the cable. Alone, what is not system exclusive may go out with what follows it; the setup
  /// of a tuning is more than a receiver holds until it wakes up (200 events).
  static func travelTime(_ message: MIDIMessage, isMany: Bool) -> Int64 {
    switch message {
    case .systemExclusive(let data): Int64(data.count + 2) * 1_000_000_000 / bytesPerSecond
    default: isMany ? 3 * 1_000_000_000 / bytesPerSecond : 0
    }
  }

  /// The events for receivers that were told of tunings before: what takes those back goes first, and a tuning that they
  /// know is not said again (MPE's setup would cut off what still sounds).
  ///
  /// - Returns: the events, and how many of them are not yet the piece's notes.
  func events(for receivers: ReceiversTuning) -> (events: [Event], introduction: Int) {
    if let tuning, receivers == .tuned(tuning) { return (Array(events.dropFirst(setup.count)), 0) }
    var time = min(0, events.first?.nanoseconds ?? 0)
    var taken: [Event] = []
    for message in receivers.reset.reversed() {
      time -= Self.travelTime(message, isMany: true)
      taken.append(Event(nanoseconds: time, message: message))
    }
    return (taken.reversed() + events, taken.count + setup.count)
  }
}
