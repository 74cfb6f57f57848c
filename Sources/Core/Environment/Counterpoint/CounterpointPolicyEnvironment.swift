internal import CKernels
internal import Synchronization

/// Counterpoint as learners see it (`PolicyEnvironment`): a decision is a note, the policy is `CounterpointPolicy`.
///
/// Lines are drawn among what can still finish, so no episode is a dead end. A note's share is what it changed in the
/// score of what is there (`ck_counterpoint_shares`); it is compared with the notes that begin in the same half bar of
/// other lines against the same melody.
///
/// Flat weights: the general ones, then, for one melody, its own: a number for every half bar and position.
public struct CounterpointPolicyEnvironment: PolicyEnvironment {
  /// What is composed; several for a policy that is to know any melody.
  let configurations: [CounterpointConfiguration]
  /// Whether there are weights of the melody's own.
  let isOwn: Bool
  private let workshop: CounterpointWorkshop

  /// The environment that a configuration describes.
  public init(_ configuration: CounterpointConfiguration) { self.init([configuration], isOwn: true) }

  /// Several melodies, or one; a block of episodes has one of them.
  init(_ configurations: [CounterpointConfiguration], isOwn: Bool) {
    self.configurations = configurations
    self.isOwn = isOwn
    workshop = CounterpointWorkshop()
  }

  /// Composers, made when somebody plays, and shared by all runners.
  var composers: [CounterpointComposer] { workshop.composers(configurations) }
  /// The finished pieces that this environment has composed.
  var pieces: CounterpointPieces { workshop.pieces }

  /// General and own weights.
  public var weightCount: Int { isOwn ? CounterpointPolicy.weightCount : CounterpointPolicy.generalWeightCount }

  /// The shipped policy's, unless the configuration does without.
  public var startWeights: [Float]? {
    guard isOwn, configurations[0].agent.beginsWithShippedPolicy else { return nil }
    return adopted(CounterpointPolicy.shipped)
  }

  /// `general` [features] and `own` [half bars, positions].
  public var weightTensors: [WeightTensor] {
    let general = WeightTensor(name: "general", shape: [CounterpointPolicy.generalWeightCount])
    guard isOwn else { return [general] }
    return [general, WeightTensor(name: "own", shape: [Int(CK_STEPS) / 4, Int(CK_POSITIONS)])]
  }

  /// Three notes a bar.
  public var stepsPerEpisode: Int { max(1, mostDecisions * 3 / CounterpointTask.stepsPerBar) }

  /// A note a step, between the first bar and the last.
  public var mostDecisions: Int {
    max(1, (configurations.map(\.task.stepCount).max() ?? 0) - 2 * CounterpointTask.stepsPerBar)
  }

  /// Half bars of the longest melody.
  var slotsPerMelody: Int { (mostDecisions + 3) / 4 }

  /// A slot is a melody and a half bar: few lines have a note at every single step.
  public var slotCount: Int { configurations.count * slotsPerMelody }

  /// The kernels play it.
  public func makeRunner(kernels: Kernels, capacity: Int) -> any EpisodeRunner {
    CounterpointRunner(self, capacity: capacity)
  }

  /// With other coefficients of the measures.
  public func weighted(by coefficients: [String: Double]) -> any PolicyEnvironment {
    CounterpointPolicyEnvironment(configurations.map { $0.weighted(by: coefficients) }, isOwn: isOwn)
  }

  /// General weights, too: the melody's own are 0 then.
  public func adopted(_ weights: [Float]) -> [Float]? {
    if weights.count == weightCount { return weights }
    guard isOwn, weights.count == CounterpointPolicy.generalWeightCount else { return nil }
    return weights + Array(repeating: 0, count: weightCount - weights.count)
  }
}

/// What an environment makes once, when it is wanted: tables take milliseconds, pieces more.
private final class CounterpointWorkshop: Sendable {
  private let made = Mutex<[CounterpointComposer]>([])
  let pieces = CounterpointPieces()

  func composers(_ configurations: [CounterpointConfiguration]) -> [CounterpointComposer] {
    made.withLock { made in
      if made.isEmpty { made = configurations.map { CounterpointComposer(checked: $0) } }
      return made
    }
  }
}

/// Finished pieces, remembered: a run's pieces differ from those before, which would otherwise be composed again for each.
final class CounterpointPieces: Sendable {
  private struct Memory {
    var seed: UInt64 = 0
    var population = -1
    var weights: [Float] = []
    var lines: [Int: [CounterpointLine]] = [:]
  }

  private let memory = Mutex(Memory())

  /// The piece of a number by these weights, composed if it is not known.
  func piece(
    _ key: EpisodeKey, weights: [Float], compose: () -> [CounterpointLine]
  ) -> [CounterpointLine] {
    let known = memory.withLock { memory -> [CounterpointLine]? in
      if memory.seed != key.seed || memory.population != key.population || memory.weights != weights {
        memory = Memory(seed: key.seed, population: key.population, weights: weights)
      }
      return memory.lines[key.block]
    }
    if let known { return known }
    let lines = compose()
    memory.withLock { $0.lines[key.block] = lines }
    return lines
  }
}
