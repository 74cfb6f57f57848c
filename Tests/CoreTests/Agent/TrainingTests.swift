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

  @Test(arguments: [("mean", 3.0), ("min", 1), ("max", 6), ("median", 2.5)])
  func aggregations(name: String, expected: Double) throws {
    let aggregation = try #require(AgentConfiguration.Aggregation(rawValue: name))
    #expect(aggregation.aggregate([6, 1, 3, 2]) == expected)
  }
}
