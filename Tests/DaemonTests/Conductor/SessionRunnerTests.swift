import Core
import Foundation
import Testing

@testable import Daemon

/// A session by itself.
@Suite(.timeLimit(.minutes(1))) struct SessionRunnerTests {
  private let parts: TestParts
  private let configuration: Configuration

  init() throws {
    parts = try TestParts()
    configuration = try testConfiguration("sessions: {populations: 3, seed: 40}")
  }

  private func runner() -> SessionRunner {
    SessionRunner(library: parts.library, trainer: parts.trainer, announcer: parts.announcer)
  }

  /// Whatever is composed: a roll, a counterpoint, the original's search for one.
  @Test(arguments: [nil, "{search_moves: 300}", "{method: beam_search}"])
  func itGoesOnFromItsCheckpoint(counterpoint: String?) async throws {
    var configuration = self.configuration
    if let counterpoint {
      configuration = try Configuration(
        text: "piece: {tonic: C}\nagent: \(counterpoint)\ndaemon: {sessions: {populations: 3, seed: 40}}", file: "c.yml"
      )
    }
    let isSearch = counterpoint?.contains("beam") == true
    let first = runner()
    await first.open(configuration, news: nil) { _ in false }
    #expect(first.current?.seed == 40 && first.current?.record?.id == 1)
    // Nothing is composed by an agent that has learnt nothing.
    #expect(await first.compose(configuration) == nil)
    for _ in 0..<3 { _ = await first.trainPopulation { _, _ in false } }
    #expect(first.stepsPerSecond > 0)
    first.saveCheckpoint(digest: configuration.digest)
    let expected = try #require(await first.compose(configuration))
    #expect(expected.session == 1 && (expected.weights != nil) != isSearch)

    let second = runner()
    await second.open(configuration, news: nil) { _ in false }
    #expect(second.current?.state.population == 3 && second.current?.curve.reports.count == 3)
    #expect(second.current?.record?.id == 1)
    let again = try #require(await second.compose(configuration)?.piece)
    #expect(again.score.total == expected.piece.score.total && again.notes == expected.piece.notes)
    #expect(second.current?.pieces == 1)
  }

  @Test func oneThatIsOverIsNotBegunAgain() async throws {
    let first = runner()
    await first.open(configuration, news: nil) { _ in false }
    let over = try #require(first.end())
    #expect(over == (1, 0))
    #expect(first.current == nil && first.end() == nil)
    // The database does not know that it is over.
    await first.open(configuration, news: nil) { $0 == over.session }
    #expect(first.current?.record?.id == 2 && first.current?.seed == 41)
  }

  @Test func itRestsAndTakesNewWeights() async throws {
    let runner = runner()
    await runner.open(configuration, news: nil) { _ in false }
    _ = await runner.trainPopulation { _, _ in false }
    let best = try #require(runner.current?.state.best?.score)
    await runner.rest()
    #expect(await runner.trainPopulation { _, _ in false } == nil)
    var weights = RuleWeights(folder: parts.folder.path, configuration)
    try weights.set(["consonances": 0])
    await runner.open(configuration, news: weights.takeNews()) { _ in false }
    #expect(runner.current?.record?.id == 1)
    #expect(runner.current?.state.best?.score != best)
    #expect(await runner.trainPopulation { _, _ in false }?.report.population == 2)
  }

  /// An agent that learnt by one method is where a session of the other one begins.
  @Test(arguments: AgentConfiguration.Method.allCases) func favouritesOfBothMethodsGoOn(
    method: AgentConfiguration.Method
  ) async throws {
    let first = runner()
    await first.open(configuration, news: nil) { _ in false }
    for _ in 0..<3 { _ = await first.trainPopulation { _, _ in false } }
    let piece = try #require(await first.compose(configuration))
    let weights = try #require(piece.weights).weights
    var next = configuration
    next.agent = try Configuration(
      text: "environment: {n_semitones: 13}\nagent: {method: \(method.rawValue), n_processes: 1}", file: "test"
    ).agent
    let adopted = try #require(next.policyEnvironment.adopted(weights))
    next.agent.initialMean = weights.map { Double($0) }
    let state = await parts.trainer.begin(next, seed: 3, threads: 1)
    #expect(state.mean == adopted.map { Double($0) } && state.population == 0)
    #expect(await parts.trainer.trainPopulation { _, _ in false }?.report.population == 1)
  }
}
