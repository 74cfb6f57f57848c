/// The original's search where a learner is expected: an iteration is a population, and nothing is learnt.
///
/// What it is doing is a function of (configuration, seed, iterations): a checkpoint holds no more than their number, and
/// whoever goes on repeats them first, which takes as long as it did.
final class BeamSearchLearner: Learner {
  private let seed: UInt64
  private let digest: String
  private let configuration: CounterpointConfiguration
  private var composer: CounterpointComposer
  private var search: BeamSearch

  /// A search at its start.
  ///
  /// - Precondition: a line can finish (`Configuration.checkComposable`).
  init(_ configuration: CounterpointConfiguration, seed: UInt64, digest: String) {
    self.seed = seed
    self.digest = digest
    self.configuration = configuration
    composer = CounterpointComposer(checked: configuration)
    search = composer.beamSearch(seed: seed)
  }

  /// A search that goes on.
  ///
  /// - Throws: if the state is no search's, or of more iterations than the search has.
  convenience init(_ configuration: CounterpointConfiguration, state: TrainingState, digest: String) throws(DataError) {
    guard state.mean.isEmpty, state.optimizer == nil else {
      throw DataError(file: "state", reason: "is of a learner; this needs agent.method: policy_gradient")
    }
    self.init(configuration, seed: state.seed, digest: digest)
    while search.iterations < state.population {
      guard !search.isOver else {
        throw DataError(
          file: "state", reason: "is after \(state.population) iterations; this search ends after \(search.iterations)")
      }
      search.iterate()
    }
  }

  /// For reports: what an iteration of the default search takes, in steps.
  let stepsPerIteration = 10_000

  var isOver: Bool { search.isOver }
  var pieceLimit: Int? { search.results().count }

  /// One iteration: the mean of the kept records is the mean of population and elite.
  func trainPopulation() -> PopulationReport {
    if !search.isOver { search.iterate() }
    let kept = search.keptRewards
    let mean = kept.isEmpty ? search.best : kept.mean
    return PopulationReport(
      population: search.iterations, eliteMean: mean, best: search.best, populationMean: mean,
      environmentSteps: search.steps)
  }

  var state: TrainingState {
    var state = TrainingState(seed: seed, population: search.iterations, mean: [], best: nil)
    if search.iterations > 0, search.best.isFinite {
      state.best = BestCandidate(
        score: search.best, weights: [], population: search.iterations - 1, candidate: 0, episode: 0)
    }
    return state
  }

  func bestPiece() -> Piece { composePiece(episode: 0) }

  /// One of the best lines so far, with further parts as the other method composes them; the melody with the first note
  /// where there are not so many.
  func composePiece(episode: Int) -> Piece {
    let results = search.results()
    let provenance = Provenance(
      seed: seed, population: search.iterations, episode: episode, configurationDigest: digest)
    guard results.indices.contains(episode) else {
      return composer.configuration.piece([CounterpointLine(configuration.task)], provenance: provenance)
    }
    let lines = composer.withFurtherParts(results[episode], seed: seed &+ UInt64(episode))
    return composer.configuration.piece(lines, provenance: provenance)
  }

  /// Rewards of other scores cannot be compared: the search repeats its iterations by the new ones.
  func replaceCoefficients(_ coefficients: [String: Double]) {
    let done = search.iterations
    composer = CounterpointComposer(checked: configuration.weighted(by: coefficients))
    search = composer.beamSearch(seed: seed)
    while search.iterations < done, !search.isOver { search.iterate() }
  }
}
