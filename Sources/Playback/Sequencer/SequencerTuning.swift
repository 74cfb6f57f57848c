internal import Core

/// How a piece's tuning is said to receivers.
struct SequencerTuning: Sendable, Hashable {
  /// The way it is said, which is also the way it is taken back.
  var output: MIDITuningOutput
  /// All that is said before the first note.
  var setup: [MIDIMessage]
}

/// What receivers have been told of tunings: what has to be taken back before another one, and when playback ends.
enum ReceiversTuning: Hashable {
  /// Nothing: twelve-tone equal temperament.
  case equal
  /// All of one tuning.
  case tuned(SequencerTuning)
  /// Perhaps a part of these: the queue was emptied meanwhile.
  case unknown([MIDITuningOutput])

  /// After all of a piece's setup.
  init(after tuning: SequencerTuning?) { self = tuning.map { .tuned($0) } ?? .equal }

  /// After some of a piece's setup.
  mutating func disturb(by tuning: SequencerTuning?) {
    let all = outputs + (tuning.map { [$0.output] } ?? [])
    self = .unknown(MIDITuningOutput.allCases.filter(all.contains))
  }

  /// The ways that have to be taken back.
  var outputs: [MIDITuningOutput] {
    switch self {
    case .equal: []
    case .tuned(let tuning): [tuning.output]
    case .unknown(let outputs): outputs
    }
  }

  /// What puts receivers back.
  var reset: [MIDIMessage] { outputs.flatMap(\.reset) }
}
