import Synchronization
import Testing

@testable import Core

/// A game of its own, so that nothing in the learner can be about rolls: in every round one of three levers is drawn;
/// lever 2 pays, and the last round pays once more for lever 0 in the first.
private struct Levers: PolicyEnvironment {
  var rounds = 4
  var pay = 1.0
  /// How many runners the system has memory for.
  var mostRunners = Int.max
  let made = Counter()

  final class Counter: Sendable {
    let value = Atomic(0)
  }

  func hasMemory(capacity: Int) -> Bool { made.value.load(ordering: .relaxed) < mostRunners }

  var weightCount: Int { rounds * 3 }
  var stepsPerEpisode: Int { rounds }
  var mostDecisions: Int { rounds }

  func makeRunner(kernels: Kernels, capacity: Int) -> any EpisodeRunner {
    made.value.add(1, ordering: .relaxed)
    return Runner(self, capacity: capacity)
  }
  func weighted(by coefficients: [String: Double]) -> any PolicyEnvironment {
    Levers(rounds: rounds, pay: coefficients["pay"] ?? pay)
  }

  final class Runner: EpisodeRunner {
    let game: Levers
    var weights: [Float] = []
    var levers: [[Int]] = []
    let decided: UnsafeMutableBufferPointer<Decision>

    init(_ game: Levers, capacity: Int) {
      self.game = game
      decided = .allocate(capacity: capacity * game.rounds)
      decided.initialize(repeating: Decision(slot: 0, elapsed: 1, share: 0))
    }

    deinit { decided.deallocate() }

    func prepare(_ weights: UnsafeBufferPointer<Float>) { self.weights = Array(weights) }

    func probabilities(_ round: Int) -> [Double] {
      let powers = (0..<3).map { exponential(Double(weights[round * 3 + $0]) - 50) }
      return powers.map { $0 / powers.reduce(0, +) }
    }

    func play(_ key: EpisodeKey, count: Int) {
      levers = (0..<count).map { episode in
        var random = RandomSource(
          seed: key.seed, purpose: key.purpose, population: key.population, candidate: key.candidate,
          block: key.block &* 16 &+ episode)
        return (0..<game.rounds).map { round in
          var rest = Double.random(in: 0..<1, using: &random)
          return probabilities(round).firstIndex { probability in
            rest -= probability
            return rest < 0
          } ?? 2
        }
      }
      for (episode, drawn) in levers.enumerated() {
        for (round, lever) in drawn.enumerated() {
          decided[episode * game.rounds + round] = Decision(
            slot: round, elapsed: 1, share: lever == 2 ? Float(game.pay) : 0)
        }
      }
    }

    func reward(of episode: Int) -> Double {
      Double(levers[episode].count { $0 == 2 }) * game.pay + (levers[episode][0] == 0 ? 8 * game.pay : 0)
    }

    func decisions(of episode: Int) -> UnsafeBufferPointer<Decision> {
      UnsafeBufferPointer(rebasing: decided[episode * game.rounds..<(episode + 1) * game.rounds])
    }

    func accumulate(
      _ advantages: UnsafeBufferPointer<Float>, temperature: Float, into gradient: UnsafeMutableBufferPointer<Float>
    ) {
      for (episode, drawn) in levers.enumerated() {
        for (round, lever) in drawn.enumerated() {
          let probabilities = probabilities(round).map { Float($0) }
          let logarithms = probabilities.map { Float(naturalLogarithm(Double(max($0, 1e-30)))) }
          let entropy = -zip(probabilities, logarithms).reduce(0) { $0 + $1.0 * $1.1 }
          for other in 0..<3 {
            let p = probabilities[other]
            gradient[round * 3 + other] +=
              advantages[round * 16 + episode] * ((other == lever ? 1 : 0) - p)
              - temperature * p * (logarithms[other] + entropy)
          }
        }
      }
    }

    func piece(of episode: Int, provenance: Provenance) -> Piece {
      var roll = PianoRoll(rowCount: 3, stepCount: game.rounds + 1)
      for (round, lever) in levers[episode].enumerated() { roll[lever, round] = true }
      return Piece(
        roll: roll, settings: PerformanceSettings(),
        score: ScoreBreakdown(entries: [.init(rule: "pay", raw: reward(of: episode), coefficient: 1)]),
        provenance: provenance)
    }
  }
}

@Suite struct PolicyGradientLearnerTests {
  private static func configuration(_ more: String = "") throws -> Configuration {
    try Configuration(
      text: "agent: {method: policy_gradient, policy_gradient: "
        + "{n_episodes_per_population: 100, n_episodes_per_update: 40, learning_rate: 0.1, final_learning_rate: 0.05,"
        + " annealing_populations: 20\(more)}}",
      file: "test")
  }

  private static func training(_ game: Levers = Levers(), seed: UInt64 = 3, threads: Int = 1) throws -> Training {
    Training(configuration: try configuration(), seed: seed, threads: threads, environment: game)
  }

  @Test func learnsWhatPays() throws {
    let training = try Self.training()
    let first = training.trainPopulation()
    var last = first
    for _ in 1..<20 { last = training.trainPopulation() }
    // Lever 0 first, then lever 2 three times: 11.
    #expect(first.populationMean < 6 && last.populationMean > 10.5 && last.best == 11)
    #expect(last.eliteMean >= last.populationMean && last.eliteMean <= last.best)
    #expect(last.environmentSteps == 20 * 100 * 4)
    #expect(training.composePiece(episode: 0).provenance?.population == 20)
    #expect(training.bestPiece().score.total == 11)
  }

  @Test func theCrossEntropyMethodLearnsItToo() throws {
    let configuration = try Configuration(
      text: "agent: {method: cross_entropy, population_size: 100, n_episodes_per_candidate: 20}", file: "test")
    let training = Training(configuration: configuration, seed: 3, threads: 2, environment: Levers())
    let first = training.trainPopulation()
    var last = first
    for _ in 1..<15 { last = training.trainPopulation() }
    #expect(first.eliteMean < last.eliteMean && first.populationMean < last.populationMean)
    #expect(training.bestPiece().score.total <= 11)
  }

  @Test func threadsChangeNothing() throws {
    let one = try Self.training()
    let three = try Self.training(threads: 3)
    for _ in 0..<3 { #expect(one.trainPopulation() == three.trainPopulation()) }
    #expect(one.state == three.state)
  }

  /// A batch of 75 blocks in three rounds, in one, and in 75.
  @Test func roundsChangeNothing() throws {
    let configuration = try Configuration(
      text: "agent: {method: policy_gradient, policy_gradient: "
        + "{n_episodes_per_population: 1800, n_episodes_per_update: 1200, learning_rate: 0.1}}",
      file: "test")
    let games = [Levers(), Levers(), Levers(mostRunners: 1)]
    let trainings = zip([1, 4, 2], games).map {
      Training(configuration: configuration, seed: 5, threads: $0, environment: $1)
    }
    #expect(games.map { $0.made.value.load(ordering: .relaxed) } == [32, 75, 1])
    for _ in 0..<2 {
      let reports = trainings.map { $0.trainPopulation() }
      #expect(reports[1] == reports[0] && reports[2] == reports[0])
    }
    #expect(trainings[1].state == trainings[0].state && trainings[2].state == trainings[0].state)
  }

  /// The documented maximum: an update has no more episodes than a population.
  @Test func aSmallPopulationNeedsFewRunners() throws {
    let configuration = try Configuration(
      text: "agent: {method: policy_gradient, policy_gradient: "
        + "{n_episodes_per_population: 1, n_episodes_per_update: 100000}}",
      file: "test")
    let game = Levers()
    let training = Training(configuration: configuration, seed: 5, threads: 2, environment: game)
    #expect(training.trainPopulation().population == 1)
    #expect(game.made.value.load(ordering: .relaxed) == 1)
  }

  @Test func memoryIsAskedForBefore() {
    #expect(SystemMemory.has(bytes: 1 << 20))
    #expect(!SystemMemory.has(bytes: .max) && !SystemMemory.has(bytes: 1 << 60))
  }

  @Test func resumedTrainingEqualsTheUninterruptedOne() throws {
    let whole = try Self.training()
    let wholeReports = (0..<4).map { _ in whole.trainPopulation() }
    let begun = try Self.training()
    let begunReports = (0..<2).map { _ in begun.trainPopulation() }
    var curve = TrainingCurve()
    for report in begunReports { curve.append(report) }
    let kept = Checkpoint(state: begun.state, curve: curve, configurationDigest: "d")
    let read = try Checkpoint(Safetensors(kept.bytes, file: "f"), file: "f")
    #expect(read == kept)
    let resumed = try Training(
      configuration: Self.configuration(), state: read.state, threads: 2, environment: Levers())
    #expect(begunReports + (0..<2).map { _ in resumed.trainPopulation() } == wholeReports)
    #expect(resumed.state == whole.state)
    #expect(resumed.bestPiece().roll == whole.bestPiece().roll)
  }

  /// The same pieces, bit for bit: the temperature follows the rewards.
  @Test(arguments: [1024.0, 1 / 4096.0]) func aPowerOfTwoChangesNothing(factor: Double) throws {
    let plain = try Self.training()
    let scaled = try Self.training(Levers(pay: factor))
    for _ in 0..<4 {
      let (a, b) = (plain.trainPopulation(), scaled.trainPopulation())
      #expect(a.populationMean * factor == b.populationMean)
    }
    #expect(plain.state.mean == scaled.state.mean)
  }

  @Test func otherCoefficientsGiveTheBestAnotherScore() throws {
    let training = try Self.training()
    _ = training.trainPopulation()
    let before = try #require(training.state.best)
    training.learner.replaceCoefficients(["pay": -1])
    let after = try #require(training.state.best)
    #expect(after.weights == before.weights && after.score == -before.score)
    var last = training.trainPopulation()
    for _ in 0..<20 { last = training.trainPopulation() }
    #expect(last.populationMean > -1.5)
  }

  @Test func statesOfTheOtherMethodAreRefused() throws {
    let training = try Self.training()
    _ = training.trainPopulation()
    let crossEntropy = try Configuration(text: "agent: {method: cross_entropy}", file: "test")
    #expect(throws: DataError.self) {
      try Training(configuration: crossEntropy, state: training.state, threads: 1, environment: Levers())
    }
    var state = training.state
    state.optimizer = nil
    let error = #expect(throws: DataError.self) {
      try Training(configuration: Self.configuration(), state: state, threads: 1, environment: Levers())
    }
    #expect(error?.reason.contains("agent.method: cross_entropy") == true)
  }

  @Test(arguments: [1, 2, 15, 16, 17, 40, 47, 48, 50, 100]) func batchesAreDividedEvenly(count: Int) {
    let partition = BatchPartition(count)
    let sizes = (0..<partition.blockCount).map(partition.size)
    #expect(sizes.reduce(0, +) == count && sizes.allSatisfy { (1...16).contains($0) })
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 3)
    for episode in 0..<count {
      let place = partition.place(of: episode)
      #expect(partition.start(of: place.block) + place.index == episode && place.index < sizes[place.block])
    }
  }

  @Test func logarithmsAndPowers() {
    for x in [1e-300, 0.1, 0.5, 1, 1.5, 2, 3, 1e10] {
      let smaller = min(x, 1 / x)
      #expect(abs(exponential(-abs(naturalLogarithm(x))) - smaller) <= 1e-12 * smaller)
    }
    #expect(power(0.9, 0) == 1 && power(2, 10) == 1024 && abs(power(0.99, 700) - 0.000_880_4) < 1e-6)
    let schedule = PolicyGradientConfiguration.Schedule(start: 0.03, end: 0.003)
    #expect(abs(schedule.value(at: 0) - 0.03) < 1e-15 && abs(schedule.value(at: 1) - 0.003) < 1e-15)
    #expect(abs(PolicyGradientConfiguration.Schedule(start: 1, end: 4).value(at: 0.5) - 2) < 1e-12)
  }
}
