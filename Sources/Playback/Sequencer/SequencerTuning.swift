internal import Core

/// How a piece's tuning is said to receivers.
struct SequencerTuning: Sendable, Hashable {
  /// The way it is said, which is also the way it is taken back.
  var output: MIDITuningOutput
  /// All that is said before the first note.
  var setup: [MIDIMessage]

  /// The channels that were told.
  var channels: Set<UInt8> { Set(setup.compactMap(\.channel)) }
}

/// What receivers have been told of tunings: what has to be taken back before another one, and when playback ends.
enum ReceiversTuning: Hashable {
  /// Nothing: twelve-tone equal temperament.
  case equal
  /// All of one tuning.
  case tuned(SequencerTuning)
  /// Perhaps a part of these, on these channels: the queue was emptied meanwhile.
  case unknown([MIDITuningOutput], channels: Set<UInt8>)

  /// After all of a piece's setup.
  init(after tuning: SequencerTuning?) { self = tuning.map { .tuned($0) } ?? .equal }

  /// After some of a piece's setup.
  mutating func disturb(by tuning: SequencerTuning?) {
    let all = outputs + (tuning.map { [$0.output] } ?? [])
    self = .unknown(
      MIDITuningOutput.allCases.filter(all.contains), channels: channels.union(tuning?.channels ?? []))
  }

  /// The ways that have to be taken back.
  var outputs: [MIDITuningOutput] {
    switch self {
    case .equal: []
    case .tuned(let tuning): [tuning.output]
    case .unknown(let outputs, _): outputs
    }
  }

  /// The channels that may have been told.
  var channels: Set<UInt8> {
    switch self {
    case .equal: []
    case .tuned(let tuning): tuning.channels
    case .unknown(_, let channels): channels
    }
  }

  /// What puts receivers back.
  var reset: [MIDIMessage] { outputs.flatMap { $0.reset(channels: channels.sorted()) } }
}
