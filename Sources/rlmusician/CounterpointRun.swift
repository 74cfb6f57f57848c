import Core
import Foundation

/// A run with counterpoint, from its first population to its last file.
///
/// It keeps no checkpoint: its populations take milliseconds. Everything here is synchronous; it belongs on a thread of
/// its own.
struct CounterpointRun {
  /// What finds lines.
  private enum Finder {
    case policy(CounterpointTraining)
    case search(CounterpointSearchRun)
  }

  private let plan: TrainingRun.Plan
  private let seed: UInt64
  private var finder: Finder
  private var reporter: any RunReporter
  private let listener: (any TrainingListener)?
  private var curve = TrainingCurve()

  /// - Throws: `ConfigurationError` if no line can finish.
  init(plan: TrainingRun.Plan, seed: UInt64, reporter: any RunReporter, listener: (any TrainingListener)?) throws {
    self.plan = plan
    self.seed = seed
    self.reporter = reporter
    self.listener = listener
    if plan.configuration.counterpoint?.agent.method == .beamSearch {
      finder = .search(try CounterpointSearchRun(plan.configuration, seed: seed))
    } else {
      finder = .policy(try CounterpointTraining(plan.configuration, seed: seed, populations: plan.populations))
    }
    try OutputFolder.requireWritable(plan.output)
  }

  /// - Returns: the signal that stopped it early, if one did.
  /// - Throws: `FileError` if the results cannot be written; whatever was finished before stays.
  mutating func run() throws -> Int32? {
    let start = ContinuousClock.now
    let seconds = { (ContinuousClock.now - start) / .seconds(1) }
    reporter.started(
      RunDescription(
        seed: seed, threads: 1, populations: plan.populations, resumedAt: 0, episodes: plan.episodes,
        rows: plan.configuration.environment.rowCount, steps: plan.configuration.environment.stepCount,
        configurationDigest: plan.configuration.digest, output: plan.output))
    var done = 0
    while done < plan.populations, StopSignal.current == nil, let report = trained() {
      done += 1
      curve.append(report)
      reporter.trained(report, seconds: seconds())
      listener?.trained(report) { [finder] in Self.best(finder) }
    }
    let interruption = isOver(done) ? nil : StopSignal.current
    if curve.last != nil {
      let picture = TrainingCurveSVG.text(curve.reports, title: "Training, seed \(seed)")
      try OutputFile.replace("\(plan.output)/training.svg", with: Array(picture.utf8))
    }
    let pieces = try compose()
    listener?.finished()
    reporter.finished(
      RunSummary(
        seed: seed, populations: done, last: curve.last, pieces: pieces, seconds: seconds(),
        wasInterrupted: interruption != nil, isResumable: false, weights: nil))
    return interruption
  }

  /// One population more; nil if the search is over.
  private mutating func trained() -> PopulationReport? {
    switch finder {
    case .policy(let training): return training.trainPopulation()
    case .search(var search):
      guard !search.isOver else { return nil }
      let report = search.iterate()
      finder = .search(search)
      return report
    }
  }

  private func isOver(_ done: Int) -> Bool {
    if case .search(let search) = finder, search.isOver { return true }
    return done >= plan.populations
  }

  private static func best(_ finder: Finder) -> Piece {
    switch finder {
    case .policy(let training): training.bestPiece()
    case .search(let search): search.piece(0) ?? search.emptyPiece
    }
  }

  /// Writes the finished pieces: as many as were asked for, or as the search has found.
  private mutating func compose() throws -> Int {
    for episode in 0..<plan.episodes {
      let piece: Piece
      switch finder {
      case .policy(let training): piece = training.composePiece()
      case .search(let search):
        guard let found = search.piece(episode) else { return episode }
        piece = found
      }
      let written = try PieceFolder.write(
        piece, to: plan.output, at: Timestamp(Date()), timbres: plan.configuration.timbres,
        audio: plan.configuration.audio)
      for warning in written.warnings { StandardError.writeLine("\(written.path)/\(warning)") }
      reporter.wrote(piece, path: written.path)
      listener?.composed(piece, number: episode + 1)
    }
    return plan.episodes
  }
}
