internal import Core

/// One session: an agent is trained and composes.
extension Conductor {
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
    let seconds = configuration.secondsToCompose + rows * steps * steps / 1e8 + bytes / 5e6
    pulse.beat("trainer", silentFor: trainerPatience + .seconds(seconds), work: trainer.work)
  }

  /// How long the trainer may be silent if its steps take no time.
  func set(trainerPatience: Duration) { self.trainerPatience = trainerPatience }

  func conductSession() async {
    guard await isPieceWanted() else { return }
    await adoptNext()
    await openSession()
    await train()
    if !isEnding, !isStopped { await compose() }
    if isEnding { return }
    if isStopped {
      runner.saveCheckpoint(digest: configuration.digest)
      await runner.rest()
    } else {
      if let over = runner.end() { disk.close(session: over.session, populations: over.populations) }
      await disk.closeSessions()
    }
  }

  /// Waits while the daemon is paused or stopped.
  ///
  /// - Returns: whether to go on; false at the end.
  private func mayGoOn() async -> Bool {
    while isPaused || isStopped, !isEnding {
      let moment = moment
      phase = isStopped ? .stopped : .paused
      pulse.beat("trainer", silentFor: .seconds(60))
      await writeUnwritten()
      await sleep(.seconds(20), since: moment)
    }
    return !isEnding
  }

  /// Waits until a piece is wanted, by whoever listens or by the clock, and there is room for it on the disk.
  ///
  /// - Returns: whether to go on; false at the end, and if the session is to be left meanwhile.
  private func isPieceWanted() async -> Bool {
    while await mayGoOn() {
      let moment = moment
      let wait: Duration
      if let shortage = surroundings.shortage(configuration.daemon.retention) {
        announcer.report("free", shortage)
        (wait, phase) = (.seconds(10), .blocked)
      } else {
        announcer.resolve("free")
        let ahead = await sound.piecesAhead()
        guard let left = pace.wait(configuration.daemon.sessions.rate, now: surroundings.uptime(), ahead: ahead),
          !wantsNext
        else { return true }
        // Whoever comes to listen is not to wait long.
        (wait, phase) = (min(left, .seconds(ahead == nil ? 5 : 1)), .waiting)
      }
      pulse.beat("trainer", silentFor: .seconds(60))
      await writeUnwritten()
      await sleep(wait, since: moment)
      if session != nil, weights.hasNews { return false }
    }
    return false
  }

  private func openSession() async {
    phase = .training
    beatWhileTraining()
    let weighted = configuration.weighted(by: weights.weighted)
    let disk = disk
    await runner.open(weighted, news: weights.takeNews()) { disk.isOver(session: $0) }
    sendStatus()
  }

  // MARK: Training

  private func train() async {
    while await mayGoOn(), !isTrainingOver, !isStopped {
      phase = .training
      if let news = weights.takeNews() { await runner.replaceCoefficients(news) }
      beatWhileTraining()
      let wants = await sound.pieceWish()
      guard let step = await runner.trainPopulation(wants: wants) else { return }
      if isEnding { return }
      let report = step.report
      events.send(
        .population(
          PopulationState(
            session: session?.record?.id, population: report.population,
            populations: configuration.daemon.sessions.populations, eliteMean: report.eliteMean,
            best: report.best, populationMean: report.populationMean, stepsPerSecond: runner.stepsPerSecond)))
      if runner.isCheckpointDue { runner.saveCheckpoint(digest: configuration.digest) }
      await disk.recoverIfDue()
      // What was asked for beside the session does not wait for its end.
      if disk.count > 0 { await writeUnwritten() }
      if let piece = step.piece {
        let isImprovement = report.best == session?.state.best?.score
        await sound.hear(piece, ofPopulation: report.population, isImprovement: isImprovement)
      }
    }
    beatWhileComposing()
    if !isEnding { runner.saveCheckpoint(digest: configuration.digest) }
  }

  // MARK: Composing

  private func compose() async {
    // Who moves the weights wants to hear it: what was learnt by the old ones composes no more.
    while let done = session?.pieces, done < configuration.daemon.sessions.pieces, !weights.hasNews,
      await isPieceWanted(), !isStopped
    {
      phase = .composing
      beatWhileComposing()
      guard let piece = await runner.compose(configuration) else { return }
      pace.composed(configuration.daemon.sessions.rate, now: surroundings.uptime())
      disk.add(piece)
      await writeUnwritten()
      for piece in disk.takeUnheard() { await sound.hear(piece, id: nil) }
      await waitForTheDisk(until: DiskQueue.limit - 1)
    }
    // The session is over when its pieces are safe: whoever is killed before composes them again.
    await waitForTheDisk(until: 0)
  }

  /// Writes what is finished, the oldest first; what the disk does not take waits. Called by the loop alone.
  func writeUnwritten() async {
    let settings = DiskQueue.Settings(configuration)
    while let (written, record) = await disk.writeNext(settings) {
      if !written.isHeard { await sound.hear(written.piece, id: record.id, name: record.name) }
      await disk.makeRoom(settings)
    }
    guard disk.count == 0 else { return }
    await disk.closeSessions()
    await disk.recoverIfDue()
  }

  /// Waits until no more than so many finished pieces wait to be written.
  private func waitForTheDisk(until count: Int) async {
    while disk.count > count, !isEnding, !isStopped {
      phase = .blocked
      pulse.beat("trainer", silentFor: .seconds(60))
      await sleep(.seconds(5), since: moment)
      beatWhileComposing()
      await writeUnwritten()
    }
  }
}
