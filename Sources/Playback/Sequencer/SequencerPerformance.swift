internal import Core

/// What the port sends of a piece: the events of its MIDI file, in nanoseconds from its beginning.
///
/// The file is asked for its events, so that the port and the file are one performance.
struct SequencerPerformance: Sendable {
  struct Event: Sendable, Hashable {
    var nanoseconds: Int64
    var message: MIDIMessage
  }

  /// In order of time. Setup that takes a while to travel begins before 0.
  let events: [Event]
  /// From the piece's beginning to where the next one's begins: the roll's length.
  let duration: Int64
  /// The length of a quarter note of the file.
  let quarter: Int64
  /// What a receiver must know before the first note: programs, banks, tunings.
  let setup: [MIDIMessage]
  /// The channels its notes and setup use.
  let channels: Set<UInt8>

  /// How long before the piece's beginning its first event is due.
  var preroll: Int64 { -min(0, events.first?.nanoseconds ?? 0) }

  /// System exclusive longer than this is refused by the kernel's pool or overruns the receiver's, so it is left out.
  static let largestSystemExclusive = 4096
  /// What a MIDI cable carries; sent faster, a burst overruns the receiver's input pool.
  static let bytesPerSecond: Int64 = 3125

  init(_ piece: Piece) {
    self.init(
      file: MIDIFile(piece), timing: MIDITiming(stepSeconds: piece.settings.stepSeconds),
      stepCount: piece.roll.stepCount)
  }

  init(file: MIDIFile, timing: MIDITiming, stepCount: Int) {
    func nanoseconds(_ tick: Int) -> Int64 {
      // Tempo is microseconds a quarter note; 24 bits of it times 28 bits of ticks times 1000 stay below 2^63.
      Int64(tick) * Int64(timing.tempo) * 1000 / Int64(file.ticksPerQuarter)
    }
    let merged = MIDIEvent.sorted(file.tracks.flatMap { $0 }).filter { Self.isSent($0.message) }
    var events = merged.flatMap { event in
      Self.withBank(event.message).map {
        (Event(nanoseconds: nanoseconds(event.tick), message: $0), isSetup: event.phase == .setup)
      }
    }
    setup = events.filter(\.isSetup).map(\.0.message)
    // Backwards, so that each system exclusive message has travelled when what follows it is due.
    for index in events.indices.dropLast().reversed() where events[index].isSetup {
      let latest = events[index + 1].0.nanoseconds - Self.travelTime(events[index].0.message)
      events[index].0.nanoseconds = min(events[index].0.nanoseconds, latest)
    }
    self.events = events.map(\.0)
    duration = nanoseconds(timing.tick(ofStep: stepCount))
    quarter = Int64(timing.tempo) * 1000
    channels = Set(self.events.compactMap(\.message.channel))
  }

  private static func isSent(_ message: MIDIMessage) -> Bool {
    switch message {
    case .noteOn, .controlChange, .programChange, .pitchBend: true
    case .systemExclusive(let data): data.count + 2 <= largestSystemExclusive
    case .tempo, .timeSignature, .trackName, .text, .endOfTrack: false
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

  static func travelTime(_ message: MIDIMessage) -> Int64 {
    guard case .systemExclusive(let data) = message else { return 0 }
    return Int64(data.count + 2) * 1_000_000_000 / bytesPerSecond
  }
}

/// Controller numbers of the MIDI 1.0 specification.
enum MIDIController {
  static let bankSelectMSB: UInt8 = 0
  static let channelVolume: UInt8 = 7
  static let bankSelectLSB: UInt8 = 32
  static let sustain: UInt8 = 64
  static let allNotesOff: UInt8 = 123
}

extension MIDIMessage {
  /// The channel of a channel voice message, from 0.
  var channel: UInt8? {
    switch self {
    case .noteOn(let channel, _, _), .controlChange(let channel, _, _), .programChange(let channel, _),
      .pitchBend(let channel, _):
      channel
    default: nil
    }
  }
}
