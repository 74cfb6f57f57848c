/// How MIDI says pitches that lie between the keys: `rendering_params.midi.tuning_output`.
public enum MIDITuningOutput: String, Sendable, CaseIterable, Codable {
  /// The MIDI Tuning Standard: keys are retuned by system exclusive messages. For receivers that know it (FluidSynth,
  /// TiMidity++, some hardware).
  case mts
  /// MIDI Polyphonic Expression: every note has a channel for itself, bent before it begins. For everything that obeys
  /// pitch bend and its range.
  case mpe
  /// The nearest keys: out of tune.
  case off

  /// The words for it: `mts, mpe, off`.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Notes that may sound at once with `mpe`.
  public static let mpeNoteLimit = MPE.memberChannels.count

  /// What puts a receiver back to twelve-tone equal temperament on ordinary channels, of a piece that used these.
  public func reset(channels: some Sequence<UInt8>) -> [MIDIMessage] {
    switch self {
    case .mts: MTS.reset(channels: channels)
    case .mpe: MPE.reset
    case .off: []
    }
  }

  /// What is used where nothing is configured: `mpe`, because nearly every receiver plays it in tune; where more notes
  /// may sound at once than it has channels, `mts`.
  public static func automatic(notesAtOnce: Int) -> MIDITuningOutput { notesAtOnce <= mpeNoteLimit ? .mpe : .mts }
}

extension Piece {
  /// How the piece's MIDI says its tuning; nil in twelve-tone equal temperament, which needs no saying.
  public var midiTuningOutput: MIDITuningOutput? {
    guard !tuning.isTwelveToneEqual else { return nil }
    return tuningOutput ?? .automatic(notesAtOnce: notesAtOnce)
  }
}

/// Registered parameters (RPN) of the MIDI 1.0 specification.
enum RegisteredParameter: UInt8 {
  /// Semitones that the pitch wheel bends at most.
  case pitchBendRange = 0
  /// The tuning program of a channel.
  case tuningProgram = 3
  /// The tuning bank of a channel.
  case tuningBank = 4
  /// MPE configuration: the number of member channels of a zone.
  case mpeConfiguration = 6

  /// The control changes that set the parameter: its number, the value's upper seven bits and lower seven bits, and no
  /// parameter any more, so that later data entries do no harm.
  func messages(channel: UInt8, value: UInt8) -> [MIDIMessage] {
    [(101, 0), (100, rawValue), (6, value), (38, 0), (101, 127), (100, 127)].map {
      .controlChange(channel: channel, controller: $0.0, value: $0.1)
    }
  }
}
