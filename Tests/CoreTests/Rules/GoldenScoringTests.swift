import Foundation
import Testing

@testable import Core

/// One line of scoring.jsonl or scoring_edge.jsonl.
private struct ScoringCase: Decodable {
  var function: String
  var params: AnyJSON
  var roll: [String]
  var why: String?
  var expected: Double?
  var raises: String?
  var components_raw: [String: Double]?

  /// The configuration that asks for this case's rules.
  func rules() throws -> WeightedRules {
    let environment =
      function == "evaluate"
      ? try params.text
      : #"{"scoring_coefs": {"\#(function)": 1}, "scoring_fn_params": {"\#(function)": \#(try params.text)}}"#
    return try WeightedRules(yaml: environment)
  }
}

extension WeightedRules {
  /// The rules of the text of an `environment` section, in twelve-tone equal temperament.
  init(yaml: String, tuning: Tuning = .twelveToneEqual) throws(ConfigurationError) {
    let section = try ConfigurationSection.root(text: yaml, file: "rules.yml")
    try self.init(environment: section, tuning: tuning)
    try section.rejectUnknownKeys()
  }
}

/// Equal as far as the original's numbers go: 1e-6 absolute + 1e-9 relative.
func isClose(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 1e-6 + 1e-9 * abs(expected) }

@Suite struct GoldenScoringTests {
  @Test func everyCaseOfTheOriginalIsReproduced() throws {
    let cases = try Fixture.jsonLines("golden/scoring.jsonl.gz", as: ScoringCase.self)
    #expect(cases.count == 900)
    for scoring in cases {
      let roll = try #require(PianoRoll(rowTexts: scoring.roll))
      let rules = try scoring.rules()
      try rules.check(rowCount: roll.rowCount, use: .scoring)
      let score = rules.evaluate(roll)
      let expected = try #require(scoring.expected)
      #expect(isClose(score.total, expected), "\(scoring.function) \(scoring.params): \(score.total)")
      for (rule, raw) in scoring.components_raw ?? [:] {
        let entry = try #require(score.entries.first { $0.rule == rule })
        #expect(isClose(entry.raw, raw), "\(rule)")
      }
    }
  }

  /// The value, or an error of the configuration that names the key.
  @Test func everyEdgeHasItsValueOrAnError() throws {
    let cases = try Fixture.jsonLines("golden/scoring_edge.jsonl", as: ScoringCase.self)
    #expect(cases.count > 100)
    for scoring in cases {
      let roll = try #require(PianoRoll(rowTexts: scoring.roll))
      if let expected = scoring.expected {
        let rules = try scoring.rules()
        try rules.check(rowCount: roll.rowCount, use: .scoring)
        let total = rules.evaluate(roll).total
        #expect(total == expected, "\(scoring.function), \(scoring.why ?? "")")
        #expect(total.sign == .plus || total != 0, "no minus zero")
      } else {
        let error = #expect(throws: ConfigurationError.self, "\(scoring.function), \(scoring.why ?? "")") {
          let rules = try scoring.rules()
          try rules.check(rowCount: roll.rowCount, use: .composing)
        }
        #expect(error?.line == 1)
        #expect(error?.keyPath.hasPrefix("scoring_fn_params.\(scoring.function)") == true)
      }
    }
  }
}
