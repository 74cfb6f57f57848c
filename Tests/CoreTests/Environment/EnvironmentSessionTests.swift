import Foundation
import Testing

@testable import Core

@Suite struct EnvironmentSessionTests {
  private func session() throws -> EnvironmentSession {
    EnvironmentSession(
      PianoRollEnvironment(
        rowCount: 3, stepCount: 2, observationDecay: 0.5, drawsPerStep: 2, rules: try WeightedRules(yaml: "")))
  }

  @Test func anEpisode() throws {
    var session = try session()
    #expect(session.answer(Array(#"{"reset": {}}"#.utf8)) == #"{"observation": [0.0, 0.0, 0.0]}"#)
    #expect(
      session.answer(Array(#"{"step": {"action": 2}}"#.utf8))
        == #"{"observation": [0.0, 0.0, 1.0], "reward": 0.0, "terminated": false}"#)
    let reward = try #require(
      PianoRoll(rowTexts: ["10", "00", "10"]).map { session.environment.rules.evaluate($0).total })
    #expect(
      session.answer(Array(#"{"step": {"action": 0}}"#.utf8))
        == #"{"observation": [0.5, 0.0, 0.5], "reward": \#(reward), "terminated": true}"#)
    #expect(session.answer(Array(#"{"step": {"action": 0}}"#.utf8)).hasPrefix(#"{"error": "the episode is over"#))
    #expect(session.answer(Array(#"{"reset": {}}"#.utf8)) == #"{"observation": [0.0, 0.0, 0.0]}"#)
  }

  @Test func theSpecNamesTheSizes() throws {
    var session = try session()
    #expect(
      session.answer(Array(#" {"spec": {}} "#.utf8))
        == #"{"spec": {"n_semitones": 3, "n_roll_steps": 2, "observation_decay": 0.5, "#
        + #""n_draws_per_roll_step": 2, "episode_steps": 2}}"#)
  }

  @Test(arguments: [
    "", " ", "hello", "{", "[]", "3", "null", "{}", #""reset""#, #"{"reset": {}, "step": {"action": 1}}"#,
    #"{"reset": null}"#, #"{"reset": []}"#, #"{"reset": {"seed": 1}}"#, #"{"step": {}}"#, #"{"step": 1}"#,
    #"{"step": {"action": 3}}"#, #"{"step": {"action": -1}}"#, #"{"step": {"action": 1.5}}"#,
    #"{"step": {"action": "1"}}"#, #"{"step": {"action": true}}"#, #"{"step": {"action": null}}"#,
    #"{"step": {"action": 1e400}}"#, #"{"step": {"action": 99999999999999999999}}"#,
    #"{"step": {"action": 1, "more": 2}}"#, #"{"jump": {}}"#, #"{"a\"\\\u0000\n\u2028": {}}"#,
    "{\"" + String(repeating: "x", count: 5000) + "\": {}}", String(repeating: "[", count: 20_000),
  ])
  func badLinesAreAnsweredAndChangeNothing(line: String) throws {
    var session = try session()
    try checkError(session.answer(Array(line.utf8)))
    #expect(session.environment.roll.cellCount == 0)
    #expect(session.answer(Array(#"{"step": {"action": 1}}"#.utf8)).contains("observation"))
  }

  @Test func bytesThatAreNoTextAreAnswered() throws {
    var session = try session()
    try checkError(session.answer([0xFF, 0xFE, 0x00]))
    try checkError(session.answer(Array(#"{"step": {"action": 1}"#.utf8) + [0xC3]))
    try checkError(EnvironmentSession.answerToLongLine())
  }

  private func checkError(_ answer: String) throws {
    #expect(!answer.contains("\n") && answer.utf8.count < 400)
    let object = try JSONDecoder().decode([String: String].self, from: Data(answer.utf8))
    #expect(object["error"]?.contains("allowed:") == true)
  }
}
