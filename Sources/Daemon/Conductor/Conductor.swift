public import Core
internal import Foundation
public import Logging

#if Playback
  internal import Playback
#endif

/// Runs session after session: trains an agent, lets it compose, writes the pieces into the library, begins afresh.
///
/// Whatever goes wrong with the disk, the database or the sound is said once, shown in `status`, tried again and again,
/// and never stops the rest. Everybody may ask and steer at any time; what is asked for takes effect at the next
/// population or piece.
///
///     let conductor = try Conductor(configuration: configuration, file: path, library: library, logger: logger)
///     async let end: Void = conductor.run()
///     for await event in conductor.events.subscribe() { ... }
public actor Conductor {
  /// Finished pieces that may wait for the disk before the sessions wait for it too.
  static let unwrittenLimit = 16

  /// What happens, for any number of listeners.
  public nonisolated let events = EventBroadcast()
  /// The pieces.
  public nonisolated let library: PieceLibrary
  nonisolated let logger: Logger
  nonisolated let trainer = Trainer()
  nonisolated let pulse = Pulse()
  let started = Date()
  var trainerPatience = Duration.seconds(40)

  var configuration: Configuration
  var configurationFile: String?
  /// Takes the place of `configuration` when the running session is over.
  var nextConfiguration: (configuration: Configuration, file: String?)?

  // What the loop is asked for.
  var isPaused: Bool
  var isStopped = false
  var wantsNext = false
  var isEnding = false
  private var isOver = false
  private var sleepers: [UInt64: CheckedContinuation<Void, Never>] = [:]
  private var lastSleeper: UInt64 = 0

  // What the loop does.
  var phase = DaemonStatus.Phase.paused { didSet { if phase != oldValue { sendStatus() } } }
  var session: CurrentSession?
  /// Sessions that are over, of which the database does not know yet.
  var unclosed: [(session: Int64, populations: Int)] = []
  var unwritten: [UnwrittenPiece] = []
  var problems: [String: String] = [:]
  var stepsPerSecond = 0.0
  var lastRecovery = ContinuousClock.now

  // The rules.
  var weights: [String: Double] = [:]
  var areWeightsNew = false
  var isSteering: Bool

  #if Playback
    var player: Player?
    var playback: PlaybackConfiguration
    var deviceMessage: String?
    var successor: Successor?
    var isChangingSound = false
    var opening = SoundOpening()
    var shown: PlayerState?
    var hearing: (piece: Int64, since: Date)?
  #endif

  /// A conductor at rest; `run` begins.
  ///
  /// - Parameters:
  ///   - file: the configuration's file, for `reload`; nil for the default configuration.
  ///   - library: opened as an owner.
  public init(configuration: Configuration, file: String?, library: PieceLibrary, logger: Logger) {
    self.configuration = configuration
    configurationFile = file
    self.library = library
    self.logger = logger
    isPaused = configuration.daemon.sessions.startsPaused
    isSteering = configuration.daemon.steering.isEnabled
    #if Playback
      playback = configuration.playback
    #endif
    weights = Self.savedWeights(library.folder, configuration)
  }

  /// What is running, and what is wrong.
  public func status() -> DaemonStatus {
    DaemonStatus(
      phase: isEnding ? .ending : phase, session: session?.record?.id, seed: session?.seed,
      origin: session?.origin, population: session?.state.population ?? 0,
      populations: configuration.daemon.sessions.populations, best: session?.state.best?.score,
      stepsPerSecond: phase == .training ? stepsPerSecond : 0, unwrittenCount: unwritten.count,
      problems: problems.values.sorted(), configurationFile: configurationFile,
      configurationDigest: configuration.digest, isSteering: isSteering, process: getpid(), started: started)
  }

  // MARK: What people ask for

  /// Goes on: after `pause`, `stop`, or a start in pause.
  public func start() {
    isPaused = false
    isStopped = false
    wake()
  }

  /// Holds after the population or piece that is being made.
  public func pause() {
    isPaused = true
    wake()
  }

  /// Leaves the session after the population that is being trained: keeps its checkpoint and frees its memory. `start`
  /// goes on with it.
  public func stop() {
    isStopped = true
    wake()
  }

  /// Lets the session compose with what it has learnt so far, and begins the next one.
  public func nextSession() {
    wantsNext = true
    isPaused = false
    isStopped = false
    wake()
  }

  /// Takes another configuration in: at once what says nothing about composing, after this session the rest.
  public func reload(_ configuration: Configuration, file: String?) {
    let isSameMusic = configuration.digest == self.configuration.digest
    log(.notice, "configuration reloaded" + (isSameMusic ? "" : "; its music begins with the next session"))
    if isSameMusic {
      adopt(configuration, file: file)
    } else {
      // How pieces are heard need not wait.
      adoptPlayback(configuration.playback, timbres: self.configuration.timbres)
      nextConfiguration = (configuration, file)
      wantsNext = session != nil
    }
    wake()
  }

  func adopt(_ configuration: Configuration, file: String?) {
    let hasNewSteering = configuration.daemon.steering != self.configuration.daemon.steering
    let hasNewMusic = configuration.digest != self.configuration.digest
    adoptPlayback(configuration.playback, timbres: configuration.timbres)
    self.configuration = configuration
    configurationFile = file
    nextConfiguration = nil
    if hasNewMusic || hasNewSteering {
      isSteering = configuration.daemon.steering.isEnabled
      weights = Self.savedWeights(library.folder, configuration)
      areWeightsNew = true
      events.send(.rules(rules()))
    }
    sendStatus()
  }

  // MARK: The loop

  /// Composes until `end` is called.
  public func run() async {
    log(.notice, "library \(library.folder), pieces in \(library.output)")
    #if Playback
      let listening = Task { await self.followPlayer() }
      let opening = Task { await self.keepPlayer() }
    #endif
    while !isEnding {
      await conductSession()
    }
    #if Playback
      listening.cancel()
      opening.cancel()
      await player?.close()
      await successor?.player?.close()
    #endif
    await writeUnwritten()
    isOver = true
  }

  /// Ends the loop: the checkpoint is written and the sound is off when this returns, at the latest after a few seconds,
  /// whatever the trainer is at.
  public func end() async {
    guard !isEnding else { return }
    isEnding = true
    log(.notice, "ending")
    sendStatus()
    wake()
    #if Playback
      await player?.close()
    #endif
    let latest = ContinuousClock.now + .seconds(2.5)
    while !isOver, ContinuousClock.now < latest { try? await Task.sleep(for: .milliseconds(20)) }
    saveCheckpoint()
    if !unwritten.isEmpty {
      log(.error, "\(unwritten.count) finished pieces could not be written; the next start composes them again")
    }
    events.finish()
  }

  // MARK: Waiting

  /// Returns after a while, or as soon as something was asked for.
  func sleep(_ duration: Duration) async {
    lastSleeper += 1
    let number = lastSleeper
    let alarm = Task {
      try? await Task.sleep(for: duration)
      self.wake(number)
    }
    await withCheckedContinuation { sleepers[number] = $0 }
    alarm.cancel()
  }

  private func wake(_ number: UInt64) { sleepers.removeValue(forKey: number)?.resume() }

  func wake() {
    let all = sleepers.values
    sleepers = [:]
    for sleeper in all { sleeper.resume() }
  }

  // MARK: Saying

  func log(_ level: Logger.Level, _ text: String) {
    logger.log(level: level, "\(TextQuoting.printable(text))")
    events.send(.log(LogLine(level: level, text: text)))
  }

  func sendStatus() { events.send(.status(status())) }

  /// Something is wrong: said once, and in `status` until it is over.
  func report(_ key: String, _ text: String) {
    guard problems.updateValue(text, forKey: key) == nil else { return }
    log(.error, text)
    sendStatus()
  }

  /// What was wrong is over.
  func resolve(_ key: String) {
    guard let text = problems.removeValue(forKey: key) else { return }
    log(.notice, "over: \(text)")
    sendStatus()
  }
}

/// A session that goes on.
struct CurrentSession {
  /// Its row; nil while the database does not take it.
  var record: SessionRecord?
  var seed: UInt64
  /// The favourite piece whose weights it began with.
  var origin: Int64?
  var state: TrainingState
  var curve: TrainingCurve
  /// Pieces composed.
  var pieces = 0
  var lastCheckpoint = ContinuousClock.now
}

/// A finished piece that the disk did not take yet.
struct UnwrittenPiece {
  var piece: Piece
  var session: Int64?
  var weights: AgentWeightsFile?
  var time: Date
  /// Whether listeners had it already.
  var isHeard = false
}
