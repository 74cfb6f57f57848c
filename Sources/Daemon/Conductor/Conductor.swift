public import Core
internal import Foundation
public import Logging

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
  /// What happens, for any number of listeners.
  public nonisolated let events = EventBroadcast()
  /// The pieces.
  public nonisolated let library: PieceLibrary
  nonisolated let logger: Logger
  nonisolated let announcer: Announcer
  nonisolated let trainer = Trainer()
  nonisolated let pulse = Pulse()
  nonisolated let sound: Sound
  nonisolated let maker: PieceMaker
  nonisolated let madeFiles = MadeNames()
  nonisolated let answers: Answers
  private let sleepers = Sleepers()
  private let started = Date()
  let surroundings: Surroundings
  var trainerPatience = Duration.seconds(40)

  var configuration: Configuration
  private var configurationFile: String?
  /// Takes the place of `configuration` when the running session is over.
  private var nextConfiguration: (configuration: Configuration, file: String?)?
  /// Reads the configuration again; nil where no style can be chosen.
  var loadStyled: (@Sendable () throws -> (Configuration, String?))?
  /// What takes its place, if anything does.
  var nextStyled: Configuration? { nextConfiguration?.configuration }

  // What the loop is asked for.
  var isPaused: Bool
  var isStopped = false
  private var isNextAsked = false
  /// Whether the session ends early: somebody said so, or another configuration's music waits.
  var wantsNext: Bool { isNextAsked || isNextConfigured }
  private var isNextConfigured = false
  /// Whether the training ends here. Who asked for the next session hears this one: it learns something first.
  var isTrainingOver: Bool {
    guard let state = session?.state else { return true }
    return isNextConfigured || isNextAsked && state.population > 0
      || state.population >= configuration.daemon.sessions.populations
  }
  private(set) var isEnding = false
  private var isOver = false
  var pace = Pace()

  // What the loop does.
  var phase = DaemonStatus.Phase.paused { didSet { if phase != oldValue { sendStatus() } } }
  let runner: SessionRunner
  let disk: DiskQueue
  var weights: RuleWeights

  /// A conductor at rest; `run` begins.
  ///
  /// - Parameters:
  ///   - file: the configuration's file, for `reload`; nil for the default configuration.
  ///   - library: opened as an owner.
  public init(configuration: Configuration, file: String?, library: PieceLibrary, logger: Logger) {
    self.init(
      configuration: configuration, file: file, library: library, logger: logger, surroundings: Surroundings(library))
  }

  init(
    configuration: Configuration, file: String?, library: PieceLibrary, logger: Logger, surroundings: Surroundings
  ) {
    self.surroundings = surroundings
    self.configuration = configuration
    configurationFile = file
    self.library = library
    self.logger = logger
    announcer = Announcer(events: events, logger: logger)
    isPaused = configuration.daemon.sessions.startsPaused
    weights = RuleWeights(folder: library.folder, configuration)
    runner = SessionRunner(
      library: library, trainer: trainer, announcer: announcer, date: surroundings.date)
    disk = DiskQueue(library: library, trainer: trainer, announcer: announcer)
    sound = Sound(configuration, library: library, announcer: announcer, pulse: pulse)
    maker = PieceMaker(library: library)
    answers = Answers(configuration, library: library, announcer: announcer, sound: sound)
    announcer.whenProblemsChange { [weak self] in Task { await self?.sendStatus() } }
  }

  /// The session that runs; nil between two.
  var session: CurrentSession? { runner.current }

  /// What is running, and what is wrong.
  public func status() -> DaemonStatus {
    DaemonStatus(
      phase: isEnding ? .ending : phase, session: session?.record?.id, seed: session?.seed,
      origin: session?.origin, population: session?.state.population ?? 0,
      populations: configuration.daemon.sessions.populations, best: session?.state.best?.score.finite,
      stepsPerSecond: phase == .training ? runner.stepsPerSecond : 0,
      unwrittenCount: disk.count + answers.unwrittenCount, problems: announcer.problemTexts,
      configurationFile: configurationFile,
      configurationDigest: configuration.digest, isSteering: weights.isSteering, process: getpid(), started: started)
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
    isNextAsked = true
    isPaused = false
    isStopped = false
    wake()
  }

  /// Takes another configuration in: at once what says nothing about composing, after this session the rest.
  public func reload(_ configuration: Configuration, file: String?) async {
    let isSameMusic = configuration.digest == self.configuration.digest
    log(.notice, "configuration reloaded" + (isSameMusic ? "" : "; its music begins with the next session"))
    if isSameMusic {
      // What waited was taken back: the session goes on.
      isNextConfigured = false
      await adopt(configuration, file: file)
    } else {
      nextConfiguration = (configuration, file)
      isNextConfigured = session != nil
      // How pieces are heard need not wait.
      await sound.adopt(configuration.playback, composing: self.configuration)
    }
    wake()
  }

  /// The configuration that was waiting is in force, and the last one if others came meanwhile; nothing else is wanted.
  func adoptNext() async {
    while let next = nextConfiguration { await adopt(next.configuration, file: next.file) }
    (isNextAsked, isNextConfigured) = (false, false)
  }

  private func adopt(_ configuration: Configuration, file: String?) async {
    let hasNewSteering = configuration.daemon.steering != self.configuration.daemon.steering
    let hasNewMusic = configuration.digest != self.configuration.digest
    self.configuration = configuration
    configurationFile = file
    nextConfiguration = nil
    answers.adopt(configuration)
    if hasNewMusic || hasNewSteering {
      weights.adopt(configuration)
      events.send(.rules(rules()))
    }
    sendStatus()
    await sound.adopt(configuration.playback, composing: configuration)
  }

  // MARK: The loop

  /// Composes until `end` is called.
  public func run() async {
    log(.notice, "library \(library.folder), pieces in \(library.output)")
    #if Playback
      await obeyHands()
      await sound.whenAudienceChanges { [weak self] in Task { await self?.wake() } }
      await listenForPhrases()
    #endif
    let answers = answers
    Task { await answers.warmUp() }
    let listening = Task { await sound.follow() }
    let opening = Task { await sound.keepOpen() }
    while !isEnding {
      await conductSession()
    }
    listening.cancel()
    opening.cancel()
    await sound.end()
    await writeUnwritten()
    await answers.finish()
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
    await sound.end()
    let latest = ContinuousClock.now + .seconds(2.5)
    while !isOver, ContinuousClock.now < latest { try? await Task.sleep(for: .milliseconds(20)) }
    runner.saveCheckpoint(digest: configuration.digest)
    let (again, lost) = (disk.count - disk.variationCount, disk.variationCount + answers.unwrittenCount)
    if again > 0 { log(.error, "\(again) finished pieces could not be written; the next start composes them again") }
    if lost > 0 { log(.error, "\(lost) variations and answers could not be written: they are lost") }
    events.finish()
  }

  // MARK: Waiting

  /// To be asked for before the question whether there is anything to do.
  var moment: UInt64 { sleepers.moment }

  /// Returns after a while, or as soon as something was asked for; at once if it was since that moment.
  func sleep(_ duration: Duration, since moment: UInt64) async {
    if let pass = surroundings.pass { return await pass(duration) }
    await sleepers.sleep(duration, since: moment)
  }

  func wake() { sleepers.wake() }

  // MARK: Saying

  func log(_ level: Logger.Level, _ text: String) { announcer.log(level, text) }

  func sendStatus() { events.send(.status(status())) }
}
