/// A beam search for a configuration, with its results as pieces.
public struct CounterpointSearchRun {
  private let composer: CounterpointComposer
  private let configurationDigest: String
  private let seed: UInt64
  private var search: BeamSearch

  /// A search at its start.
  ///
  /// - Throws: `ConfigurationError` if the configuration is for another environment, or no line can finish.
  public init(_ configuration: Configuration, seed: UInt64) throws(ConfigurationError) {
    composer = try CounterpointComposer(configuration)
    configurationDigest = configuration.digest
    self.seed = seed
    search = composer.beamSearch(seed: seed)
  }

  /// Whether no beginning is left to follow.
  public var isOver: Bool { search.isOver }
  /// Iterations done.
  public var iterations: Int { search.iterations }

  /// One iteration.
  ///
  /// - Returns: the best reward so far, and the mean of the kept records as the mean of population and elite.
  public mutating func iterate() -> PopulationReport {
    search.iterate()
    let kept = search.keptRewards
    let mean = kept.isEmpty ? search.best : kept.reduce(0, +) / Double(kept.count)
    return PopulationReport(
      population: search.iterations, eliteMean: mean, best: search.best, populationMean: mean,
      environmentSteps: search.steps)
  }

  /// The melody with the composed line's first note: what there is when no line has finished.
  public var emptyPiece: Piece {
    composer.configuration.piece([CounterpointLine(composer.configuration.task)], provenance: nil)
  }

  /// One of the best lines so far, from 0, as a piece; nil if there are not so many. Further parts are drawn and searched
  /// as with the other method.
  public func piece(_ number: Int) -> Piece? {
    let results = search.results()
    guard results.indices.contains(number) else { return nil }
    let provenance = Provenance(
      seed: seed, population: search.iterations, episode: number, configurationDigest: configurationDigest)
    let lines = composer.withFurtherParts(results[number], seed: seed &+ UInt64(number))
    return composer.configuration.piece(lines, provenance: provenance)
  }
}
