internal import Core
internal import Foundation

/// The training of the running session, on a thread of its own behind everybody else.
actor Trainer {
  /// What a population came to.
  struct Step: Sendable {
    var report: PopulationReport
    /// To go on from here.
    var state: TrainingState
    /// The best candidate's piece, if it was asked for.
    var piece: Piece?
    /// Environment steps.
    var steps: Int
    var seconds: Double
  }

  private let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  /// Grows while it works, and for no longer.
  nonisolated let work = WorkCounter()
  private var training: Training?
  private var best = -Double.infinity

  /// A trainer without work.
  init(name: String = "trainer", priority: ThreadPriority = .last) {
    executor = ThreadExecutor(name: name, priority: priority)
  }

  /// A training at its start.
  func begin(_ configuration: Configuration, seed: UInt64, threads: Int) -> TrainingState {
    let training = Training(
      configuration: configuration, seed: seed, threads: threads,
      populations: configuration.daemon.sessions.populations, work: work)
    self.training = training
    best = -.infinity
    return training.state
  }

  /// A training that goes on.
  ///
  /// - Throws: `DataError` if the state is not one of this configuration's.
  func resume(_ configuration: Configuration, state: TrainingState, threads: Int) throws {
    training = try Training(configuration: configuration, state: state, threads: threads, work: work)
    best = state.best?.score ?? -.infinity
  }

  /// Scores by other rules from the next population on.
  func replaceCoefficients(_ coefficients: [String: Double]) -> TrainingState? {
    training?.replaceCoefficients(coefficients)
    best = training?.state.best?.score ?? -.infinity
    return training?.state
  }

  /// Trains a population; nil without a training, and when a search has come to its end.
  ///
  /// - Parameter wants: whether the best piece of a population, an improvement or not, is to be made.
  func trainPopulation(wants: @Sendable (Int, Bool) -> Bool) -> Step? {
    guard let training, !training.isOver else { return nil }
    let start = ContinuousClock.now
    let report = training.trainPopulation()
    let isImprovement = report.best > best
    best = max(best, report.best)
    let piece = wants(report.population, isImprovement) ? training.bestPiece() : nil
    return Step(
      report: report, state: training.state, piece: piece, steps: training.stepsPerPopulation,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// A finished piece; nil without a training, and if a search has found fewer.
  func compose(episode: Int) -> Piece? {
    guard let training, episode < training.pieceLimit ?? .max else { return nil }
    return training.composePiece(episode: episode)
  }

  /// Runs what blocks on this thread.
  func perform<Result: Sendable>(_ work: @Sendable () throws -> Result) rethrows -> Result { try work() }

  /// Frees the training and its threads.
  func end() { training = nil }
}
