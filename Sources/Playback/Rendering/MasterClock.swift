internal import CRealtime

/// Where a master was at a moment, and how fast it went.
struct MasterPlace: BitwiseCopyable, Sendable, Hashable {
  /// MIDI clocks from its song's beginning.
  var position = 0.0
  /// When it is there, nanoseconds of the monotonic clock.
  var nanoseconds: Int64 = 0
  /// MIDI clocks a nanosecond.
  var tempo = 48e-9
}

/// The master whose clock live sound follows, as the audio side knows it.
///
/// What is heard now was rendered a device's buffer ago, so each block is rendered for where the master will be when the
/// block is heard. The error against that is worked off in `correctionSeconds`: neither the master's jitter nor that of
/// the device's delay is heard, and nothing drifts.
struct MasterClock: BitwiseCopyable {
  /// Whether a master decides at all.
  var isFollowed = false
  /// Whether its song goes on.
  var isRunning = false
  /// Whether a start goes on to the next piece.
  var isStartingNext = true
  /// Where the piece that plays begins in the master's song, MIDI clocks.
  var origin = 0.0
  /// Where the master was when it said that it starts.
  private(set) var startPosition = 0.0
  /// Frames of the piece a frame of sound.
  private(set) var speed = 1.0

  private var place = MasterPlace()
  /// Where the master is when what is rendered next is heard.
  private var position = 0.0

  /// Pieces that begin in silence wait for a bar, MIDI clocks: its clock knows no meter.
  var bar = 96.0
  static let correctionSeconds = 0.1
  /// Further off than this is another place.
  static let farSeconds = 0.15

  /// `speed`; nil where nobody is followed, so that pieces go at their own.
  var ownSpeed: Double? { isFollowed ? speed : nil }

  /// Whether nothing plays because the master does not run.
  var holds: Bool { isFollowed && !isRunning }

  /// What the master's follower has found out.
  mutating func learn(_ message: RenderMessage) {
    place = MasterPlace(position: message.value, nanoseconds: message.time, tempo: message.tempo)
    if message.kind == .masterStarted { startPosition = message.value }
    position = place.position + Double(heardAt - place.nanoseconds) * place.tempo
  }
  private var heardAt: Int64 = 0

  /// When the next block will be heard.
  mutating func hear(at nanoseconds: Int64) {
    heardAt = nanoseconds
    position = place.position + Double(nanoseconds - place.nanoseconds) * place.tempo
  }

  /// Frames of sound have been rendered.
  mutating func pass(_ frameCount: Int, at sampleRate: Int) {
    let nanoseconds = Double(frameCount) / Double(sampleRate) * 1e9
    heardAt += Int64(nanoseconds)
    if isFollowed { position += nanoseconds * place.tempo }
  }

  /// The frame of a piece where the master is.
  func frame(of piece: PieceTimeline.Contents) -> Int64 {
    Int64(rt_rint(min(1e15, max(-1e15, (position - origin) * piece.framesPerClock))))
  }

  /// Where a piece begins that plays next: where the master is or, without one, not before its time.
  ///
  /// - Returns: the frame of the piece to go on from: less than 0 before its beginning.
  mutating func beginning(of piece: PieceTimeline.Contents, sampleRate: Int) -> Int64 {
    guard isFollowed else {
      if piece.notBefore == 0 { return 0 }
      let wait = min(Self.longestWait, max(0, piece.notBefore - heardAt))
      return -Int64(rt_rint(Double(wait) * 1e-9 * Double(sampleRate)))
    }
    guard isRunning else { return 0 }
    // A little late is with the master at once; long after the last piece is with the next bar.
    if position - origin > bar / 4 { origin = rt_ceil(position / bar) * bar }
    return min(frame(of: piece), piece.frameCount - 1)
  }
  /// Whoever says when a piece is to begin means soon: a minute.
  private static let longestWait: Int64 = 60_000_000_000

  /// Chooses the speed of the next block.
  ///
  /// - Returns: false if the piece is somewhere else altogether.
  mutating func steer(_ piece: PieceTimeline.Contents, at frame: Double, sampleRate: Int) -> Bool {
    let exact = (position - origin) * piece.framesPerClock
    let tempo = place.tempo * 1e9 * piece.framesPerClock / Double(sampleRate)
    let error = exact - frame
    let rate = Double(sampleRate) * tempo
    speed = min(1000, max(0.2 * tempo, tempo + error / (Self.correctionSeconds * Double(sampleRate))))
    speed = max(1e-3, speed)
    return abs(error) <= Self.farSeconds * rate
  }
}
