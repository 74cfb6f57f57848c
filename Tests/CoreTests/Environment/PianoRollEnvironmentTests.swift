import Testing

@testable import Core

/// One line of environment.jsonl or environment_edge.jsonl.
private struct Trace: Decodable {
  var why: String?
  var n_semitones: Int?
  var n_roll_steps: Int?
  var observation_decay: Double?
  var n_draws_per_roll_step: Int?
  var initial_observation: [Double]?
  var actions: [Int]?
  var observations: [[Double]]?
  var rewards: [Double?]?
  var done: [Bool]?
  var final_roll: [String]?
  var final_raw_components: [String: Double?]?
  var exception_at_last_step: String?
}

@Suite struct PianoRollEnvironmentTests {
  private func environment(_ trace: Trace) throws -> PianoRollEnvironment {
    PianoRollEnvironment(
      rowCount: try #require(trace.n_semitones), stepCount: try #require(trace.n_roll_steps),
      observationDecay: try #require(trace.observation_decay),
      drawsPerStep: try #require(trace.n_draws_per_roll_step), rules: try WeightedRules(yaml: ""))
  }

  @Test func everyTraceOfTheOriginalIsReproduced() throws {
    let traces = try Fixture.jsonLines("golden/environment.jsonl", as: Trace.self)
    #expect(traces.count == 30)
    for trace in traces {
      var environment = try environment(trace)
      #expect(environment.reset() == trace.initial_observation)
      let actions = try #require(trace.actions)
      #expect(actions.count == environment.episodeLength)
      for (index, action) in actions.enumerated() {
        let transition = try environment.step(action)
        let expected = try #require(trace.observations?[index])
        #expect(zip(transition.observation, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(transition.isTerminated == (index + 1 == actions.count))
        // null where the original fails because there is no tonic row; ours has a score there.
        if let reward = trace.rewards?[index] { #expect(isClose(transition.reward, reward)) }
      }
      #expect(environment.roll.rowTexts == trace.final_roll)
      let score = environment.rules.evaluate(environment.roll)
      for (rule, raw) in trace.final_raw_components ?? [:] {
        let entry = try #require(score.entries.first { $0.rule == rule })
        if let raw { #expect(isClose(entry.raw, raw), "\(rule)") } else { #expect(entry.raw == 0, "\(rule)") }
      }
    }
  }

  /// A roll of one column: nothing can be composed, every action is refused, whatever the number of draws.
  @Test(arguments: [1, 3]) func oneColumnIsOverFromTheStart(draws: Int) throws {
    var environment = PianoRollEnvironment(
      rowCount: 25, stepCount: 1, observationDecay: 0.75, drawsPerStep: draws, rules: try WeightedRules(yaml: ""))
    #expect(environment.isTerminated && environment.episodeLength == 0)
    #expect(throws: EnvironmentError.episodeIsOver) { try environment.step(5) }
    environment.reset()
    #expect(environment.isTerminated)
  }

  /// The edges that the original stumbles over: after the end and beside the roll, nothing changes.
  @Test func refusedActionsChangeNothing() throws {
    let edges = try Fixture.jsonLines("golden/environment_edge.jsonl", as: Trace.self)
    let afterEnd = try #require(edges.first { $0.n_roll_steps == 2 })
    var environment = try environment(afterEnd)
    for action in [5, 6, 7] { try environment.step(action) }
    let roll = environment.roll
    let observation = environment.observation
    #expect(throws: EnvironmentError.episodeIsOver) { try environment.step(8) }
    #expect(environment.roll == roll && environment.observation == observation)
    #expect(observation == afterEnd.observations?[2])

    environment.reset()
    for action in [-1, 25, Int.max, Int.min] {
      #expect(throws: EnvironmentError.noSuchRow(action: action, rowCount: 25)) { try environment.step(action) }
    }
    #expect(environment.roll.cellCount == 0 && environment.currentStep == 0)
    try environment.step(24)
    #expect(environment.observation[24] == 1)
  }

  /// The configuration refuses what cannot be played.
  @Test(arguments: ["n_roll_steps: 1", "observation_decay: 1", "n_draws_per_roll_step: 0", "n_semitones: 3"])
  func impossibleEnvironmentsAreConfigurationErrors(line: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(text: "environment:\n  \(line)\n", file: "c.yml")
    }
    #expect(error?.keyPath.hasPrefix("environment.") == true)
  }
}
