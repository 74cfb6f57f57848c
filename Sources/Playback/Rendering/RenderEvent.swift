/// What a sound engine is told to do at one frame of a piece: a plain value that the audio thread may copy.
struct RenderEvent: BitwiseCopyable, Sendable, Hashable {
  /// What is to happen.
  enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// Makes a channel ready for a piece: program and fine tuning. Sent before the first note.
    case program
    /// A note begins.
    case noteOn
    /// A note ends (engines that know a note's length from `noteOn` ignore it).
    case noteOff
  }

  /// Frames after the piece's beginning.
  var frame: Int64
  /// What is to happen.
  var kind: Kind
  /// The engine's channel; what it means is the engine's own affair.
  var channel: UInt8 = 0
  /// MIDI key of the note, or the program's number.
  var key: UInt8 = 0
  /// MIDI velocity of the note.
  var velocity: UInt8 = 0
  /// How far the note lies above `key`, cents.
  var cents: Float = 0
  /// Hz.
  var frequency: Double = 0
  /// The note's length, frames.
  var durationFrames: Int64 = 0
  /// The engine's own data for the note, an index it gave out while preparing the piece.
  var patch: Int32 = 0
}
