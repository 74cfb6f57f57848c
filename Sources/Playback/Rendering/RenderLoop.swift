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

  private let engine: any SoundEngine
  private var fader: Fader
  private var limiter: Limiter
  private let isLimited: Bool

  /// What is to happen when the fade-out that is running has ended.
  private enum AfterFade { case nothing, pause, skip, stop, quit, seek, hold, join, start }
  private var afterFade = AfterFade.nothing
  private var isPaused = false
  /// Where a seek goes.
  private var seekFrame: Int64 = 0
  /// The master whose clock is followed, if any is.
  var master = MasterClock()

  private typealias Piece = UnsafeMutablePointer<PieceTimeline.Contents>
  private let waiting: UnsafeMutableBufferPointer<Piece?>
  private var waitingStart = 0
  private var waitingCount = 0
  private var piece: Piece?
  /// Pieces that are over but whose voices may still ring.
  private let lingering: UnsafeMutableBufferPointer<Piece?>
  private var lingeringStart = 0
  private var lingeringCount = 0
  private var nextEvent = 0
  private var pieceFrame: Int64 = 0
  /// What of the next frame of the piece has passed; 0 at the piece's own tempo.
  private var fraction = 0.0
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
    return (piece.pointee.streamItem, max(0, Int(pieceFrame) - limiterFrames), !isPaused && !master.holds)
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
      case .follow:
        master.isFollowed = true
        master.isStartingNext = command.value != 0
      case .masterTempo: master.learn(command)
      case .masterStarted, .masterMoved:
        // Held, there is nothing to fade.
        master.learn(command)
        fadeOut(then: command.kind == .masterStarted ? .start : .join)
      case .masterStopped: fadeOut(then: .hold)
      default: break
      }
    }
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

  private func fadeOut(then next: AfterFade) {
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
    case .hold:
      master.isRunning = false
      silence()
      fader.close()
    case .start:
      silence()
      if master.isStartingNext, waitingCount > 0, piece != nil, pieceFrame > 0 { finishPiece() }
      master.origin = master.startPosition
      go()
    case .join:
      silence()
      go()
    }
  }

  /// Goes on where the master is.
  private func go() {
    master.isRunning = true
    if isPaused { return }
    fader.open()
    if piece == nil { return }
    join()
  }

  /// To the place of the piece where the master is. What lies outside of it is the piece over and over.
  private func join() {
    guard let piece else { return }
    let length = piece.pointee.frameCount
    var frame = master.frame(of: piece.pointee)
    if frame >= length || frame < -Int64(MasterClock.bar * piece.pointee.framesPerClock) {
      let wrapped = (frame % length + length) % length
      master.origin += Double(frame - wrapped) / piece.pointee.framesPerClock
      frame = wrapped
    }
    place(at: frame)
    steer()
  }

  /// To another place of the piece: its programs are said and its sounding notes begin.
  private func place(at frame: Int64) {
    guard let piece else { return }
    let events = piece.pointee.events
    pieceFrame = min(frame, piece.pointee.frameCount - 1)
    fraction = 0
    nextEvent = 0
    while nextEvent < events.count, events[nextEvent].frame < pieceFrame {
      var event = events[nextEvent]
      if event.kind == .program { engine.apply(event, of: UnsafePointer(piece)) }
      let passed = Double(pieceFrame - event.frame) / Double(engine.sampleRate)
      if event.kind == .noteOn, event.durationSeconds > passed {
        event.durationSeconds -= passed
        apply(event, of: piece)
      }
      nextEvent += 1
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
    pieceFrame = 0
    fraction = 0
    nextEvent = 0
    if master.isRunning {
      pieceFrame = master.beginning(of: next.pointee)
      steer()
    }
    didReportIdle = false
    quietFrames = 0
    tailFrames = 0
    if !quietly { report(.started, next) }
  }

  private func finishPiece() {
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
      while nextEvent < events.count, events[nextEvent].frame <= pieceFrame {
        apply(events[nextEvent], of: piece)
        nextEvent += 1
      }
      let end = piece.pointee.frameCount
      if pieceFrame >= end {
        finishPiece()
        return 0
      }
      limit = min(limit, frames(until: end))
      if nextEvent < events.count { limit = min(limit, frames(until: events[nextEvent].frame)) }
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
      advance(frameCount)
    } else {
      watchTail(left: left, right: right, frameCount: frameCount)
    }
  }

  /// Frames of sound until a frame of the piece, at least 1.
  private func frames(until frame: Int64) -> Int {
    if !master.isFollowed { return Int(clamping: frame - pieceFrame) }
    return max(1, Int(min(1e9, rt_ceil((Double(frame - pieceFrame) - fraction) / master.speed))))
  }

  private func advance(_ frameCount: Int) {
    if !master.isFollowed {
      pieceFrame += Int64(frameCount)
      return
    }
    let exact = fraction + Double(frameCount) * master.speed
    let whole = Int64(exact)
    pieceFrame += whole
    fraction = exact - Double(whole)
  }

  /// How fast the piece goes, from a block's beginning or its own on, so that it is where the master is when that is
  /// heard.
  private func steer() {
    guard master.isRunning, !isPaused, let piece else { return }
    let isNear = master.steer(
      piece.pointee, at: Double(pieceFrame) + fraction, sampleRate: engine.sampleRate)
    if !isNear, afterFade == .nothing { fadeOut(then: .join) }
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
      playhead.publish(item: piece.pointee.item, frames: max(0, pieceFrame))
    } else {
      playhead.publish(item: 0, frames: 0)
    }
  }
}
