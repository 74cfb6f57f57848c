import Testing

@testable import Core

@Suite struct TrainingTests {
  /// A small configuration: everything absent has its default.
  static func configuration(_ agent: String = "", _ environment: String = "") throws -> Configuration {
    try Configuration(
      text: "environment: {n_semitones: 13, n_roll_steps: 9\(environment)}\n"
        + "agent: {population_size: 20, n_episodes_per_candidate: 3\(agent)}",
      file: "test")
  }

  @Test func resumedTrainingEqualsTheUninterruptedOne() throws {
    let configuration = try Self.configuration()
    let whole = Training(configuration: configuration, seed: 5, threads: 1)
    let wholeReports = (0..<4).map { _ in whole.trainPopulation() }
    let begun = Training(configuration: configuration, seed: 5, threads: 1)
    let begunReports = (0..<2).map { _ in begun.trainPopulation() }
    let resumed = try Training(configuration: configuration, state: begun.state, threads: 1)
    #expect(begunReports + (0..<2).map { _ in resumed.trainPopulation() } == wholeReports)
    #expect(resumed.state == whole.state)
    #expect(resumed.bestPiece().roll == whole.bestPiece().roll)
    #expect(resumed.composePiece(episode: 1).roll == whole.composePiece(episode: 1).roll)
  }

  @Test func seedsAndEpisodesDiffer() throws {
    let configuration = try Self.configuration()
    let first = Training(configuration: configuration, seed: 1, threads: 1)
    let second = Training(configuration: configuration, seed: 2, threads: 1)
    _ = (first.trainPopulation(), second.trainPopulation())
    #expect(first.state.mean != second.state.mean)
    #expect(first.composePiece(episode: 0).roll != first.composePiece(episode: 1).roll)
    #expect(first.composePiece(episode: 0).roll == first.composePiece(episode: 0).roll)
    #expect(first.composePiece(episode: 1).provenance?.episode == 1)
    #expect(first.bestPiece().provenance?.episode == nil)
    #expect(first.bestPiece().provenance?.population == 1)
  }

  @Test func aStateOfAnotherConfigurationIsRefused() throws {
    let training = Training(configuration: try Self.configuration(), seed: 5, threads: 1)
    _ = training.trainPopulation()
    var state = training.state
    state.mean.removeLast()
    #expect(throws: DataError.self) { try Training(configuration: Self.configuration(), state: state, threads: 1) }
    state = training.state
    state.best?.episode = 3
    #expect(throws: DataError.self) { try Training(configuration: Self.configuration(), state: state, threads: 1) }
    state = training.state
    state.mean[0] = .nan
    #expect(throws: DataError.self) { try Training(configuration: Self.configuration(), state: state, threads: 1) }
  }

  @Test func stepsBeyondAllNumbersDoNotTrap() {
    #expect(Training.saturatingProduct([100, 150, 10, 96]) == 14_400_000)
    #expect(Training.saturatingProduct([1 << 40, 1_000_000, 100_000, 4095 * 256]) == .max)
  }

  @Test(arguments: [("mean", 3.0), ("min", 1), ("max", 6), ("median", 2.5)])
  func aggregations(name: String, expected: Double) throws {
    let aggregation = try #require(AgentConfiguration.Aggregation(rawValue: name))
    #expect(aggregation.aggregate([6, 1, 3, 2][...]) == expected)
  }

  /// The same state, reports and pieces on one thread and several, on every path.
  @Test(arguments: [
    ("", ""), (", aggregation_fn: median", ", n_draws_per_roll_step: 2"), (", n_episodes_per_candidate: 37", ""),
  ])
  func threadsAndPathsChangeNothing(agent: String, environment: String) throws {
    let text =
      "environment: {n_semitones: 13, n_roll_steps: 9\(environment)}\nagent: {population_size: 23\(agent)}"
    let configuration = try Configuration(text: text, file: "test")
    let reference = Training(configuration: configuration, seed: 9, threads: 1)
    let reports = (0..<3).map { _ in reference.trainPopulation() }
    for kernels in Kernels.available {
      for threads in [1, 2, 5] {
        let training = Training(configuration: configuration, seed: 9, threads: threads, kernels: kernels)
        #expect((0..<3).map { _ in training.trainPopulation() } == reports)
        #expect(training.state == reference.state)
        #expect(training.bestPiece().roll == reference.bestPiece().roll)
        #expect(training.composePiece(episode: 7).roll == reference.composePiece(episode: 7).roll)
      }
    }
  }

  /// The piece for listeners is the one the population's best candidate was judged by: with `max`, its score is the candidate's.
  @Test(arguments: [3, 16, 17, 40])
  func theBestPieceIsTheBestEpisode(episodes: Int) throws {
    let configuration = try Configuration(
      text: "environment: {n_semitones: 13, n_roll_steps: 9}\n"
        + "agent: {population_size: 12, n_episodes_per_candidate: \(episodes), aggregation_fn: max}",
      file: "test")
    let training = Training(configuration: configuration, seed: 4, threads: 2)
    for _ in 0..<3 {
      let report = training.trainPopulation()
      let best = try #require((training.learner as? CrossEntropyLearner)?.populationBest)
      #expect(training.bestPiece().score.total == best.score)
      #expect(best.score <= report.best && (report.population > 1 || best.score == report.best))
    }
  }

  @Test func theSmallestTrainingThereIs() throws {
    let configuration = try Configuration(
      text: "environment: {n_semitones: 1, n_roll_steps: 2, scoring_coefs: {lines: 1}}\n"
        + "agent: {population_size: 1, elite_fraction: 1, n_episodes_per_candidate: 1}",
      file: "test")
    let training = Training(configuration: configuration, seed: 1, threads: 4)
    let report = training.trainPopulation()
    // Three draws of the only row in the first of two columns: |3 - 1| + |3 - 0|.
    #expect(report == PopulationReport(population: 1, eliteMean: -5, best: -5, populationMean: -5, environmentSteps: 3))
    #expect(training.composePiece(episode: 0).roll.rowTexts == ["10"])
  }

  @Test func extremeWeightsTrain() throws {
    let configuration = try Configuration(
      text: "environment: {n_semitones: 25, n_roll_steps: 9, observation_decay: 0.999}\n"
        + "agent: {population_size: 20, n_episodes_per_candidate: 3, weights_std: 1.0e+6}",
      file: "test")
    let training = Training(configuration: configuration, seed: 1, threads: 1)
    for _ in 0..<5 { #expect(training.trainPopulation().eliteMean.isFinite) }
    #expect(training.state.mean.allSatisfy { $0.isFinite })
  }

  /// Another actor, asked step by step: it likes what has not sounded for long, and has a single weight.
  private struct Restless: ActorModel {
    let weightCount = 1
    func distribution(observation: [Double], weights: [Float]) -> [Double] {
      let powers = observation.map { exponential(-abs(Double(weights[0])) * $0) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  @Test func anotherActorTrains() throws {
    let configuration = try Self.configuration()
    let one = Training(configuration: configuration, seed: 1, threads: 1, actor: Restless())
    let two = Training(configuration: configuration, seed: 1, threads: 2, actor: Restless())
    for _ in 0..<2 { #expect(one.trainPopulation() == two.trainPopulation()) }
    #expect(one.state.mean.count == 1)
    #expect(one.bestPiece().roll == two.bestPiece().roll)
  }
}
