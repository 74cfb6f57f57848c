import CKernels

/// Learns a policy of counterpoint, for one melody or for any, by the policy gradient (Williams 1992).
///
/// An update draws groups of lines, each group against one melody, and moves the weights along the gradient of
///
///     sum over lines of (reward - the group's mean) / the group's deviation * log p(line) + temperature * entropy
///
/// with Adam (Kingma and Ba 2015). Rewards far below all others are taken as less bad than they are: how to become better
/// is learnt from the good ones. Learning rate and temperature fall geometrically to a tenth over the populations that are
/// asked for. Lines are drawn among what can finish, so no episode is a dead end.
///
/// A function of (tasks, weights, seed). Owned by one task.
public final class CounterpointTraining {
  /// How much an update draws, and how far it goes.
  struct Settings {
    var groups = 1
    var linesPerGroup = 50
    var updatesPerPopulation = 10
    var learningRate = 0.1
    var temperature = 0.03
  }

  private let composers: [CounterpointComposer]
  private let isOwn: Bool
  private let settings: Settings
  private let seed: UInt64
  private let updateCount: Int
  private let configurationDigest: String
  private var adam: (first: [Float], second: [Float], powers: (Double, Double))
  private var lines: [LineBuffer]
  private var bestOfPopulation = LineBuffer()
  private var best = -Double.infinity
  private var composed: [[CounterpointLine]] = []
  private var updates = 0
  private var steps = 0

  /// The weights now: the general ones, and for one melody its own after them.
  public private(set) var weights: [Float]
  /// Populations done.
  public private(set) var population = 0
  /// The run's seed.
  public var runSeed: UInt64 { seed }
  /// Lines a population has.
  public var episodesPerPopulation: Int {
    settings.groups * settings.linesPerGroup * settings.updatesPerPopulation
  }

  /// A training for a configuration of counterpoint, from the shipped policy.
  ///
  /// - Parameter populations: how many are going to be trained.
  /// - Throws: `ConfigurationError` if the configuration is for another environment, or no line can finish.
  public convenience init(
    _ configuration: Configuration, seed: UInt64, populations: Int
  ) throws(ConfigurationError) {
    let composer = try CounterpointComposer(configuration)
    let own = [Float](repeating: 0, count: CounterpointPolicy.weightCount - CounterpointPolicy.generalWeightCount)
    let start =
      composer.configuration.agent.beginsWithShippedPolicy
      ? CounterpointPolicy.shipped : [Float](repeating: 0, count: CounterpointPolicy.generalWeightCount)
    self.init(
      [composer], isOwn: true, seed: seed, populations: populations, weights: start + own, settings: Settings(),
      configurationDigest: configuration.digest)
  }

  init(
    _ composers: [CounterpointComposer], isOwn: Bool, seed: UInt64, populations: Int, weights: [Float],
    settings: Settings, configurationDigest: String
  ) {
    self.composers = composers
    self.isOwn = isOwn
    self.seed = seed
    self.settings = settings
    self.weights = weights
    self.configurationDigest = configurationDigest
    updateCount = max(1, populations * settings.updatesPerPopulation)
    let zeros = [Float](repeating: 0, count: weights.count)
    adam = (zeros, zeros, (1, 1))
    lines = (0..<settings.linesPerGroup).map { _ in LineBuffer() }
  }

  /// Draws, scores and learns from one population.
  public func trainPopulation() -> PopulationReport {
    var rewards: [Double] = []
    var top = -Double.infinity
    for _ in 0..<settings.updatesPerPopulation {
      var gradient = [Float](repeating: 0, count: weights.count)
      for group in 0..<settings.groups { learn(group: group, &gradient, &rewards, &top) }
      move(along: gradient)
      updates += 1
    }
    population += 1
    best = max(best, top)
    let sorted = rewards.sorted(by: >)
    let elite = sorted.prefix(max(1, sorted.count / 10))
    return PopulationReport(
      population: population, eliteMean: elite.reduce(0, +) / Double(elite.count), best: best,
      populationMean: rewards.reduce(0, +) / Double(rewards.count), environmentSteps: steps)
  }

  /// The share of the way to the last update.
  private var progress: Double { min(1, Double(updates) / Double(updateCount)) }
  /// What learning rate and temperature are multiplied by: 1 falling to a tenth.
  private var annealing: Double { exponential(-2.302585092994046 * progress) }

  private func learn(group: Int, _ gradient: inout [Float], _ rewards: inout [Double], _ top: inout Double) {
    var source = RandomSource(
      seed: seed, purpose: .actions, population: population, candidate: updates, block: group)
    let composer = composers[Int(source.next() % UInt64(composers.count))]
    var random = source.next()
    let raw = lines.map { line in
      CounterpointPolicy.draw(weights, isOwn: isOwn, on: composer.table, into: line, random: &random)
      steps += line.count
      return composer.scoring.score(line, on: composer.table)
    }
    rewards += raw
    for (line, reward) in zip(lines, raw) where reward > top {
      top = reward
      bestOfPopulation.copy(from: line)
    }
    let scale = composer.scoring.scale
    let bounded = raw.map { $0 < -2 * scale ? -2 * scale + 0.1 * ($0 + 2 * scale) : $0 }
    let mean = bounded.reduce(0, +) / Double(bounded.count)
    let variance = bounded.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(bounded.count)
    let deviation = variance.squareRoot() + 0.05 * scale
    let share = 1 / Double(lines.count * settings.groups)
    let temperatures = [Float](repeating: Float(settings.temperature * annealing * share), count: Int(CK_STEPS))
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      CounterpointPolicy.withPolicy(weights, isOwn: isOwn, on: composer.table) { policy in
        for (line, reward) in zip(lines, bounded) {
          let advantages = [Float](repeating: Float((reward - mean) / deviation * share), count: Int(CK_STEPS))
          ck_counterpoint_learn(composer.table.table, policy, line.line, advantages, temperatures, &gradient)
        }
      }
    }
  }

  /// One step of Adam, with decay rates 0.9 and 0.99.
  private func move(along gradient: [Float]) {
    adam.powers.0 *= 0.9
    adam.powers.1 *= 0.99
    let rate = Float(settings.learningRate * annealing / (1 - adam.powers.0))
    let correction = Float(1 / (1 - adam.powers.1))
    for index in weights.indices where gradient[index] != 0 || adam.first[index] != 0 {
      adam.first[index] = 0.9 * adam.first[index] + 0.1 * gradient[index]
      adam.second[index] = 0.99 * adam.second[index] + 0.01 * gradient[index] * gradient[index]
      weights[index] += rate * adam.first[index] / ((adam.second[index] * correction).squareRoot() + 1e-6)
    }
  }

  /// The best line of the last population as a piece, for following a training live; before the first, one that is drawn.
  public func bestPiece() -> Piece {
    let composer = composers[0]
    var random = RandomSource(seed: seed, purpose: .composition, population: population, candidate: 1).key
    if bestOfPopulation.count == 0 {
      CounterpointPolicy.draw(weights, isOwn: isOwn, on: composer.table, into: bestOfPopulation, random: &random)
    }
    let lines = composer.compose(first: bestOfPopulation, search: .init(moves: 0), random: &random)
    return composer.configuration.piece(lines, provenance: provenance(nil))
  }

  /// The next finished piece: a line of the policy, made better by search, unlike those composed before.
  public func composePiece() -> Piece {
    let composer = composers[0]
    let episode = composed.count
    var random = RandomSource(
      seed: seed, purpose: .composition, population: population, candidate: 0, block: episode
    ).key
    let buffer = LineBuffer()
    CounterpointPolicy.draw(weights, isOwn: isOwn, on: composer.table, into: buffer, random: &random)
    let first = episode / CounterpointComposer.distinctPieces * CounterpointComposer.distinctPieces
    let search = CounterpointComposer.Search(
      moves: composer.configuration.agent.searchMoves, others: Array(composed[first...]))
    let lines = composer.compose(first: buffer, search: search, random: &random)
    composed.append(lines)
    return composer.configuration.piece(lines, provenance: provenance(episode))
  }

  private func provenance(_ episode: Int?) -> Provenance {
    Provenance(seed: seed, population: population, episode: episode, configurationDigest: configurationDigest)
  }
}

extension CounterpointComposer {
  /// A composer for a whole configuration.
  ///
  /// - Throws: `ConfigurationError` if it is for another environment, or no line can finish.
  public convenience init(_ configuration: Configuration) throws(ConfigurationError) {
    guard let counterpoint = configuration.counterpoint else {
      throw ConfigurationError(
        file: "configuration", line: nil, keyPath: "environment.kind", found: configuration.kind.rawValue,
        allowed: EnvironmentKind.counterpoint.rawValue)
    }
    try self.init(counterpoint)
  }
}
