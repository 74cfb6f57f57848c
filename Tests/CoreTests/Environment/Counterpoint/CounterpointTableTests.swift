import CKernels
import Foundation
import Testing

@testable import Core

/// The table of what can happen against the rules one by one, and the kernels' scores against the measures.
@Suite struct CounterpointTableTests {
  private func configuration(_ text: String = "piece: {tonic: C}") throws -> CounterpointConfiguration {
    try #require(try Configuration(text: text, file: "c.yml").counterpoint)
  }

  /// The table's valid actions along a line of actions from the beginning; nil where the line leaves the table.
  private func walk(_ table: CounterpointTable, _ actions: [[Int]]) -> UInt32? {
    var state: UInt32 = 0
    for action in actions {
      guard
        let edge = table.continuations(of: state).first(where: {
          Int($0.movement) == action[0] && Int($0.duration) == action[1]
        })
      else { return nil }
      state = edge.to
    }
    return state
  }

  private func actions(_ table: CounterpointTable, _ state: UInt32, open: Bool = false) -> [[Int]] {
    table.continuations(of: state, open: open).map { [Int($0.movement), Int($0.duration)] }
  }

  @Test func theTableHasTheOriginalsValidActions() throws {
    let rules = try CounterpointConfiguration.standardRules()
    var compared = 0
    for fact in try CounterpointFacts.actions() {
      let table = try #require(CounterpointTable(fact.piece.task(), rules: rules))
      guard let state = walk(table, fact.actions) else { continue }
      #expect(actions(table, state) == fact.valid_actions, "\(fact.id)")
      compared += 1
    }
    #expect(compared == 461)
  }

  static let ruleSets = [
    "names: []", "names: [turn_after_skip]", "names: [absence_of_long_motion, rearticulation_stability]",
    "names: [absence_of_stalled_pitches], params: {absence_of_stalled_pitches: {max_n_repetitions: 1}}",
    "names: [absence_of_stalled_pitches, rhythmic_pattern_validity], params: {absence_of_stalled_pitches: "
      + "{max_n_repetitions: 4}}",
    "names: [absence_of_skip_series, VI_VII_resolution], params: {absence_of_skip_series: {max_n_skips: 3}}",
    "names: [resolution_of_suspended_dissonance]", "names: [step_motion_from_dissonance, step_motion_to_dissonance]",
    "names: [resolution_of_suspended_dissonance, rhythmic_pattern_validity, step_motion_from_dissonance]",
    "names: [step_motion_to_end, consonance_on_strong_beat], params: {step_motion_to_end: {prohibit_rearticulation: false}}",
    "names: [absence_of_lines_crossing, absence_of_overlapping_motion], params: {absence_of_lines_crossing: "
      + "{prohibit_unisons: false}}",
    "names: [absence_of_large_intervals], params: {absence_of_large_intervals: {max_n_semitones: 9}}",
    "params: {turn_after_skip: {min_n_scale_degrees: 1}}",
  ]

  /// Whatever rules are on, a uniform walk meets in the table what the rules say.
  @Test(arguments: ruleSets) func theTableAgreesWithTheRules(rules: String) throws {
    for piece in [
      "cantus_firmus: [C4, E4, D4, G4, C4]", "melody: \"C4:4 D4:2 r:2 E4:3 F#4:1 G4:4 r:8 D4:4 C4:4 C4\"",
      "tonic: A, scale_type: harmonic_minor, cantus_firmus: [A4, G#4, A4, C5, E4, A4], counterpoint_specifications: "
        + "{start_note: C4, end_note: A3, lowest_note: E3, highest_note: A4, start_pause_in_eighths: 0, "
        + "max_skip_in_degrees: 4}",
    ] {
      let configuration = try configuration("piece: {\(piece), rules: {\(rules)}}")
      let table = try #require(CounterpointTable(configuration.task, rules: configuration.rules))
      var random = SplitMix(state: 7)
      for _ in 0..<8 {
        var environment = CounterpointEnvironment(configuration)
        var state: UInt32 = 0
        while !environment.isTerminated {
          let valid = environment.validActions.map { action in
            let next = configuration.task.continuation(action: action)
            return [next.movement, next.duration]
          }
          #expect(actions(table, state) == valid)
          guard !valid.isEmpty, actions(table, state) == valid else { break }
          let index = Int.random(in: 0..<valid.count, using: &random)
          try environment.step(environment.validActions[index])
          state = table.continuations(of: state)[index].to
        }
        #expect(table.continuations(of: state).isEmpty || environment.validActions.isEmpty == false)
      }
    }
  }

  @Test func openContinuationsFinishAndTheOthersDoNot() throws {
    let configuration = try configuration()
    let table = try #require(CounterpointTable(configuration.task, rules: configuration.rules))
    #expect(table.continuationCount == 68_949 && table.openContinuationCount == 55_535)
    var random: UInt64 = 3
    for _ in 0..<300 {
      let buffer = LineBuffer()
      #expect(ck_counterpoint_complete(table.table, &random, 1, buffer.line) == 1)
      let line = buffer.line(of: configuration.task)
      #expect(line.isFinished)
      var environment = CounterpointEnvironment(configuration)
      for index in 0..<buffer.count {
        let note = buffer.notes[index]
        try environment.step(movement: Int(note.movement), duration: Int(note.duration))
      }
      #expect(environment.isTerminated && environment.line.notes == line.notes)
    }
  }

  @Test func impossiblePiecesAreNoticed() throws {
    let far = try configuration(
      "piece: {cantus_firmus: [C4, D4, C4], counterpoint_specifications: {start_note: C8, end_note: C5}}")
    let error = #expect(throws: ConfigurationError.self) { try CounterpointComposer(far) }
    #expect(error?.description.hasPrefix("c.yml: piece: found no line that keeps all rules") == true)
    let short = try configuration("piece: {cantus_firmus: [C4, C4]}")
    let composer = try CounterpointComposer(short)
    var random: UInt64 = 1
    let lines = composer.compose(first: LineBuffer(), search: .init(moves: 10), random: &random)
    #expect(lines.map { $0.notes.count } == [2])
  }

  @Test func theKernelsScoreAsTheMeasuresDo() throws {
    for fact in try CounterpointFacts.evaluations() {
      let task = try fact.piece.task()
      // Parameters as a configuration has them, for whatever line was reached without rules.
      let parameters = try CounterpointFacts.section(fact.scoring_fn_params)
      var scores = try CounterpointScores(environment: .root(text: "", file: "c.yml"))
      scores.entries = try CounterpointScores.functions.map { type in
        (function: try type.init(parameters.section(type.name)), coefficient: fact.scoring_coefs[type.name] ?? 0)
      }
      let table = try #require(CounterpointTable(task, rules: []))
      let buffer = LineBuffer()
      for action in fact.actions {
        let edge = table.continuations(of: buffer.state).first {
          Int($0.movement) == action[0] && Int($0.duration) == action[1]
        }
        buffer.append(try #require(edge))
      }
      let scoring = CounterpointScoring(scores, table: table, isCrossingForbidden: false)
      #expect(abs(scoring.score(buffer, on: table) - fact.total) < 1e-9, "\(fact.id)")
      let all = try #require(CounterpointTable(task, rules: CounterpointConfiguration.standardRules()))
      if walk(all, fact.actions) != nil {
        let fast = CounterpointScoring(scores, table: all, isCrossingForbidden: true)
        #expect(abs(fast.score(buffer, on: all) - fact.total) < 1e-9, "\(fact.id)")
      }
    }
  }
}
