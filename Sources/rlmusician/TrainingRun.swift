import Core
import Foundation

/// A run from its first population to its last file: trains, keeps checkpoints, composes, writes.
///
/// Everything here is synchronous; it belongs on a thread of its own.
struct TrainingRun {
  /// What the run is for, as the command line and the configuration say.
  struct Plan {
    var configuration: Configuration
    var output: String
    var populations: Int
    var episodes: Int
    var threads: Int
  }

  private let plan: Plan
  private let training: Training
  private var curve: TrainingCurve
  private var checkpoints: CheckpointStore
  private var reporter: any RunReporter
  private let listener: (any TrainingListener)?
  private let ranks: any Collective

  init(
    plan: Plan, training: Training, curve: TrainingCurve, checkpoints: CheckpointStore, reporter: any RunReporter,
    listener: (any TrainingListener)?, ranks: any Collective = SingleProcess()
  ) {
    self.plan = plan
    self.training = training
    self.curve = curve
    self.checkpoints = checkpoints
    self.reporter = reporter
    self.listener = listener
    self.ranks = ranks
  }

  /// - Returns: the signal that stopped it early, if one did.
  /// - Throws: `FileError` if the results cannot be written; whatever was finished before stays.
  mutating func run() throws -> Int32? {
    let start = ContinuousClock.now
    let seconds = { (ContinuousClock.now - start) / .seconds(1) }
    let digest = plan.configuration.digest
    reporter.started(
      RunDescription(
        seed: training.state.seed, threads: plan.threads, ranks: ranks.size, populations: plan.populations,
        resumedAt: training.populationsDone, episodes: plan.episodes,
        rows: plan.configuration.environment.rowCount, steps: plan.configuration.environment.stepCount,
        configurationDigest: digest, output: plan.output))
    while training.populationsDone < plan.populations, !training.isOver, stop == nil {
      let report = training.trainPopulation()
      curve.append(report)
      reporter.trained(report, seconds: seconds(), traffic: traffic)
      listener?.trained(report) { training.bestPiece() }
      if checkpoints.isWorthSaving { checkpoints.save(checkpoint(digest)) }
    }
    // Taken before composing: a signal that comes later finds a run that is complete.
    let isComplete = training.populationsDone >= plan.populations || training.isOver
    let interruption = isComplete ? nil : stop
    RankSession.finishTogether()
    checkpoints.save(checkpoint(digest))
    let weights = try writeTraining(digest)
    let pieces = try compose()
    listener?.finished()
    reporter.finished(
      RunSummary(
        seed: training.state.seed, populations: training.populationsDone, last: curve.last, pieces: pieces,
        seconds: seconds(), wasInterrupted: interruption != nil, isResumable: checkpoints.isSaved, weights: weights,
        traffic: traffic))
    return interruption
  }

  private var traffic: CollectiveTraffic? { ranks.size > 1 ? ranks.traffic : nil }

  /// The signal that asked for a stop. Ranks stop after the same population, whichever of them was asked.
  private var stop: Int32? {
    guard ranks.size > 1 else { return StopSignal.current }
    return ranks.isStopping ? StopSignal.current ?? SIGTERM : nil
  }

  private func checkpoint(_ digest: String) -> Checkpoint {
    Checkpoint(state: training.state, curve: curve, configurationDigest: digest)
  }

  /// The curve and the agent's weights; there are none before the first population, and a search has no weights.
  private func writeTraining(_ digest: String) throws -> String? {
    let state = training.state
    if curve.last != nil {
      let picture = TrainingCurveSVG.text(curve.reports, title: "Training, seed \(state.seed)")
      try OutputFile.replace("\(plan.output)/training.svg", with: Array(picture.utf8))
    }
    guard
      let file = AgentWeightsFile(state, tensors: training.weightTensors, configurationDigest: digest)
    else { return nil }
    let path = "\(plan.output)/\(AgentWeightsFile.name(at: Timestamp(Date())))"
    try OutputFile.replace(path, with: file.bytes)
    return path
  }

  /// - Returns: how many pieces there are: a search may have found fewer than are asked for.
  private mutating func compose() throws -> Int {
    let configuration = plan.configuration
    let count = min(plan.episodes, training.pieceLimit ?? .max)
    for episode in 0..<count {
      let piece = training.composePiece(episode: episode)
      let written = try PieceFolder.write(
        piece, to: plan.output, at: Timestamp(Date()), timbres: configuration.timbres, audio: configuration.audio,
        options: configuration.files)
      for warning in written.warnings { StandardError.writeLine("\(written.path)/\(warning)") }
      reporter.wrote(piece, path: written.path)
      listener?.composed(piece, number: episode + 1)
    }
    return count
  }
}

/// Whoever follows a training live. Called on the training's thread; may wait if hearing is to set the pace.
protocol TrainingListener: Sendable {
  /// A population has been trained; `best` composes the best candidate's piece if it is wanted.
  func trained(_ report: PopulationReport, best: () -> Piece)
  /// A finished piece has been written, counted from 1.
  func composed(_ piece: Piece, number: Int)
  /// Nothing more will come.
  func finished()
}
