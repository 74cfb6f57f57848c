import Testing

@testable import Core

/// Cells that may not be drawn, with both methods.
@Suite struct MaskTests {
  private static func configuration(_ method: AgentConfiguration.Method, _ masks: String) throws -> Configuration {
    try Configuration(
      text: """
        environment: {n_semitones: 25, n_roll_steps: 9, masks: \(masks)}
        agent:
          method: \(method.rawValue)
          n_processes: 1
          population_size: 6
          n_episodes_per_candidate: 3
          policy_gradient: {n_episodes_per_population: 30, n_episodes_per_update: 10}
        """, file: "test")
  }

  @Test(arguments: AgentConfiguration.Method.allCases, ["[scale]", "[chosen]", "[scale, chosen]"])
  func neitherMethodDrawsWhatIsMasked(method: AgentConfiguration.Method, masks: String) throws {
    let configuration = try Self.configuration(method, masks)
    let training = Training(configuration: configuration, seed: 5, threads: 1)
    for _ in 0..<2 { _ = training.trainPopulation() }
    for episode in 0..<8 {
      let piece = training.composePiece(episode: episode)
      if masks.contains("scale") {
        #expect(piece.score.entries.first { $0.rule == "absence_of_outer_notes" }?.raw == 0)
      }
      if masks.contains("chosen") {
        for step in 0..<8 {
          #expect((0..<25).count { piece.roll[$0, step] } == configuration.environment.drawsPerStep)
        }
      }
    }
  }

  @Test func masksThatLeaveTooFewRowsAreRefused() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(
        text: "environment: {n_semitones: 7, n_draws_per_roll_step: 5, masks: [scale, chosen]}", file: "c.yml")
    }
    #expect(error.map { "\($0)".contains("environment.masks: found 4 rows") } == true)
  }

  @Test func unknownMasksAreRefused() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(text: "environment: {masks: [scales]}", file: "c.yml")
    }
    #expect(error.map { "\($0)".contains("environment.masks: found 'scales'") } == true)
  }
}
