internal import Core
internal import Foundation
internal import Logging

/// A session that goes on.
struct CurrentSession {
  /// What it is called; the database may get its row later.
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

/// The session that runs: how it begins, goes on after a kill, is trained, composes, is kept on the disk. It knows nothing
/// of sound, of requests, or of what comes after it. Belongs to whoever made it; its methods run there.
final class SessionRunner {
  /// Often enough that little is lost, seldom enough that nobody notices.
  private static let checkpointInterval = Duration.seconds(5)

  /// The session; nil before the first and between two.
  private(set) var current: CurrentSession?
  /// Environment steps a second, lately.
  private(set) var stepsPerSecond = 0.0
  private let library: PieceLibrary
  private let trainer: Trainer
  private let announcer: Announcer
  private let date: @Sendable () -> Date

  init(
    library: PieceLibrary, trainer: Trainer, announcer: Announcer, date: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.date = date
    self.library = library
    self.trainer = trainer
    self.announcer = announcer
  }

  private static func threads(_ configuration: Configuration) -> Int {
    configuration.agent.threadCount ?? ProcessInfo.processInfo.activeProcessorCount
  }

  // MARK: Beginning

  /// Goes on with the session that `rest` left, with the one that a killed or ended daemon left, or begins one.
  ///
  /// - Parameters:
  ///   - configuration: with the rules' weights in force.
  ///   - news: those weights, if they have changed while the session rested.
  ///   - isOver: whether a session is over, whatever the database says.
  nonisolated(nonsending) func open(
    _ configuration: Configuration, news: [String: Double]?, isOver: (Int64) -> Bool
  ) async {
    if let current {
      do {
        try await trainer.resume(configuration, state: current.state, threads: Self.threads(configuration))
        if let news { await replaceCoefficients(news) }
        return
      } catch {
        announcer.log(.warning, "the session cannot go on (\(error)): a new one begins")
        self.current = nil
      }
    } else if await resume(configuration, isOver: isOver) {
      return
    }
    await begin(configuration)
  }

  /// Goes on with what a killed or ended daemon left: from its checkpoint or, if the disk took none, from its seed, which
  /// comes to the same. Pieces that were finished and not written are composed again.
  private nonisolated(nonsending) func resume(_ configuration: Configuration, isOver: (Int64) -> Bool) async -> Bool {
    let library = library
    guard let record = await announcer.attempt({ try await library.sessions(limit: 1).first }) ?? nil,
      record.ended == nil, record.configurationDigest == configuration.digest, !isOver(record.id)
    else { return false }
    do {
      var state: TrainingState
      var curve = TrainingCurve()
      if let checkpoint = try checkpoint(of: record) {
        (state, curve) = (checkpoint.state, checkpoint.curve)
        try await trainer.resume(configuration, state: state, threads: Self.threads(configuration))
        // The weights may have been changed after the checkpoint.
        state = await trainer.replaceCoefficients(configuration.coefficients) ?? state
      } else {
        let favourite = await favourite(record.origin, environment: configuration.policyEnvironment)
        guard favourite != nil || record.origin == nil else { return false }
        state = await trainer.begin(
          Self.configuration(configuration, from: favourite), seed: record.seed, threads: Self.threads(configuration))
      }
      var filter = PieceFilter()
      filter.session = record.id
      let pieces = try await library.list(filter, limit: 1).total
      current = CurrentSession(
        record: record, seed: record.seed, origin: record.origin, state: state, curve: curve, pieces: pieces)
      announcer.log(.info, "session \(record.id) goes on after population \(state.population)")
      return true
    } catch {
      announcer.log(.warning, "no session to go on with: \(error)")
      return false
    }
  }

  private nonisolated(nonsending) func begin(_ configuration: Configuration) async {
    let settings = configuration.daemon.sessions
    let library = library
    let seed = settings.seed.map { $0 &+ UInt64(library.lastSession) } ?? RandomSource.drawSeed()
    let favourite = await favourite(
      share: settings.favouriteShare, seed: seed, environment: configuration.policyEnvironment)
    let state = await trainer.begin(
      Self.configuration(configuration, from: favourite), seed: seed, threads: Self.threads(configuration))
    let origin = favourite?.piece
    let record = library.newSession(seed: seed, origin: origin, configurationDigest: configuration.digest)
    await announcer.attempt { try await library.storeSessions() }
    current = CurrentSession(record: record, seed: seed, origin: origin, state: state, curve: TrainingCurve())
    let from = origin.map { ", from the weights of piece \($0)" } ?? ""
    announcer.log(.info, "session \(record.id), seed \(seed)\(from)")
  }

  // MARK: Favourites

  private typealias Favourite = (piece: Int64, weights: AgentWeightsFile)

  /// What a training begins with.
  private static func configuration(_ configuration: Configuration, from favourite: Favourite?) -> Configuration {
    var configuration = configuration
    if let favourite { configuration.agent.initialMean = favourite.weights.weights.map { Double($0) } }
    return configuration
  }

  /// A piece with weights that fit.
  private nonisolated(nonsending) func favourite(
    _ id: Int64?, environment: any PolicyEnvironment
  ) async -> Favourite? {
    let library = library
    guard let id, let piece = await announcer.attempt({ try await library.piece(id) }) ?? nil,
      let weights = library.weights(of: piece), environment.adopted(weights.weights) != nil
    else { return nil }
    return (piece.id, weights)
  }

  /// A favourite with weights that fit, if this session is to start from one.
  private nonisolated(nonsending) func favourite(
    share: Double, seed: UInt64, environment: any PolicyEnvironment
  ) async -> Favourite? {
    guard share > 0 else { return nil }
    var random = RandomSource(seed: seed, purpose: .session, population: 0, candidate: 0)
    guard Double.random(in: 0..<1, using: &random) < share else { return nil }
    let library = library
    let favourites = await announcer.attempt { try await library.favourites() } ?? []
    for piece in favourites.shuffled(using: &random) {
      if let weights = library.weights(of: piece), environment.adopted(weights.weights) != nil {
        return (piece.id, weights)
      }
    }
    return nil
  }

  // MARK: Training and composing

  /// Scores by other weights from the next population on.
  nonisolated(nonsending) func replaceCoefficients(_ coefficients: [String: Double]) async {
    if let state = await trainer.replaceCoefficients(coefficients) { current?.state = state }
  }

  /// Trains a population.
  ///
  /// - Parameter wants: which pieces are worth making.
  /// - Returns: nil without a training.
  nonisolated(nonsending) func trainPopulation(
    wants: @escaping @Sendable (Int, Bool) -> Bool
  ) async -> Trainer.Step? {
    guard let step = await trainer.trainPopulation(wants: wants) else { return nil }
    current?.state = step.state
    current?.curve.append(step.report)
    let rate = step.seconds > 0 ? Double(step.steps) / step.seconds : 0
    stepsPerSecond = stepsPerSecond == 0 ? rate : 0.9 * stepsPerSecond + 0.1 * rate
    return step
  }

  /// Composes the session's next piece.
  ///
  /// - Returns: nil before the first population, and without a training.
  nonisolated(nonsending) func compose(_ configuration: Configuration) async -> UnwrittenPiece? {
    guard let state = current?.state, state.population > 0, let episode = current?.pieces,
      let piece = await trainer.compose(episode: episode)
    else { return nil }
    let weights = AgentWeightsFile(
      state, tensors: configuration.policyEnvironment.weightTensors, configurationDigest: configuration.digest)
    current?.pieces += 1
    return UnwrittenPiece(piece: piece, session: current?.record?.id, weights: weights, time: date())
  }

  // MARK: Ending

  /// Frees the training's memory; `open` goes on.
  nonisolated(nonsending) func rest() async { await trainer.end() }

  /// The session is over.
  ///
  /// - Returns: its row and how many populations it had; nil if the database does not know it.
  func end() -> (session: Int64, populations: Int)? {
    defer {
      current = nil
      stepsPerSecond = 0
    }
    guard let current, let record = current.record else { return nil }
    return (record.id, current.state.population)
  }

  // MARK: Checkpoints

  private var checkpointPath: String { "\(library.folder)/checkpoint.safetensors" }

  /// Whether the last checkpoint is old.
  var isCheckpointDue: Bool {
    guard let current else { return false }
    return ContinuousClock.now - current.lastCheckpoint >= Self.checkpointInterval
  }

  /// Keeps the session as it stands, to go on from after a kill.
  func saveCheckpoint(digest: String) {
    guard let current else { return }
    self.current?.lastCheckpoint = .now
    let checkpoint = Checkpoint(state: current.state, curve: current.curve, configurationDigest: digest)
    do {
      try OutputFile.replace(checkpointPath, with: checkpoint.bytes)
      announcer.resolve("checkpoint")
    } catch {
      announcer.report("checkpoint", "no checkpoint: \(error)")
    }
  }

  /// The checkpoint, if it is this session's.
  private func checkpoint(of record: SessionRecord) throws -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: checkpointPath) else { return nil }
    let checkpoint = try Checkpoint.read(checkpointPath)
    guard checkpoint.configurationDigest == record.configurationDigest, checkpoint.state.seed == record.seed else {
      return nil
    }
    return checkpoint
  }
}
