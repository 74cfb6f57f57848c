import Testing

@testable import Core

/// Other rules in the middle of a training.
@Suite struct ReplacedRulesTests {
  private func configuration(coefficients: String) throws -> Configuration {
    try Configuration(
      text: """
        environment: {n_semitones: 13, n_roll_steps: 9, scoring_coefs: {\(coefficients)}}
        agent: {population_size: 12, n_episodes_per_candidate: 20, aggregation_fn: median}
        """, file: "c.yml")
  }

  @Test func theBestIsScoredAgain() throws {
    let before = try configuration(coefficients: "lines: 1, consonances: 2")
    let training = Training(configuration: before, seed: 5, threads: 1)
    _ = training.trainPopulation()
    let old = try #require(training.state.best)
    let unchanged = before.environment.rules.weighted(by: [:])
    training.replaceRules(unchanged)
    #expect(training.state.best == old)

    let rules = before.environment.rules.weighted(by: ["lines": 0, "consonances": -3])
    training.replaceRules(rules)
    let new = try #require(training.state.best)
    #expect(new.weights == old.weights)
    // By its own rolls, the same as before; not by what other rules said of them.
    let learner = try #require(training.learner as? CrossEntropyLearner)
    let rewards = learner.episodes(of: old).map { rules.evaluate($0.roll).total }.sorted()
    #expect(rewards.count == 20 && new.score == (rewards[9] + rewards[10]) / 2)
    #expect(new.score != old.score)
    let piece = training.bestPiece()
    #expect(piece.score.entries.map(\.rule) == ["consonances"])
    #expect(piece.score.entries.map(\.coefficient) == [-3])
  }

  /// Scores by the old rules, however high, do not stand in the way of what is best by the new ones.
  @Test func theBestByTheNewRulesWins() throws {
    let before = try configuration(coefficients: "lines: 1, consonances: 2")
    let training = Training(configuration: before, seed: 5, threads: 1)
    for _ in 0..<10 { _ = training.trainPopulation() }
    let old = try #require(training.state.best)
    // The same rule backwards: what was best is bad now.
    training.replaceRules(before.environment.rules.weighted(by: ["lines": -1, "consonances": -2]))
    let rescored = try #require(training.state.best)
    #expect(rescored.score < old.score && rescored.weights == old.weights)
    var best = rescored.score
    for _ in 0..<10 {
      let report = training.trainPopulation()
      best = max(best, (training.learner as? CrossEntropyLearner)?.populationBest?.score ?? best)
      #expect(report.best == best)
    }
    #expect(try #require(training.state.best).weights != old.weights)
  }

  /// A rule that the configuration does not ask for.
  @Test func aSilentRuleGetsASay() throws {
    let before = try configuration(coefficients: "lines: 1")
    let training = Training(configuration: before, seed: 5, threads: 1)
    _ = training.trainPopulation()
    training.replaceRules(before.environment.rules.weighted(by: ["consonances": 2]))
    _ = training.trainPopulation()
    #expect(training.bestPiece().score.entries.map(\.rule) == ["lines", "consonances"])
  }

  /// From there on it is the training that had these rules all along, if the populations before are the same.
  @Test func theNextPopulationIsScoredByTheNewRules() throws {
    let old = try configuration(coefficients: "lines: 1, consonances: 2")
    let training = Training(configuration: old, seed: 5, threads: 2)
    training.replaceRules(old.environment.rules.weighted(by: ["lines": 4]))
    let fresh = Training(
      configuration: try configuration(coefficients: "lines: 4, consonances: 2"), seed: 5, threads: 1)
    for _ in 0..<3 { #expect(training.trainPopulation() == fresh.trainPopulation()) }
    #expect(training.state == fresh.state)
  }
}
