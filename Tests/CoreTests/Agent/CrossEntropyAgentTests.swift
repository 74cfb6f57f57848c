import Testing

@testable import Core

@Suite struct CrossEntropyAgentTests {
  private func agent(
    _ yaml: String = "population_size: 100, weights_std: 0.5", weightCount: Int, seed: UInt64 = 1
  ) throws -> CrossEntropyAgent {
    let configuration = try Configuration(text: "agent: {\(yaml)}", file: "test").agent
    return CrossEntropyAgent(configuration: configuration, weightCount: weightCount, seed: seed)
  }

  @Test func findsTheTopOfAQuadratic() throws {
    let target: [Float] = [3, -2, 0.5]
    var agent = try agent(weightCount: 3)
    for _ in 0..<40 {
      agent.tell(
        (0..<100).map { candidate in
          -zip(agent.ask(candidate), target).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        })
    }
    for (mean, target) in zip(agent.mean, target) { #expect(abs(mean - Double(target)) < 0.25) }
    #expect(try #require(agent.best).score > -0.02)
  }

  @Test func startsAtTheConfigurationsMean() throws {
    let mean = (0..<650).map { Double($0) / 8 }
    let agent = try agent("weights_std: 0, initial_weights_mean: \(mean)", weightCount: 650)
    #expect(agent.mean == mean)
    #expect(agent.ask(3) == mean.map(Float.init))
  }

  @Test func theMeanIsSmoothedAndTiesGoToTheEarlier() throws {
    var agent = try agent("population_size: 4, elite_fraction: 0.5, smoothing_coef: 0.25", weightCount: 2)
    let candidates = (0..<4).map { agent.ask($0) }
    #expect(agent.tell([1, 7, 7, 7]) == 7)
    let expected = (0..<2).map { 0.75 * (Double(candidates[1][$0]) + Double(candidates[2][$0])) / 2 }
    #expect(agent.mean == expected)
    #expect(agent.best?.candidate == 1)
    #expect(agent.best?.weights == candidates[1])
    agent.tell([7, 0, 0, 0])
    #expect(agent.best?.population == 0, "an equal score later does not displace the best")
  }

  @Test(arguments: [(25, 0.1, 2), (35, 0.1, 4), (150, 0.1, 15), (1, 1.0, 1), (3, 0.5, 2)])
  func eliteIsRoundedHalfToEven(population: Int, fraction: Double, expected: Int) throws {
    let agent = try agent("population_size: \(population), elite_fraction: \(fraction)", weightCount: 1)
    #expect(agent.eliteCount == expected)
  }
}
