/// A way to learn: what a `Training` asks, whatever the method.
///
/// Owned by one task, like the training.
protocol Learner: AnyObject {
  /// What has to be kept to continue later.
  var state: TrainingState { get }

  /// Whether nothing is left to do.
  var isOver: Bool { get }

  /// How many finished pieces there are at most; nil for any number.
  var pieceLimit: Int? { get }

  /// Plays, scores and learns from one population.
  func trainPopulation() -> PopulationReport

  /// The best episode of the last population, played again.
  func bestPiece() -> Piece

  /// A test episode, from 0, of the agent that is returned.
  func composePiece(episode: Int) -> Piece

  /// Scores by other coefficients from now on; the best that was seen is scored again.
  func replaceCoefficients(_ coefficients: [String: Double])
}

extension Learner {
  /// There is always more to learn.
  var isOver: Bool { false }
  /// A policy composes without end.
  var pieceLimit: Int? { nil }
}

/// What learners are made with, besides their method's own.
struct LearnerContext {
  var seed: UInt64
  var threads: Int
  var kernels: Kernels
  var threadStart: (@Sendable () -> Void)?
  var work: WorkCounter
  /// Who else learns the same.
  var ranks: any Collective
  /// Of the configuration, for pieces.
  var configurationDigest: String

  /// Where a piece comes from.
  func provenance(population: Int, episode: Int?) -> Provenance {
    Provenance(seed: seed, population: population, episode: episode, configurationDigest: configurationDigest)
  }
}

extension Collection<Double> {
  /// The mean.
  var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
