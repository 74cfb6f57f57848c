import Testing

@testable import Core

/// The kernels' policy against its formulas in plain Swift.
@Suite struct RollEpisodeRunnerTests {
  /// An episode followed draw by draw.
  private struct Followed {
    var observations: [[Double]] = []
    var probabilities: [[Double]] = []
    var actions: [Int] = []
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    var rows = 25
    var steps = 9
    var draws = 3
    var observation = ObservationConfiguration(hasDecayedColumns: true, hasCurrentColumn: true, previousColumns: 2)
    var size: Float = 0.5
    var masks = ""
    var testDescription: String { "\(rows) x \(steps) x \(draws) \(observation) \(size) \(masks)" }

    func environment() throws -> RollPolicyEnvironment {
      let configuration = try Configuration(
        text: "environment: {n_semitones: \(rows), n_roll_steps: \(steps), n_draws_per_roll_step: \(draws)\(masks)}",
        file: "test")
      return RollPolicyEnvironment(configuration.environment, observation: observation)
    }
  }

  private static let cases = [
    Case(), Case(size: 4), Case(size: 30), Case(rows: 32, steps: 5), Case(rows: 13, steps: 6, draws: 1),
    Case(rows: 49, steps: 5), Case(rows: 88, steps: 4, draws: 5), Case(rows: 128, steps: 4),
    Case(rows: 25, steps: 7, draws: 2, observation: .original), Case(masks: ", masks: [scale]"),
    Case(masks: ", masks: [chosen]"), Case(size: 30, masks: ", masks: [chosen, scale]"),
    Case(rows: 49, steps: 5, draws: 5, size: 3, masks: ", masks: [scale, chosen]"),
    Case(observation: ObservationConfiguration(hasDecayedColumns: false, hasCurrentColumn: true, previousColumns: 0)),
    Case(observation: ObservationConfiguration(hasDecayedColumns: false, hasCurrentColumn: false, previousColumns: 5)),
    Case(observation: ObservationConfiguration(hasDecayedColumns: true, hasCurrentColumn: false, previousColumns: 0)),
  ]

  private static func weights(_ environment: RollPolicyEnvironment, size: Float) -> [Float] {
    var random = RandomSource(seed: 3, purpose: .session, population: 0, candidate: environment.weightCount)
    return (0..<environment.weightCount).map { _ in Float.random(in: -size...size, using: &random) }
  }

  /// What the policy saw and thought, from the actions alone.
  private static func follow(
    _ environment: RollPolicyEnvironment, _ weights: [Float], actions: [Int]
  ) -> Followed {
    let configuration = environment.environment
    let (rows, draws) = (configuration.rowCount, configuration.drawsPerStep)
    let observation = environment.observation
    var followed = Followed()
    var columns = [[Double](repeating: 0, count: rows)]
    for (index, action) in actions.enumerated() {
      if index > 0, index % draws == 0 { columns.append([Double](repeating: 0, count: rows)) }
      var seen: [Double] = []
      if observation.hasDecayedColumns {
        seen += columns.reduce([Double](repeating: 0, count: rows)) { sum, column in
          zip(sum, column).map { $0 * configuration.observationDecay + $1 }
        }
      }
      if observation.hasCurrentColumn { seen += columns[columns.count - 1] }
      for lag in 0..<observation.previousColumns {
        let place = columns.count - 2 - lag
        seen += place >= 0 ? columns[place] : [Double](repeating: 0, count: rows)
      }
      var logits = (0..<rows).map { Double(weights[seen.count * rows + $0]) }
      for (number, value) in seen.enumerated() where value != 0 {
        for row in 0..<rows { logits[row] += value * Double(weights[number * rows + row]) }
      }
      let isPossible = { (row: Int) in
        environment.possibleRows[row / 64] >> UInt64(row % 64) & 1 == 1
          && !(environment.excludesChosen && columns[columns.count - 1][row] == 1)
      }
      let highest = (0..<rows).filter(isPossible).map { logits[$0] }.max() ?? 0
      let powers = (0..<rows).map { isPossible($0) ? exponential(logits[$0] - highest) : 0 }
      followed.probabilities.append(powers.map { $0 / powers.reduce(0, +) })
      followed.observations.append(seen)
      followed.actions.append(action)
      columns[columns.count - 1][action] = 1
    }
    return followed
  }

  private static func run(
    _ environment: RollPolicyEnvironment, _ weights: [Float], count: Int, kernels: Kernels
  ) -> RollEpisodeRunner {
    let runner = RollEpisodeRunner(environment, kernels: kernels, capacity: count)
    weights.withUnsafeBufferPointer { runner.prepare($0) }
    runner.play(EpisodeKey(seed: 5, purpose: .actions, population: 2, candidate: 3, block: 1), count: count)
    return runner
  }

  /// Actions have the probabilities that the formulas give, the gradient is theirs, and every path has the same bits.
  @Test(arguments: cases) private func theKernelsFollowTheFormulas(given: Case) throws {
    let environment = try given.environment()
    let weights = Self.weights(environment, size: given.size)
    let count = 5
    var random = RandomSource(seed: 1, purpose: .session, population: 0, candidate: 0)
    let advantages = (0..<environment.mostDecisions * 16).map { _ in Float.random(in: -2...2, using: &random) }
    var first: [Float]?
    var rolls: [PianoRoll] = []
    for kernels in Kernels.available {
      let runner = Self.run(environment, weights, count: count, kernels: kernels)
      var gradient = [Float](repeating: 0, count: environment.weightCount)
      gradient.withUnsafeMutableBufferPointer { gradient in
        advantages.withUnsafeBufferPointer { runner.accumulate($0, temperature: 0.7, into: gradient) }
      }
      let pieces = (0..<count).map {
        runner.piece(
          of: $0, provenance: Provenance(seed: 0, population: 0, episode: nil, configurationDigest: ""))
      }
      if let first {
        #expect(gradient == first, "\(kernels.name)")
        #expect(pieces.map(\.roll) == rolls, "\(kernels.name)")
        continue
      }
      first = gradient
      rolls = pieces.map(\.roll)
      var expected = [Double](repeating: 0, count: environment.weightCount)
      for episode in 0..<count {
        let actions = runner.actions(of: episode)
        let followed = Self.follow(environment, weights, actions: actions)
        #expect(RollDraws(environment, actions).roll == rolls[episode])
        #expect(abs(runner.reward(of: episode) - environment.environment.rules.evaluate(rolls[episode]).total) < 1e-9)
        for (index, action) in actions.enumerated() {
          let p = followed.probabilities[index]
          #expect(p[action] > 0)
          let logarithms = p.map { $0 > 1e-30 ? naturalLogarithm($0) : 0 }
          let entropy = -zip(p, logarithms).reduce(0) { $0 + $1.0 * $1.1 }
          let rows = given.rows
          for row in 0..<rows {
            let slope =
              Double(advantages[index * 16 + episode]) * ((row == action ? 1 : 0) - p[row])
              - 0.7 * p[row] * (logarithms[row] + entropy)
            let seen = followed.observations[index]
            for (number, value) in seen.enumerated() where value != 0 {
              expected[number * rows + row] += value * slope
            }
            expected[seen.count * rows + row] += slope
          }
        }
      }
      for index in expected.indices {
        #expect(abs(Double(gradient[index]) - expected[index]) < 2e-3 + 1e-3 * abs(expected[index]), "weight \(index)")
      }
    }
  }

  /// With thousands of episodes, actions come as often as they should.
  @Test func actionsAreDrawnByTheirProbabilities() throws {
    let given = Case(rows: 5, steps: 2, draws: 1)
    let environment = try given.environment()
    let weights = Self.weights(environment, size: 1)
    let expected = Self.follow(environment, weights, actions: [0]).probabilities[0]
    let runner = RollEpisodeRunner(environment, kernels: .best, capacity: 16)
    weights.withUnsafeBufferPointer { runner.prepare($0) }
    var counts = [Double](repeating: 0, count: 5)
    for block in 0..<1000 {
      runner.play(EpisodeKey(seed: 5, purpose: .actions, population: 0, candidate: 0, block: block), count: 16)
      for episode in 0..<16 { counts[runner.actions(of: episode)[0]] += 1 }
    }
    let chiSquared = zip(counts, expected).reduce(0) {
      $0 + ($1.0 - 16_000 * $1.1) * ($1.0 - 16_000 * $1.1) / (16_000 * $1.1)
    }
    #expect(chiSquared < 18.5)  // 4 degrees of freedom, p = 0.001
  }

  @Test func weightsOfTheOriginalsActorAreTakenOver() throws {
    let environment = try Case(rows: 3, masks: ", scoring_coefs: {lines: 1}").environment()
    let original = (0..<12).map { Float($0) }
    let adopted = try #require(environment.adopted(original))
    #expect(adopted.count == environment.weightCount)
    #expect(Array(adopted.prefix(9)) == Array(original.prefix(9)) && Array(adopted.suffix(3)) == [9, 10, 11])
    #expect(adopted.dropFirst(9).dropLast(3).allSatisfy { $0 == 0 })
    #expect(environment.adopted([1, 2]) == nil)
  }
}

extension RollDraws {
  init(_ environment: RollPolicyEnvironment, _ actions: [Int]) {
    let draws = environment.environment.drawsPerStep
    self.init(
      rowCount: environment.environment.rowCount, stepCount: environment.environment.stepCount,
      draws: actions.enumerated().map { .init(row: $1, step: $0 / draws) })
  }
}
