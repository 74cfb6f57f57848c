internal import Core
internal import Foundation
internal import Logging

/// A finished piece that the disk did not take yet.
struct UnwrittenPiece {
  var piece: Piece
  var session: Int64?
  var weights: AgentWeightsFile?
  var time: Date
  /// Whether listeners had it already.
  var isHeard = false
}

/// What waits for the disk or the database: finished pieces, sessions that are over, the database's repair. What cannot
/// be done is said once, stays here and is tried again. Belongs to whoever made it; its methods run there.
final class DiskQueue {
  /// Finished pieces that may wait before whoever makes them waits too.
  static let limit = 16
  /// Between two tries to repair the database.
  private static let recoveryInterval = Duration.seconds(10)

  /// How pieces are written, and what goes to make room for them.
  struct Settings {
    var audio: AudioSettings
    var options: FileOptions
    var timbres: [String: Timbre]
    var retention: DaemonConfiguration.Retention
    /// What pieces are heard through now: `sine`, `fluidsynth`, and the soundfont that was named.
    var synthesizer: String
    var soundfont: String?

    init(_ configuration: Configuration) {
      synthesizer = configuration.playback.synthesizer.rawValue
      soundfont = configuration.playback.synthesizer == .fluidsynth ? configuration.playback.soundfont : nil
      audio = configuration.audio
      options = configuration.files
      timbres = configuration.timbres
      retention = configuration.daemon.retention
    }
  }

  private let library: PieceLibrary
  private let trainer: Trainer
  private let announcer: Announcer
  /// What waits here, for whoever is told that it cannot be written.
  private let what: String
  private var pieces: [UnwrittenPiece] = []
  /// Sessions that are over, of which the database does not know yet.
  private var unclosed: [(session: Int64, populations: Int)] = []
  private var lastRecovery = ContinuousClock.now

  /// - Parameters:
  ///   - what: what waits here, in words; each queue's own.
  ///   - trainer: its thread does what blocks.
  init(_ what: String = "a finished piece", library: PieceLibrary, trainer: Trainer, announcer: Announcer) {
    self.what = what
    self.library = library
    self.trainer = trainer
    self.announcer = announcer
  }

  /// Pieces that wait.
  var count: Int { pieces.count }
  /// Those of them that no session composes again: what somebody asked for beside it.
  var variationCount: Int { pieces.count { $0.session == nil } }

  /// Takes a piece in.
  func add(_ piece: UnwrittenPiece) { pieces.append(piece) }

  /// Pieces that wait and need not wait to be heard: given once.
  func takeUnheard() -> [Piece] {
    pieces.indices.filter { !pieces[$0].isHeard }.map { index in
      pieces[index].isHeard = true
      return pieces[index].piece
    }
  }

  /// Writes the oldest piece that waits, tells everybody, and makes room.
  ///
  /// - Returns: the piece that was written; nil if none waits, or the disk does not take it.
  nonisolated(nonsending) func writeNext(_ settings: Settings) async -> (piece: UnwrittenPiece, record: PieceRecord)? {
    guard let next = pieces.first else { return nil }
    let (library, work) = (library, trainer.work)
    let (audio, options, timbres) = (settings.audio, settings.options, settings.timbres)
    let (synthesizer, soundfont) = (settings.synthesizer, settings.soundfont)
    do {
      let record = try await trainer.perform {
        let font = soundfont.flatMap { path in
          SoundfontDigests.shared.digest(of: path).map { PieceSoundPin.Font(path: path, sha256: $0) }
        }
        let pin = PieceSoundPin(next.piece, timbres: timbres, synthesizer: synthesizer, soundfont: font)
        return try library.write(
          next.piece, session: next.session, weights: next.weights, timbres: timbres, audio: audio, options: options,
          pin: pin,
          time: next.time, work: work)
      }
      let written = pieces.removeFirst()
      announcer.resolve("write \(what)")
      await announcer.attempt { try await library.add(record) }
      announcer.log(
        .info, "piece \(record.id), score \((record.score * 100).rounded() / 100): \(library.path(of: record))")
      announcer.events.send(.piece(record))
      return (written, record)
    } catch {
      announcer.report("write \(what)", "\(what) cannot be written: \(error); it is tried again")
      return nil
    }
  }

  /// Deletes what is too much.
  nonisolated(nonsending) func makeRoom(_ settings: Settings) async {
    let (library, retention) = (library, settings.retention)
    let gone = await announcer.attempt { try await library.apply(retention) } ?? []
    for piece in gone { announcer.events.send(.pieceDeleted(piece.id)) }
  }

  // MARK: Sessions

  /// A session is over: the database is told by `closeSessions`.
  func close(session: Int64, populations: Int) { unclosed.append((session, populations)) }

  /// Whether a session is over, whatever the database says.
  func isOver(session: Int64) -> Bool { unclosed.contains { $0.session == session } }

  /// Marks sessions that are over, the oldest first; what the database does not take waits.
  nonisolated(nonsending) func closeSessions() async {
    let library = library
    while let next = unclosed.first {
      let isTaken: Void? = await announcer.attempt {
        try await library.updateSession(next.session, populations: next.populations, isOver: true)
      }
      guard isTaken != nil else { return }
      unclosed.removeFirst()
    }
  }

  /// Tries to bring database and folders together again, every ten seconds.
  nonisolated(nonsending) func recoverIfDue() async {
    guard announcer.hasProblem(Announcer.database), ContinuousClock.now - lastRecovery >= Self.recoveryInterval else {
      return
    }
    lastRecovery = .now
    do {
      try await library.recover()
      announcer.resolve(Announcer.database)
    } catch {
      announcer.report(Announcer.database, "the library's database fails: \(error)")
    }
  }
}
