import Foundation
import Testing

@testable import Core

/// The original's rules, valid actions, episodes and scores, fact by fact.
@Suite struct GoldenCounterpointTests {
  private func expect(_ line: CounterpointLine, is state: CounterpointFacts.State, _ id: String) {
    #expect(line.currentStep == state.current_time, "\(id)")
    #expect(line.barDurations == state.current_measure_durations, "\(id)")
    #expect(line.pastMovements == state.past_movements, "\(id)")
    #expect(CounterpointFacts.Note(line.motionStart, line.task) == state.motion_start, "\(id)")
    #expect(line.isLastConsonant == state.is_last_element_consonant, "\(id)")
    #expect(line.task.isAbove == state.is_counterpoint_above, "\(id)")
  }

  @Test func rulesHoldWhereTheOriginalsDo() throws {
    let cases = try CounterpointFacts.rules()
    #expect(cases.count == 3150)
    for fact in cases {
      let line = try CounterpointFacts.line(fact.piece.task(), fact.actions)
      expect(line, is: fact.state, fact.id)
      #expect(line.notes.map { CounterpointFacts.Note($0, line.task) } == fact.counterpoint, "\(fact.id)")
      let type = try #require(CounterpointRuleRegistry.rules.first { $0.name == fact.rule })
      let rule = try type.init(CounterpointFacts.section(fact.params))
      let next = Continuation(
        movement: fact.movement, duration: fact.duration,
        position: (line.notes.last?.position ?? 0) + fact.movement, onset: line.currentStep)
      #expect(rule.holds(next, after: line) == fact.expected, "\(fact.id) \(fact.rule)")
    }
  }

  @Test func validActionsAreTheOriginals() throws {
    let cases = try CounterpointFacts.actions()
    #expect(cases.count == 461)
    let rules = try CounterpointConfiguration.standardRules()
    for fact in cases {
      let line = try CounterpointFacts.line(fact.piece.task(), fact.actions)
      expect(line, is: fact.state, fact.id)
      let environment = CounterpointEnvironment(line: line, rules: rules, scores: nil, deadEndReward: -3)
      let valid = environment.validActions.map { action in
        let next = line.task.continuation(action: action)
        return [next.movement, next.duration]
      }
      #expect(valid == fact.valid_actions, "\(fact.id)")
    }
  }

  @Test func episodesAreTheOriginals() throws {
    let episodes = try CounterpointFacts.episodes()
    #expect(episodes.count == 30)
    for fact in episodes {
      let text = fact.piece.yaml + "environment: {reward_for_dead_end: \(fact.reward_for_dead_end)}"
      let configuration = try Configuration(text: text, file: "c.yml")
      var environment = CounterpointEnvironment(try #require(configuration.counterpoint))
      #expect(environment.line.task.actionCount == fact.n_actions_in_space)
      for (index, action) in fact.action_ids.enumerated() {
        #expect(environment.validActions.count == fact.n_valid_actions_before_each_step[index], "\(fact.id)")
        #expect(environment.line.task.continuation(action: action).movement == fact.actions[index][0])
        let transition = try environment.step(action)
        #expect(transition.isTerminated == (index == fact.action_ids.count - 1), "\(fact.id)")
        if transition.isTerminated {
          #expect(abs(transition.reward - fact.reward) < 1e-9, "\(fact.id)")
        } else {
          #expect(transition.reward == 0)
        }
      }
      #expect(environment.line.isFinished == (fact.ended == "finished"))
      #expect(CounterpointRoll(environment.line).rowTexts == fact.piano_roll, "\(fact.id)")
      #expect(environment.line.notes.map { CounterpointFacts.Note($0, environment.line.task) } == fact.counterpoint)
    }
  }

  @Test func scoresAreTheOriginals() throws {
    let cases = try CounterpointFacts.evaluations()
    #expect(cases.count == 130)
    for fact in cases {
      let line = try CounterpointFacts.line(fact.piece.task(), fact.actions)
      #expect(line.isFinished && line.pastMovements == fact.past_movements)
      #expect(line.notes.map { CounterpointFacts.Note($0, line.task) } == fact.counterpoint, "\(fact.id)")
      let parameters = try CounterpointFacts.section(fact.scoring_fn_params)
      var total = 0.0
      for type in CounterpointScores.functions {
        let raw = try type.init(parameters.section(type.name)).score(line)
        let expected = try #require(fact.raw[type.name])
        #expect(abs(raw - expected) < 1e-9, "\(fact.id) \(type.name): \(raw), \(expected)")
        total += raw * (fact.scoring_coefs[type.name] ?? 0)
      }
      #expect(abs(total - fact.total) < 1e-9, "\(fact.id)")
    }
  }
}
