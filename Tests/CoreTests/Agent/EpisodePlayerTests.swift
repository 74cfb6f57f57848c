import Testing

@testable import Core

@Suite struct EpisodePlayerTests {
  private static let sizes = [
    (1, 2, 1), (2, 3, 3), (8, 5, 2), (13, 9, 3), (25, 33, 3), (32, 9, 3), (33, 9, 3), (49, 17, 3), (64, 5, 7),
    (88, 9, 3), (128, 9, 5), (256, 5, 3), (256, 3, 70),
  ]

  private func environment(_ size: (rows: Int, steps: Int, draws: Int), decay: Double = 0.75) throws
    -> EnvironmentConfiguration
  {
    try Configuration(
      text: "environment: {n_semitones: \(size.rows), n_roll_steps: \(size.steps), observation_decay: \(decay), "
        + "n_draws_per_roll_step: \(size.draws), scoring_coefs: {lines: 1}}", file: "test"
    ).environment
  }

  /// Weights with this standard deviation (roughly: uniform ones).
  private func weights(_ count: Int, deviation: Float, seed: UInt64) -> [Float] {
    var random = RandomSource(seed: seed, purpose: .weights, population: 0, candidate: 0)
    return (0..<count).map { _ in deviation * Float.random(in: -1.7...1.7, using: &random) }
  }

  private func rolls(
    _ player: any EpisodePlayer, _ environment: EnvironmentConfiguration, _ weights: [Float], count: Int, block: Int = 0
  ) -> [PianoRoll] {
    let batch = RollBatch(rowCount: environment.rowCount, stepCount: environment.stepCount, capacity: count)
    weights.withUnsafeBufferPointer { player.prepare($0) }
    let key = EpisodeKey(seed: 3, purpose: .actions, population: 2, candidate: 5, block: block)
    player.play(key, count: count, into: RollBlock(batch: batch, first: 0))
    return (0..<count).map { batch[$0] }
  }

  /// With the same random numbers, an episode in the kernels is an episode in the environment, step by step: only where
  /// a number falls within a rounding error of the border between two actions may they part, and these seeds have none.
  @Test(arguments: sizes)
  func theKernelsPlayInTheEnvironment(size: (rows: Int, steps: Int, draws: Int)) throws {
    let environment = try environment(size)
    let actor = LinearSoftmaxActor(rowCount: size.rows)
    let weights = weights(actor.weightCount, deviation: 1, seed: 1)
    let expected = rolls(
      StepwisePlayer(actor: actor, environment: environment, kernels: .best), environment, weights, count: 5)
    for kernels in Kernels.available {
      let player = actor.makePlayer(environment: environment, kernels: kernels)
      #expect(rolls(player, environment, weights, count: 5) == expected, "\(kernels.name)")
    }
  }

  /// Every path plays the same rolls, whatever the weights: ordinary, huge, zero, and from a slowly forgetting roll.
  @Test(arguments: sizes, [0, 1, 8, 40, 1e6] as [Float])
  func pathsAgree(size: (rows: Int, steps: Int, draws: Int), deviation: Float) throws {
    for decay in [0, 0.75, 0.999] {
      let environment = try environment(size, decay: decay)
      let actor = LinearSoftmaxActor(rowCount: size.rows)
      let weights = weights(actor.weightCount, deviation: deviation, seed: 2)
      for count in [1, 10, 16] {
        let all = Kernels.available.map {
          rolls(actor.makePlayer(environment: environment, kernels: $0), environment, weights, count: count)
        }
        #expect(all.allSatisfy { $0 == all[0] })
        // Every finished column has between one cell and as many as there were draws.
        for roll in all[0] {
          for step in 0..<size.steps - 1 {
            let cells = roll.column(step).reduce(0) { $0 + $1.nonzeroBitCount }
            #expect(1...size.draws ~= cells)
          }
          #expect(roll.column(size.steps - 1).allSatisfy { $0 == 0 })
        }
      }
    }
  }

  /// First draws are distributed like the softmax of the bias, second ones like the softmax given the first.
  @Test func actionsFollowTheSoftmax() throws {
    let rows = 25
    let environment = try environment((rows, 2, 2))
    let actor = LinearSoftmaxActor(rowCount: rows)
    let weights = weights(actor.weightCount, deviation: 1, seed: 3)
    let player = actor.makePlayer(environment: environment, kernels: .best)
    let first = actor.distribution(observation: Array(repeating: 0, count: rows), weights: weights)
    // A column's cells: the probability of each unordered pair, a repeated action leaving one cell.
    var expected: [[Int]: Double] = [:]
    for a in 0..<rows {
      var observation = [Double](repeating: 0, count: rows)
      observation[a] = 1
      let second = actor.distribution(observation: observation, weights: weights)
      for b in 0..<rows { expected[Set([a, b]).sorted(), default: 0] += first[a] * second[b] }
    }
    var counts: [[Int]: Int] = [:]
    let total = 16 * 4000
    for block in 0..<4000 {
      for roll in rolls(player, environment, weights, count: 16, block: block) {
        counts[(0..<rows).filter { roll[$0, 0] }, default: 0] += 1
      }
    }
    var chiSquare = 0.0
    var degrees = -1
    var rest = (expected: 0.0, observed: 0.0)
    for (cells, probability) in expected {
      let expected = probability * Double(total)
      let observed = Double(counts[cells] ?? 0)
      if expected < 10 {
        rest = (rest.expected + expected, rest.observed + observed)
      } else {
        chiSquare += (observed - expected) * (observed - expected) / expected
        degrees += 1
      }
    }
    chiSquare += (rest.observed - rest.expected) * (rest.observed - rest.expected) / rest.expected
    degrees += 1
    #expect(degrees > 100)
    // A chi-square variable is near a normal one of mean `degrees` and variance 2 * degrees.
    let deviations = (chiSquare - Double(degrees)) / (2 * Double(degrees)).squareRoot()
    #expect(abs(deviations) < 3, "\(deviations) standard deviations")
  }
}
