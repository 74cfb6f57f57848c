internal import Core
internal import Foundation
internal import Logging

/// One session: an agent is trained and composes.
extension Conductor {
  var threads: Int { configuration.agent.threadCount ?? ProcessInfo.processInfo.activeProcessorCount }

  /// Environment steps a second that the slowest machine does: a population that takes longer is stuck.
  private static let slowestStepsPerSecond = 20_000.0

  func conductSession() async {
    guard await mayGoOn() else { return }
    if let next = nextConfiguration { adopt(next.configuration, file: next.file) }
    wantsNext = false
    await openSession()
    await train()
    if !isEnding, !isStopped { await compose() }
    if isEnding { return }
    if isStopped {
      saveCheckpoint()
      await trainer.end()
    } else {
      await closeSession()
    }
  }

  /// Waits while the daemon is paused or stopped.
  ///
  /// - Returns: whether to go on; false at the end.
  private func mayGoOn() async -> Bool {
    while isPaused || isStopped, !isEnding {
      phase = isStopped ? .stopped : .paused
      pulse.beat("trainer", silentFor: .seconds(60))
      await writeUnwritten()
      await sleep(.seconds(20))
    }
    return !isEnding
  }

  // MARK: Beginning

  private func openSession() async {
    phase = .training
    if let session {
      // `stop` freed the training; the session is still here.
      await go(on: session.state)
    } else if !(await resumeSession()) {
      await beginSession()
    }
    areWeightsNew = false
    sendStatus()
  }

  private var trainingConfiguration: Configuration {
    var configuration = configuration
    configuration.environment.rules = weightedRules
    return configuration
  }

  private func go(on state: TrainingState) async {
    do {
      try await trainer.resume(trainingConfiguration, state: state, threads: threads)
    } catch {
      log(.warning, "the session cannot go on (\(error)): a new one begins")
      session = nil
      await beginSession()
    }
    if areWeightsNew, let state = await trainer.replaceRules(weightedRules) { session?.state = state }
  }

  /// Goes on with what a killed or ended daemon left.
  private func resumeSession() async -> Bool {
    let path = checkpointPath
    guard FileManager.default.fileExists(atPath: path) else { return false }
    do {
      let checkpoint = try Checkpoint.read(path)
      guard checkpoint.configurationDigest == configuration.digest else { return false }
      let record = try await library.sessions(limit: 1).first
      guard let record, record.ended == nil, record.seed == checkpoint.state.seed else { return false }
      try await trainer.resume(trainingConfiguration, state: checkpoint.state, threads: threads)
      // The weights may have been changed after the checkpoint.
      let state = await trainer.replaceRules(weightedRules) ?? checkpoint.state
      var filter = PieceFilter()
      filter.session = record.id
      let pieces = try await library.list(filter, limit: 1).total
      session = CurrentSession(
        record: record, seed: record.seed, origin: record.origin, state: state, curve: checkpoint.curve,
        pieces: pieces)
      log(.info, "session \(record.id) goes on after population \(state.population)")
      return true
    } catch {
      log(.warning, "no session to go on with: \(error)")
      return false
    }
  }

  private func beginSession() async {
    let settings = configuration.daemon.sessions
    let last = await attempt { try await self.library.sessions(limit: 1).first?.id ?? 0 } ?? 0
    let seed = settings.seed.map { $0 &+ UInt64(last) } ?? UInt64.random(in: 0 ... .max)
    var configuration = trainingConfiguration
    let origin = await favourite(share: settings.favouriteShare, seed: seed)
    if let origin { configuration.agent.initialMean = origin.weights.weights.map { Double($0) } }
    let state = await trainer.begin(configuration, seed: seed, threads: threads)
    let digest = configuration.digest
    let record = await attempt {
      try await self.library.beginSession(seed: seed, origin: origin?.piece, configurationDigest: digest)
    }
    session = CurrentSession(
      record: record, seed: seed, origin: origin?.piece, state: state, curve: TrainingCurve())
    let from = origin.map { ", from the weights of piece \($0.piece)" } ?? ""
    log(.info, "session \(record.map { "\($0.id)" } ?? "without number"), seed \(seed)\(from)")
  }

  /// A favourite with weights that fit, if this session is to start from one.
  private func favourite(share: Double, seed: UInt64) async -> (piece: Int64, weights: AgentWeightsFile)? {
    guard share > 0 else { return nil }
    // Not one of the training's streams: their populations begin with 0.
    var random = RandomSource(seed: seed, purpose: .composition, population: -1, candidate: 0)
    guard Double.random(in: 0..<1, using: &random) < share else { return nil }
    let rowCount = configuration.environment.rowCount
    let favourites = await attempt { try await self.library.favourites() } ?? []
    for piece in favourites.shuffled(using: &random) {
      if let weights = library.weights(of: piece), weights.rowCount == rowCount { return (piece.id, weights) }
    }
    return nil
  }

  // MARK: Training

  private func train() async {
    let environment = configuration.environment
    let agent = configuration.agent
    let steps =
      agent.populationSize * agent.episodesPerCandidate * (environment.stepCount - 1) * environment.drawsPerStep
    let longest = Duration.seconds(60 + Double(steps) / Self.slowestStepsPerSecond)
    while await mayGoOn(), !wantsNext, !isStopped,
      (session?.state.population ?? .max) < configuration.daemon.sessions.populations
    {
      phase = .training
      if areWeightsNew {
        areWeightsNew = false
        if let state = await trainer.replaceRules(weightedRules) { session?.state = state }
      }
      pulse.beat("trainer", silentFor: longest)
      let wants = pieceWish()
      guard let step = await trainer.trainPopulation(wants: wants) else { return }
      if isEnding { return }
      session?.state = step.state
      session?.curve.append(step.report)
      let rate = step.seconds > 0 ? Double(steps) / step.seconds : 0
      stepsPerSecond = stepsPerSecond == 0 ? rate : 0.9 * stepsPerSecond + 0.1 * rate
      events.send(
        .population(
          PopulationState(
            session: session?.record?.id, population: step.report.population,
            populations: configuration.daemon.sessions.populations, eliteMean: step.report.eliteMean,
            best: step.report.best, populationMean: step.report.populationMean, stepsPerSecond: stepsPerSecond)))
      if isCheckpointDue { saveCheckpoint() }
      await recoverIfDue()
      if let piece = step.piece { await hear(piece, of: step.report) }
    }
    pulse.beat("trainer", silentFor: .seconds(600))
    if !isEnding { saveCheckpoint() }
  }

  // MARK: Composing

  private func compose() async {
    guard let state = session?.state, state.population > 0 else { return }
    let weights = state.best.map {
      AgentWeightsFile(
        rowCount: configuration.environment.rowCount, weights: $0.weights, seed: state.seed,
        population: state.population, score: $0.score, configurationDigest: configuration.digest)
    }
    while await mayGoOn(), !isStopped, let done = session?.pieces, done < configuration.daemon.sessions.pieces {
      phase = .composing
      pulse.beat("trainer", silentFor: .seconds(600))
      guard let piece = await trainer.compose(episode: done) else { return }
      unwritten.append(
        UnwrittenPiece(piece: piece, session: session?.record?.id, weights: weights, time: Date()))
      session?.pieces += 1
      await writeUnwritten()
      while unwritten.count >= Self.unwrittenLimit, !isEnding {
        phase = .blocked
        pulse.beat("trainer", silentFor: .seconds(60))
        await sleep(.seconds(5))
        await writeUnwritten()
      }
    }
  }

  private func closeSession() async {
    if let session, let record = session.record {
      await attempt {
        try await self.library.updateSession(record.id, populations: session.state.population, isOver: true)
      }
    }
    session = nil
    stepsPerSecond = 0
  }
}
