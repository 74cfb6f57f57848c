import Foundation
import Testing

@testable import Core

/// What was measured from the original's version 0.4.6: `Tests/Fixtures/counterpoint`.
enum CounterpointFacts {
  /// A piece's set-up.
  struct Setup: Decodable {
    struct Specifications: Decodable {
      var start_note, end_note, lowest_note, highest_note: String
      var start_pause_in_eighths, max_skip_in_degrees: Int
    }
    var tonic, scale_type: String
    var cantus_firmus: [String]
    var counterpoint_specifications: Specifications

    func task() throws -> CounterpointTask {
      let tonic = try #require(KeyboardScale.pitchClass(named: tonic))
      let kind = try #require(KeyboardScale.Kind(rawValue: scale_type))
      let scale = KeyboardScale(tonic: tonic, kind: kind)
      func position(_ name: String) throws -> Int {
        let key = try #require(MIDIKey(name: name))
        return try #require(scale.position(of: key.number))
      }
      let specifications = counterpoint_specifications
      let keys = cantus_firmus.compactMap { MIDIKey(name: $0)?.number }
      return CounterpointTask(
        scale: scale, melody: GivenLine(cantusFirmus: keys),
        start: try position(specifications.start_note), end: try position(specifications.end_note),
        range: try position(specifications.lowest_note)...position(specifications.highest_note),
        startPause: specifications.start_pause_in_eighths, maximumSkip: specifications.max_skip_in_degrees)
    }

    /// The configuration of 0.4.6 that says the same.
    var yaml: String {
      let s = counterpoint_specifications
      return """
        piece:
          tonic: "\(tonic)"
          scale_type: \(scale_type)
          cantus_firmus: [\(cantus_firmus.map { "\"\($0)\"" }.joined(separator: ", "))]
          counterpoint_specifications:
            start_note: "\(s.start_note)"
            end_note: "\(s.end_note)"
            lowest_note: "\(s.lowest_note)"
            highest_note: "\(s.highest_note)"
            start_pause_in_eighths: \(s.start_pause_in_eighths)
            max_skip_in_degrees: \(s.max_skip_in_degrees)

        """
    }
  }

  /// A note as `[name, start, end]`.
  struct Note: Decodable, Hashable {
    var name: String
    var start, end: Int

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      name = try container.decode(String.self)
      start = try container.decode(Int.self)
      end = try container.decode(Int.self)
    }

    init(_ note: CounterpointLine.Note, _ task: CounterpointTask) {
      (name, start, end) = (MIDIKey(task.key(note.position))?.name ?? "", note.onset, note.end)
    }
  }

  struct State: Decodable {
    var current_time: Int
    var current_measure_durations, past_movements: [Int]
    var motion_start: Note
    var is_last_element_consonant, is_counterpoint_above: Bool
  }

  struct RuleCase: Decodable {
    var id, rule: String
    var piece: Setup
    var actions: [[Int]]
    var counterpoint: [Note]
    var state: State
    var movement, duration: Int
    var params: AnyJSON
    var expected: Bool
  }

  struct ActionCase: Decodable {
    var id: String
    var piece: Setup
    var actions: [[Int]]
    var state: State
    var valid_actions: [[Int]]
  }

  struct Episode: Decodable {
    var id, ended: String
    var piece: Setup
    var reward_for_dead_end: Double
    var action_ids: [Int]
    var actions: [[Int]]
    var n_valid_actions_before_each_step: [Int]
    var reward: Double
    var counterpoint: [Note]
    var n_actions_in_space: Int
    var piano_roll: [String]
  }

  struct EvaluationCase: Decodable {
    var id: String
    var piece: Setup
    var actions: [[Int]]
    var counterpoint: [Note]
    var past_movements: [Int]
    var scoring_coefs: [String: Double]
    var scoring_fn_params: AnyJSON
    var raw: [String: Double]
    var total: Double
  }

  static func rules() throws -> [RuleCase] {
    try Fixture.jsonLines("counterpoint/rules_public.jsonl.gz", as: RuleCase.self)
  }
  static func actions() throws -> [ActionCase] {
    try Fixture.jsonLines("counterpoint/valid_actions_public.jsonl.gz", as: ActionCase.self)
  }
  static func episodes() throws -> [Episode] {
    try Fixture.jsonLines("counterpoint/episodes_public.jsonl", as: Episode.self)
  }
  static func evaluations() throws -> [EvaluationCase] {
    try Fixture.jsonLines("counterpoint/evaluation_public.jsonl.gz", as: EvaluationCase.self)
  }

  /// A line that was played whatever the rules say of it.
  static func line(_ task: CounterpointTask, _ actions: [[Int]]) throws -> CounterpointLine {
    var line = CounterpointLine(task)
    for action in actions {
      let next = try #require(line.continuation(movement: action[0], duration: action[1]))
      line.append(next)
    }
    return line
  }

  static func section(_ value: AnyJSON, _ name: String = "params") throws -> ConfigurationSection {
    // JSON is YAML; tables are written as lists of pairs.
    try ConfigurationSection.root(
      text: String(decoding: JSONEncoder().encode(mended(value)), as: UTF8.self), file: name)
  }

  private static func mended(_ value: AnyJSON) -> AnyJSON {
    switch value {
    case .object(let members):
      .object(
        Dictionary(
          uniqueKeysWithValues: members.map { key, value in
            guard key == "penalties" || key == "rewards", case .list(let pairs) = value else {
              return (key, mended(value))
            }
            let entries = pairs.compactMap { pair -> (String, AnyJSON)? in
              guard case .list(let parts) = pair, parts.count == 2, case .number(let key) = parts[0] else { return nil }
              return (String(Int(key)), parts[1])
            }
            return (key, .object(Dictionary(uniqueKeysWithValues: entries)))
          }))
    default: value
    }
  }
}
