import Foundation
import Testing

@testable import Core

/// The environment of counterpoint as a conversation.
@Suite struct CounterpointSessionTests {
  private func session(_ text: String = "piece: {tonic: C}") throws -> CounterpointSession {
    let configuration = try #require(try Configuration(text: text, file: "c.yml").counterpoint)
    return CounterpointSession(CounterpointEnvironment(configuration))
  }

  private struct Answer: Decodable {
    struct Score: Decodable {
      var raw, coefficient, weighted: Double
    }
    var observation: [[Int]]?
    var valid_actions: [[Int]]?
    var reward: Double?
    var terminated: Bool?
    var scores: [String: Score]?
    var valid, movement, range, length: Bool?
    var rules: [String: Bool]?
    var error: String?
  }

  private func ask(_ session: inout CounterpointSession, _ line: String) throws -> Answer {
    let answer = session.answer(Array(line.utf8))
    #expect(!answer.contains("\n"))
    return try JSONDecoder().decode(Answer.self, from: Data(answer.utf8))
  }

  @Test func theOriginalsEpisodes() throws {
    for fact in try CounterpointFacts.episodes() {
      var session = try session(fact.piece.yaml + "environment: {reward_for_dead_end: \(fact.reward_for_dead_end)}")
      var answer = try ask(&session, #"{"reset": {}}"#)
      for (index, action) in fact.actions.enumerated() {
        #expect(answer.valid_actions?.count == fact.n_valid_actions_before_each_step[index])
        answer = try ask(&session, #"{"step": {"movement": \#(action[0]), "duration": \#(action[1])}}"#)
      }
      #expect(answer.terminated == true && abs((answer.reward ?? 0) - fact.reward) < 1e-9)
      #expect(answer.observation?.map { $0.map(String.init).joined() } == fact.piano_roll)
      let weighted = answer.scores?.values.reduce(0) { $0 + $1.weighted }
      #expect(fact.ended == "finished" ? abs((weighted ?? 0) - fact.reward) < 1e-9 : answer.scores?.isEmpty == true)
      #expect(try ask(&session, #"{"step": {"movement": 0, "duration": 4}}"#).error?.contains("over") == true)
    }
  }

  @Test func rulesAreExplainedOneByOne() throws {
    // The rules themselves are asked for all cases elsewhere.
    for (index, fact) in try CounterpointFacts.rules().enumerated() where index % 10 == 0 {
      let parameters = String(decoding: try JSONEncoder().encode(fact.params), as: UTF8.self)
      var session = try session(
        fact.piece.yaml + "  rules: {names: [\(fact.rule)], params: {\(fact.rule): \(parameters)}}\n")
      let beginning = fact.actions.map { "[\($0[0]), \($0[1])]" }.joined(separator: ", ")
      #expect(try ask(&session, "{\"reset\": {\"actions\": [\(beginning)]}}").error == nil, "\(fact.id)")
      let answer = try ask(
        &session, #"{"explain": {"movement": \#(fact.movement), "duration": \#(fact.duration)}}"#)
      #expect(answer.rules == [fact.rule: fact.expected], "\(fact.id)")
    }
  }

  @Test func everyRuleIsAsked() throws {
    var session = try session()
    let answer = try ask(&session, #"{"explain": {"movement": 9, "duration": 8}}"#)
    #expect(answer.valid == false && answer.movement == false && answer.range == true && answer.length == true)
    #expect(answer.rules?.count == 15)
    #expect(answer.rules?["rhythmic_pattern_validity"] == false && answer.rules?["turn_after_skip"] == true)
    let valid = try ask(&session, #"{"reset": {}}"#).valid_actions ?? []
    for movement in -7...7 {
      for duration in [1, 2, 4, 8] {
        let answer = try ask(&session, #"{"explain": {"movement": \#(movement), "duration": \#(duration)}}"#)
        #expect(answer.valid == valid.contains([movement, duration]))
      }
    }
  }

  @Test(arguments: [
    "", "hello", "[]", "{}", #"{"reset": {}, "spec": {}}"#, #"{"reset": []}"#, #"{"reset": {"actions": 3}}"#,
    #"{"reset": {"actions": [[1]]}}"#, #"{"reset": {"actions": [[1, 4.5]]}}"#, #"{"reset": {"actions": [[-9, 4]]}}"#,
    #"{"reset": {"actions": [[0, 0]]}}"#, #"{"step": {"movement": 1}}"#,
    #"{"step": {"movement": true, "duration": 4}}"#,
    #"{"step": {"movement": -9223372036854775808, "duration": 4}}"#, #"{"step": {"action": 3}}"#,
    #"{"step": {"movement": 0, "duration": 3}}"#, #"{"jump": {}}"#, #"{"explain": {}}"#,
  ])
  func badLinesAreAnsweredAndChangeNothing(line: String) throws {
    var session = try session()
    let before = session.answer(Array(#"{"spec": {}}"#.utf8))
    #expect(try ask(&session, line).error?.contains("allowed:") == true)
    #expect(session.environment.line.notes.count == 1)
    #expect(session.answer(Array(#"{"spec": {}}"#.utf8)) == before)
    _ = session.answer([0xFF, 0x00])
  }
}
