internal import Core
internal import Foundation
internal import Logging

/// What goes to the disk, and what is done when the disk does not take it.
extension Conductor {
  var checkpointPath: String { "\(library.folder)/checkpoint.safetensors" }

  /// Often enough that little is lost, seldom enough that nobody notices.
  var isCheckpointDue: Bool {
    guard let session else { return false }
    return ContinuousClock.now - session.lastCheckpoint >= .seconds(5)
  }

  func saveCheckpoint() {
    guard let session else { return }
    self.session?.lastCheckpoint = .now
    let checkpoint = Checkpoint(
      state: session.state, curve: session.curve, configurationDigest: configuration.digest)
    do {
      try OutputFile.replace(checkpointPath, with: checkpoint.bytes)
      resolve("checkpoint")
    } catch {
      report("checkpoint", "no checkpoint: \(error)")
    }
  }

  /// Asks the database; what is wrong with it is reported and repaired later.
  @discardableResult
  func attempt<Value: Sendable>(_ work: @Sendable () async throws -> Value) async -> Value? {
    do {
      return try await work()
    } catch {
      report("database", "the library's database fails: \(error)")
      return nil
    }
  }

  /// Tries to bring database and folders together again, every ten seconds.
  func recoverIfDue() async {
    guard problems["database"] != nil, ContinuousClock.now - lastRecovery >= .seconds(10) else { return }
    lastRecovery = .now
    do {
      try await library.recover()
      resolve("database")
    } catch {
      problems["database"] = "the library's database fails: \(error)"
    }
  }

  /// Writes what is finished, the oldest first; what the disk does not take waits. Called by the loop alone.
  func writeUnwritten() async {
    while let next = unwritten.first {
      let (audio, timbres) = (configuration.audio, configuration.timbres)
      let (library, work) = (library, trainer.work)
      do {
        let record = try await trainer.perform {
          try library.write(
            next.piece, session: next.session, weights: next.weights, timbres: timbres, audio: audio, time: next.time,
            work: work)
        }
        unwritten.removeFirst()
        resolve("write")
        await attempt { try await library.add(record) }
        log(.info, "piece \(record.id), score \((record.score * 10).rounded() / 10): \(library.path(of: record))")
        events.send(.piece(record))
        if !next.isHeard { await hear(next.piece, id: record.id) }
        await applyRetention()
      } catch {
        report("write", "a finished piece cannot be written: \(error); it is tried again")
        return
      }
    }
    await closeSessions()
    await recoverIfDue()
  }

  /// Marks sessions that are over, the oldest first; what the database does not take waits.
  func closeSessions() async {
    while let next = unclosed.first {
      let isTaken: Void? = await attempt {
        try await self.library.updateSession(next.session, populations: next.populations, isOver: true)
      }
      guard isTaken != nil else { return }
      unclosed.removeFirst()
    }
  }

  /// What waits for the disk need not wait to be heard.
  func hearUnwritten() async {
    for index in unwritten.indices where !unwritten[index].isHeard {
      unwritten[index].isHeard = true
      await hear(unwritten[index].piece, id: nil)
    }
  }

  func applyRetention() async {
    let retention = configuration.daemon.retention
    let gone = await attempt { try await self.library.apply(retention) } ?? []
    for piece in gone { events.send(.pieceDeleted(piece.id)) }
  }
}
