/// The messages of a standard MIDI file that this program writes, as plain values.
///
/// After the MIDI 1.0 detailed specification (channel voice and system exclusive messages) and the Standard MIDI Files
/// 1.0 specification (meta events).
public enum MIDIMessage: Sendable, Hashable {
  /// Note on; velocity 0 is a note off.
  case noteOn(channel: UInt8, key: UInt8, velocity: UInt8)
  /// Control change.
  case controlChange(channel: UInt8, controller: UInt8, value: UInt8)
  /// Program change.
  case programChange(channel: UInt8, program: UInt8)
  /// Pitch bend, 0...16383; 8192 is no bend.
  case pitchBend(channel: UInt8, value: UInt16)
  /// System exclusive: the bytes between `F0` and `F7`, each below 128.
  case systemExclusive([UInt8])
  /// Meta event: microseconds per quarter note, 1...16777215.
  case tempo(microsecondsPerQuarter: UInt32)
  /// Meta event: numerator, the denominator's power of two, MIDI clocks a metronome click, 32nds a quarter note.
  case timeSignature(numerator: UInt8, denominatorPower: UInt8, clocksPerClick: UInt8, thirtySecondsPerQuarter: UInt8)
  /// Meta event: sharps of the signature (flats are negative), and whether the key is a minor one.
  case keySignature(sharps: Int8, isMinor: Bool)
  /// Meta event: the track's name.
  case trackName(String)
  /// Meta event: any other text.
  case text(String)
  /// Meta event: the track's last.
  case endOfTrack

  /// The channel of a channel voice message, from 0; nil of the others.
  public var channel: UInt8? {
    switch self {
    case .noteOn(let channel, _, _), .controlChange(let channel, _, _), .programChange(let channel, _),
      .pitchBend(let channel, _):
      channel
    case .systemExclusive, .tempo, .timeSignature, .keySignature, .trackName, .text, .endOfTrack: nil
    }
  }
}

/// Controller numbers of the MIDI 1.0 detailed specification (table III).
public enum MIDIController {
  /// The bank's upper seven bits.
  public static let bankSelectMSB: UInt8 = 0
  /// A channel's volume.
  public static let channelVolume: UInt8 = 7
  /// A channel's place between left (0) and right (127).
  public static let pan: UInt8 = 10
  /// The bank's lower seven bits.
  public static let bankSelectLSB: UInt8 = 32
  /// The sustaining pedal: down from 64.
  public static let sustain: UInt8 = 64
  /// All notes of the channel end.
  public static let allNotesOff: UInt8 = 123
}

/// Status bytes of channel voice and system messages; the lower four bits of the former are the channel.
enum MIDIStatus {
  static let noteOn: UInt8 = 0x90
  static let controlChange: UInt8 = 0xB0
  static let programChange: UInt8 = 0xC0
  static let pitchBend: UInt8 = 0xE0
  static let systemExclusive: UInt8 = 0xF0
  static let endOfExclusive: UInt8 = 0xF7
  static let meta: UInt8 = 0xFF
}

/// Types of meta events: the byte after `FF`.
enum MIDIMetaType {
  static let text: UInt8 = 0x01
  static let trackName: UInt8 = 0x03
  static let endOfTrack: UInt8 = 0x2F
  static let tempo: UInt8 = 0x51
  static let timeSignature: UInt8 = 0x58
  static let keySignature: UInt8 = 0x59
}

/// A message at a time.
public struct MIDIEvent: Sendable, Hashable {
  /// What goes first within one tick.
  public enum Phase: Int, Sendable, Comparable {
    /// Names, tempo, programs.
    case setup
    /// Ends of notes, before anything that would change how they fade, and before new notes on the same key.
    case noteOff
    /// Tuning and bends of the notes about to begin.
    case tuning
    /// Beginnings of notes.
    case noteOn

    /// The earlier phase first.
    public static func < (a: Phase, b: Phase) -> Bool { a.rawValue < b.rawValue }
  }

  /// Ticks from the track's beginning.
  public var tick: Int
  /// The place within the tick.
  public var phase: Phase
  /// The message.
  public var message: MIDIMessage

  /// An event of these parts.
  public init(tick: Int, phase: Phase, message: MIDIMessage) {
    self.tick = tick
    self.phase = phase
    self.message = message
  }

  /// In order of tick and phase; within these as given.
  public static func sorted(_ events: [MIDIEvent]) -> [MIDIEvent] {
    events.enumerated()
      .sorted { ($0.element.tick, $0.element.phase, $0.offset) < ($1.element.tick, $1.element.phase, $1.offset) }
      .map(\.element)
  }
}
