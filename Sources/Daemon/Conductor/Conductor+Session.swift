internal import Core
internal import Foundation
internal import Logging

/// One session: an agent is trained and composes.
extension Conductor {
  var threads: Int { configuration.agent.threadCount ?? ProcessInfo.processInfo.activeProcessorCount }

  /// The trainer is at work and is not to be silent for longer than its longest step takes on a slow, busy machine: 64
  /// episodes, played and scored.
  private func beatWhileTraining() {
    let environment = configuration.environment
    let (rows, steps) = (Double(environment.rowCount), Double(environment.stepCount))
    let playing = 64 * steps * Double(environment.drawsPerStep) / 100_000
    // The dearest rules look at every pair of steps.
    let scoring = 64 * rows * steps * steps / 1e8
    pulse.beat("trainer", silentFor: trainerPatience + .seconds(playing + scoring), work: trainer.work)
  }

  /// The same for a piece: scored, its files written and synced.
  private func beatWhileComposing() {
    let environment = configuration.environment
    let (rows, steps) = (Double(environment.rowCount), Double(environment.stepCount))
    let bytes = steps * environment.performance.stepSeconds * Double(configuration.audio.sampleRate) * 8
    pulse.beat(
      "trainer", silentFor: trainerPatience + .seconds(rows * steps * steps / 1e8 + bytes / 5e6), work: trainer.work)
  }

  /// How long the trainer may be silent if its steps take no time.
  func set(trainerPatience: Duration) { self.trainerPatience = trainerPatience }

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
    beatWhileTraining()
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

  /// Goes on with what a killed or ended daemon left: from its checkpoint or, if the disk took none, from its seed, which
  /// comes to the same. Pieces that were finished and not written are composed again.
  private func resumeSession() async -> Bool {
    let digest = configuration.digest
    guard let record = await attempt({ try await self.library.sessions(limit: 1).first }) ?? nil,
      record.ended == nil, record.configurationDigest == digest, !unclosed.contains(where: { $0.session == record.id })
    else { return false }
    do {
      var state: TrainingState
      var curve = TrainingCurve()
      if let checkpoint = try checkpoint(of: record) {
        (state, curve) = (checkpoint.state, checkpoint.curve)
        try await trainer.resume(trainingConfiguration, state: state, threads: threads)
        // The weights may have been changed after the checkpoint.
        state = await trainer.replaceRules(weightedRules) ?? state
      } else {
        let favourite = await favourite(record.origin)
        guard favourite != nil || record.origin == nil else { return false }
        state = await trainer.begin(configuration(from: favourite), seed: record.seed, threads: threads)
      }
      var filter = PieceFilter()
      filter.session = record.id
      let pieces = try await library.list(filter, limit: 1).total
      session = CurrentSession(
        record: record, seed: record.seed, origin: record.origin, state: state, curve: curve, pieces: pieces)
      log(.info, "session \(record.id) goes on after population \(state.population)")
      return true
    } catch {
      log(.warning, "no session to go on with: \(error)")
      return false
    }
  }

  /// The checkpoint, if it is this session's.
  private func checkpoint(of record: SessionRecord) throws -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: checkpointPath) else { return nil }
    let checkpoint = try Checkpoint.read(checkpointPath)
    guard checkpoint.configurationDigest == configuration.digest, checkpoint.state.seed == record.seed else {
      return nil
    }
    return checkpoint
  }

  private func beginSession() async {
    let settings = configuration.daemon.sessions
    let last = await attempt { try await self.library.sessions(limit: 1).first?.id ?? 0 } ?? 0
    let seed = settings.seed.map { $0 &+ UInt64(last) } ?? UInt64.random(in: 0 ... .max)
    let favourite = await favourite(share: settings.favouriteShare, seed: seed)
    let state = await trainer.begin(configuration(from: favourite), seed: seed, threads: threads)
    let digest = configuration.digest
    let record = await attempt {
      try await self.library.beginSession(seed: seed, origin: favourite?.piece, configurationDigest: digest)
    }
    session = CurrentSession(
      record: record, seed: seed, origin: favourite?.piece, state: state, curve: TrainingCurve())
    let from = favourite.map { ", from the weights of piece \($0.piece)" } ?? ""
    log(.info, "session \(record.map { "\($0.id)" } ?? "without number"), seed \(seed)\(from)")
  }

  private typealias Favourite = (piece: Int64, weights: AgentWeightsFile)

  /// What a training begins with.
  private func configuration(from favourite: Favourite?) -> Configuration {
    var configuration = trainingConfiguration
    if let favourite { configuration.agent.initialMean = favourite.weights.weights.map { Double($0) } }
    return configuration
  }

  /// A piece with weights that fit.
  private func favourite(_ id: Int64?) async -> Favourite? {
    guard let id, let piece = await attempt({ try await self.library.piece(id) }) ?? nil,
      let weights = library.weights(of: piece), weights.rowCount == configuration.environment.rowCount
    else { return nil }
    return (piece.id, weights)
  }

  /// A favourite with weights that fit, if this session is to start from one.
  private func favourite(share: Double, seed: UInt64) async -> Favourite? {
    guard share > 0 else { return nil }
    var random = RandomSource(seed: seed, purpose: .session, population: 0, candidate: 0)
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
    while await mayGoOn(), !wantsNext, !isStopped,
      (session?.state.population ?? .max) < configuration.daemon.sessions.populations
    {
      phase = .training
      if areWeightsNew {
        areWeightsNew = false
        if let state = await trainer.replaceRules(weightedRules) { session?.state = state }
      }
      beatWhileTraining()
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
    beatWhileComposing()
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
      beatWhileComposing()
      guard let piece = await trainer.compose(episode: done) else { return }
      unwritten.append(
        UnwrittenPiece(piece: piece, session: session?.record?.id, weights: weights, time: Date()))
      session?.pieces += 1
      await writeUnwritten()
      await hearUnwritten()
      await waitForTheDisk(until: Self.unwrittenLimit - 1)
    }
    // The session is over when its pieces are safe: whoever is killed before composes them again.
    await waitForTheDisk(until: 0)
  }

  /// Waits until no more than so many finished pieces wait to be written.
  private func waitForTheDisk(until count: Int) async {
    while unwritten.count > count, !isEnding, !isStopped {
      phase = .blocked
      pulse.beat("trainer", silentFor: .seconds(60))
      await sleep(.seconds(5))
      beatWhileComposing()
      await writeUnwritten()
    }
  }

  private func closeSession() async {
    if let session, let record = session.record { unclosed.append((record.id, session.state.population)) }
    session = nil
    stepsPerSecond = 0
    await closeSessions()
  }
}
