internal import CKernels

/// Which random numbers episodes are played with.
public struct EpisodeKey: Sendable {
  /// The run's seed.
  public var seed: UInt64
  /// A candidate's evaluation, or composing.
  public var purpose: RandomSource.Purpose
  /// The population, from 0; for composing, the populations done.
  public var population: Int
  /// The candidate's number in its population, from 0.
  public var candidate: Int
  /// The block of up to 16 episodes that are played in lockstep, from 0.
  public var block: Int

  var random: ck_random {
    let source = RandomSource(
      seed: seed, purpose: purpose, population: population, candidate: candidate, block: block)
    var random = ck_random()
    ck_random_seed(&random, source.key)
    return random
  }
}

/// Plays episodes of one actor; owned by one thread.
public protocol EpisodePlayer: AnyObject {
  /// Takes the weights that are played with from now on.
  func prepare(_ weights: UnsafeBufferPointer<Float>)

  /// Plays a block of `count` episodes, 1...16; every finished roll is handed over with its number in the block.
  func play(_ key: EpisodeKey, count: Int, into rolls: RollBlock)
}

/// Where a block of episodes leaves its rolls.
public struct RollBlock {
  let batch: RollBatch
  /// The first episode's place in the batch.
  let first: Int

  /// Leaves the roll of an episode of the block.
  public func set(_ roll: PianoRoll, episode: Int) { batch[first + episode] = roll }
}

/// The most episodes of a block: `CK_EPISODES`.
let episodesPerBlock = 16

/// Any actor's player: step by step through the environment.
final class StepwisePlayer<Actor: ActorModel>: EpisodePlayer {
  private let actor: Actor
  private let kernels: Kernels
  private var environment: PianoRollEnvironment
  private var weights: [Float] = []

  init(actor: Actor, environment: EnvironmentConfiguration, kernels: Kernels) {
    self.actor = actor
    self.kernels = kernels
    var unscored = environment
    unscored.rules = WeightedRules(entries: [])  // rolls are scored in batches
    self.environment = PianoRollEnvironment(unscored)
  }

  func prepare(_ weights: UnsafeBufferPointer<Float>) { self.weights = Array(weights) }

  /// With the same random numbers as the kernels: column by column, draw by draw, one for each episode of the block,
  /// their number rounded up to even, a column's rounded up to sixteen.
  func play(_ key: EpisodeKey, count: Int, into rolls: RollBlock) {
    let padded = (count + 1) / 2 * 2
    var uniforms = [Float](repeating: 0, count: (environment.drawsPerStep * padded + 15) / 16 * 16)
    for episode in 0..<count {
      var random = key.random
      _ = environment.reset()
      while !environment.isTerminated {
        kernels.path.pointee.uniforms(&random, &uniforms, Int64(uniforms.count))
        for draw in 0..<environment.drawsPerStep {
          let action = choose(
            actor.distribution(observation: environment.observation, weights: weights),
            uniforms[draw * padded + episode])
          guard (try? environment.step(action)) != nil else { return }
        }
      }
      rolls.set(environment.roll, episode: episode)
    }
  }

  /// The first action whose cumulative probability exceeds u.
  private func choose(_ probabilities: [Double], _ uniform: Float) -> Int {
    let threshold = Double(uniform) * probabilities.reduce(0, +)
    var sum = 0.0
    for (action, probability) in probabilities.enumerated() {
      sum += probability
      if threshold < sum { return action }
    }
    return probabilities.count - 1
  }
}

/// The linear-softmax actor's player: the kernels.
final class LinearSoftmaxPlayer: EpisodePlayer {
  private let kernels: Kernels
  private let actor: UnsafeMutablePointer<ck_softmax>

  init(environment: EnvironmentConfiguration, kernels: Kernels) {
    self.kernels = kernels
    guard
      let actor = ck_softmax_create(
        Int32(environment.rowCount), Int32(environment.stepCount - 1), Int32(environment.drawsPerStep),
        Float(environment.observationDecay))
    else { preconditionFailure("out of memory") }  // at most 1 MB
    self.actor = actor
  }

  deinit { ck_softmax_destroy(actor) }

  func prepare(_ weights: UnsafeBufferPointer<Float>) {
    guard let weights = weights.baseAddress else { return }
    kernels.path.pointee.prepare(actor, weights)
  }

  func play(_ key: EpisodeKey, count: Int, into rolls: RollBlock) {
    var random = key.random
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: count) { lanes in
      for episode in 0..<count { lanes[episode] = rolls.batch.lane(rolls.first + episode) }
      guard let lanes = UnsafePointer(lanes.baseAddress) else { return }
      kernels.path.pointee.play(actor, &random, Int32(count), lanes)
    }
  }
}
