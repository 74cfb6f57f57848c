internal import CRealtime
internal import Core
internal import Synchronization

/// The audio side's own machine: takes messages, plays pieces one after another on the engine, cuts blocks at every
/// event, fades, limits. It knows no device: live playback and the offline render run this same code.
///
/// Not thread-safe: everything but the queues and the playhead belongs to one thread.
final class RenderLoop {
  /// Control side to audio side.
  let commands: EventQueue
  /// Audio side to control side.
  let reports: EventQueue
  /// Read by the control side.
  let playhead: Playhead
  /// Set when a report was pushed; whoever wakes the control side clears it.
  var hasReports = false
  /// Set by a `quit` command once the fade-out is done.
  private(set) var isQuitting = false

  /// Frames that wait in the limiter.
  let limiterFrames: Int

  let engine: any SoundEngine
  var fader: Fader
  private var limiter: Limiter
  private let isLimited: Bool

  /// What is to happen when the fade-out that is running has ended.
  enum AfterFade { case nothing, pause, skip, stop, quit, seek, hold, join, start }
  private(set) var afterFade = AfterFade.nothing
  private(set) var isPaused = false
  /// Where a seek goes.
  private var seekFrame: Int64 = 0
  /// The master whose clock is followed, if any is.
  var master = MasterClock()

  typealias Piece = UnsafeMutablePointer<PieceTimeline.Contents>
  private let waiting: UnsafeMutableBufferPointer<Piece?>
  private var waitingStart = 0
  private(set) var waitingCount = 0
  private(set) var piece: Piece?
  /// Where in it.
  var cursor = PieceCursor()
  /// Pieces that are over but whose voices may still ring.
  private let lingering: UnsafeMutableBufferPointer<Piece?>
  private var lingeringStart = 0
  private var lingeringCount = 0
  private var quietFrames = 0
  private var tailFrames = 0
  private var didReportIdle = true

  /// Pieces that may wait on the audio side; the control side never sends more.
  static let waitingCapacity = 256
  /// A whole fade, seconds.
  static let fadeSeconds = 0.005
  /// The loudest sample that leaves, -0.2 dB: a converter that interpolates goes a little beyond the samples.
  private static let ceiling: Float = 0.977
  /// How long the limiter looks ahead: short, because it delays the sound.
  private static let lookAheadSeconds = 0.0015
  /// A tail is over when every sample of a tenth of a second lies below this (-90 dB).
  private static let silenceLevel: Float = 0.00003
  /// A tail that rings longer than this is cut, seconds: a looped sample without release would ring for ever.
  static let longestTailSeconds = 15

  /// - Parameters:
  ///   - engine: What makes the samples; it must not have rendered anything yet.
  ///   - volume: Gain, 0...1.
  ///   - isLimited: Whether peaks are kept below full scale; a file may keep them.
  init(engine: any SoundEngine, volume: Float, isLimited: Bool = true) {
    self.engine = engine
    self.isLimited = isLimited
    commands = EventQueue(capacity: 1024)
    reports = EventQueue(capacity: 4 * Self.waitingCapacity)
    playhead = Playhead()
    fader = Fader(sampleRate: engine.sampleRate, seconds: Self.fadeSeconds, volume: volume)
    limiter = Limiter(
      sampleRate: Double(engine.sampleRate), ceiling: Self.ceiling, lookAheadSeconds: Self.lookAheadSeconds)
    limiterFrames = isLimited ? limiter.latencyFrames : 0
    waiting = .allocate(capacity: Self.waitingCapacity)
    waiting.initialize(repeating: nil)
    // One more than may be on the audio side at once: those that wait and the one that plays.
    lingering = .allocate(capacity: Self.waitingCapacity + 2)
    lingering.initialize(repeating: nil)
  }

  deinit {
    waiting.deallocate()
    lingering.deallocate()
  }

  /// Whether a block would be silence for as long as no message comes.
  var isResting: Bool {
    isPaused || master.holds || (piece == nil && waitingCount == 0 && didReportIdle)
  }

  /// What is heard right behind the last block, for the stream.
  var heard: (item: UInt64, frame: Int, isMoving: Bool) {
    guard let piece else { return (0, 0, false) }
    return (piece.pointee.streamItem, max(0, Int(cursor.frame) - limiterFrames), !isPaused && !master.holds)
  }

  // MARK: Messages

  /// Takes every message that waits. Called before each block, and while resting.
  func takeCommands() {
    // While a fade-out runs the rest waits: what comes after a stop must not be dropped by it.
    while afterFade == .nothing, let command = commands.pop() {
      switch command.kind {
      case .play: enqueue(command.piece)
      case .skip: fadeOut(then: .skip)
      case .pause: fadeOut(then: .pause)
      case .stop: fadeOut(then: .stop)
      case .quit: fadeOut(then: .quit)
      case .resume:
        isPaused = false
        playhead.isPaused.store(false, ordering: .relaxed)
        fader.fadeIn()
        // The master has gone on meanwhile.
        if master.isRunning { fadeOut(then: .join) }
      case .volume: fader.setVolume(Float(command.value))
      case .seek where !master.isFollowed:
        seekFrame = Int64(max(0, min(1e15, command.value)))
        fadeOut(then: .seek)
      default: follow(command)
      }
    }
    // What comes while the sound is held waits at its own beginning, where it is seen; and nothing is rendered while all
    // rests, which would say where.
    if piece == nil, isPaused, !master.holds { beginNextPiece() }
    if isResting { publish() }
  }

  private func enqueue(_ new: Piece?) {
    guard let new else { return }
    guard waitingCount < waiting.count else {
      report(.finished, new)
      report(.returned, new)
      return
    }
    waiting[(waitingStart + waitingCount) % waiting.count] = new
    waitingCount += 1
  }

  /// Fades out, unless nothing is heard, and then does what is to be done.
  func fadeOut(then next: AfterFade) {
    afterFade = next
    if isResting { return didFadeOut() }
    fader.fadeOut()
  }

  /// Ends a fade that nobody can hear, because the device is gone.
  func finishFade() {
    if afterFade == .nothing { return }
    fader.close()
    didFadeOut()
  }

  /// Begins softly in the middle of a piece: the device is back.
  func fadeBackIn() {
    fader.close()
    fader.fadeIn()
  }

  private func didFadeOut() {
    let what = afterFade
    afterFade = .nothing
    switch what {
    case .nothing: break
    case .pause:
      isPaused = true
      fader.close()
      playhead.isPaused.store(true, ordering: .relaxed)
    case .skip:
      silence()
      finishPiece()
      beginNextPiece()
      if !isPaused { fader.open() }
    case .stop, .quit:
      silence()
      finishPiece()
      while waitingCount > 0 {
        beginNextPiece(quietly: true)
        finishPiece()
      }
      if !isPaused { fader.open() }
      if what == .quit { isQuitting = true }
    case .seek:
      silence()
      place(at: seekFrame)
      if !isPaused { fader.open() }
    case .hold, .start, .join:
      silence()
      obeyMaster(what)
    }
  }

  /// To another place of the piece: its programs are said and its sounding notes begin.
  func place(at frame: Int64) {
    guard let piece else { return }
    let events = piece.pointee.events
    cursor = PieceCursor(frame: min(frame, piece.pointee.frameCount - 1))
    while cursor.nextEvent < events.count, events[cursor.nextEvent].frame < cursor.frame {
      var event = events[cursor.nextEvent]
      if event.kind == .program { engine.apply(event, of: UnsafePointer(piece)) }
      let passed = Double(cursor.frame - event.frame) / Double(engine.sampleRate)
      if event.kind == .noteOn, event.durationSeconds > passed {
        event.durationSeconds -= passed
        apply(event, of: piece)
      }
      cursor.nextEvent += 1
    }
  }

  private func apply(_ event: RenderEvent, of piece: Piece) {
    var event = event
    if master.isFollowed { event.durationSeconds /= master.speed }
    engine.apply(event, of: UnsafePointer(piece))
  }

  private func silence() {
    engine.panic()
    limiter.reset()
  }

  // MARK: Pieces

  private func beginNextPiece(quietly: Bool = false) {
    guard waitingCount > 0, let next = waiting[waitingStart] else { return }
    waiting[waitingStart] = nil
    waitingStart = (waitingStart + 1) % waiting.count
    waitingCount -= 1
    piece = next
    cursor = PieceCursor(frame: master.beginning(of: next.pointee, sampleRate: engine.sampleRate))
    steer()
    didReportIdle = false
    quietFrames = 0
    tailFrames = 0
    if !quietly { report(.started, next) }
  }

  /// The piece that plays is over.
  func finishPiece() {
    guard let done = piece else { return }
    piece = nil
    if master.isFollowed { master.origin += Double(done.pointee.frameCount) / done.pointee.framesPerClock }
    report(.finished, done)
    lingering[(lingeringStart + lingeringCount) % lingering.count] = done
    lingeringCount += 1
    giveBackLingering()
  }

  /// Gives back the pieces, oldest first, whose last voices have ended.
  private func giveBackLingering() {
    while lingeringCount > 0, let oldest = lingering[lingeringStart], !engine.holds(UnsafePointer(oldest)) {
      report(.returned, oldest)
      lingering[lingeringStart] = nil
      lingeringStart = (lingeringStart + 1) % lingering.count
      lingeringCount -= 1
    }
  }

  private func report(_ kind: RenderMessage.Kind, _ piece: Piece?) {
    report(RenderMessage(kind: kind, item: piece?.pointee.item ?? 0, piece: piece))
  }

  /// Says something to the control side.
  func report(_ message: RenderMessage) {
    // The queue is large enough for every report about as many pieces as may wait.
    _ = reports.push(message)
    hasReports = true
  }

  // MARK: Rendering

  /// Writes the next block; silence while resting.
  func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    var done = 0
    steer()
    while done < frameCount {
      if piece == nil, !isPaused, !master.holds { beginNextPiece() }
      if isResting {
        left.advanced(by: done).update(repeating: 0, count: frameCount - done)
        right.advanced(by: done).update(repeating: 0, count: frameCount - done)
        break
      }
      let count = framesUntilNextBoundary(within: frameCount - done)
      if count > 0 {
        renderPart(left: left + done, right: right + done, frameCount: count)
        done += count
        master.pass(count, at: engine.sampleRate)
      }
      if afterFade != .nothing, fader.isSilent { didFadeOut() }
    }
    if lingeringCount > 0 { giveBackLingering() }
    publish()
  }

  /// Applies what is due now, ends and begins pieces, and says how far one may render without stopping.
  private func framesUntilNextBoundary(within room: Int) -> Int {
    var limit = room
    if let piece {
      let events = piece.pointee.events
      while cursor.nextEvent < events.count, events[cursor.nextEvent].frame <= cursor.frame {
        apply(events[cursor.nextEvent], of: piece)
        cursor.nextEvent += 1
      }
      let end = piece.pointee.frameCount
      if cursor.frame >= end {
        finishPiece()
        return 0
      }
      limit = min(limit, cursor.frames(until: end, speed: master.ownSpeed))
      if cursor.nextEvent < events.count {
        limit = min(limit, cursor.frames(until: events[cursor.nextEvent].frame, speed: master.ownSpeed))
      }
    }
    if let fade = fader.remaining, fade > 0 { limit = min(limit, fade) }
    return limit
  }

  private func renderPart(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    engine.render(left: left, right: right, frameCount: frameCount)
    // The fade comes last: what waits in the limiter's delay line at a pause has then not been faded yet.
    if isLimited { limiter.process(left: left, right: right, frameCount: frameCount) }
    fader.process(left: left, right: right, frameCount: frameCount)
    if piece != nil {
      cursor.advance(frameCount, speed: master.ownSpeed)
    } else {
      watchTail(left: left, right: right, frameCount: frameCount)
    }
  }

  /// After the last piece: is its tail over?
  private func watchTail(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
    tailFrames += frameCount
    var peak: Float = 0
    for frame in 0..<frameCount { peak = max(peak, max(abs(left[frame]), abs(right[frame]))) }
    quietFrames = engine.activeVoiceCount == 0 && peak < Self.silenceLevel ? quietFrames + frameCount : 0
    let isTooLong = tailFrames > Self.longestTailSeconds * engine.sampleRate
    if isTooLong || quietFrames > engine.sampleRate / 10 {
      silence()
      giveBackLingering()
      didReportIdle = true
      report(.idle, nil)
    }
  }

  private func publish() {
    if let piece {
      playhead.publish(item: piece.pointee.item, frames: max(0, cursor.frame))
    } else {
      playhead.publish(item: 0, frames: 0)
    }
  }
}
