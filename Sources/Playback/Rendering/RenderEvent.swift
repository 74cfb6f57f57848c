/// What a sound engine is told to do at one frame of a piece: a plain value that the audio thread may copy.
///
/// An engine makes its events itself (`SoundEngine.timeline(of:)`) and fills in what it needs.
struct RenderEvent: BitwiseCopyable, Sendable, Hashable {
  /// What is to happen.
  enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// Makes a channel ready for a piece: program and fine tuning. Before the first note.
    case program
    /// A note begins.
    case noteOn
    /// A note ends. Engines that know a note's length from `noteOn` have none.
    case noteOff
  }

  /// Frames after the piece's beginning.
  var frame: Int64
  /// What is to happen.
  var kind: Kind
  /// The engine's channel.
  var channel: UInt8 = 0
  /// MIDI key of the note, or the program's number.
  var key: UInt8 = 0
  /// MIDI velocity of the note.
  var velocity: UInt8 = 0
  /// How far the channel's notes lie above their keys, cents.
  var cents: Float = 0
  /// Hz.
  var frequency: Double = 0
  /// The note's length.
  var durationSeconds: Double = 0
  /// Peak of the note, 1 is full scale.
  var volume: Double = 0
  /// From -1 (left) to 1 (right).
  var location: Double = 0
  /// The part whose note it is, from 0.
  var part: UInt8 = 0
}
