/// What a learner knows of an environment: how many weights its policy has, and who plays episodes with them.
///
/// This is the seam between environments and learners. An environment keeps to itself what a state and an action are,
/// which actions were possible, and how the policy computes its probabilities; a learner keeps to itself how weights are
/// improved. Between them go, for every decision of an episode, its share of the reward (`Decision`), and the other way
/// how much more likely the decision ought to become.
///
/// Whoever adds an environment makes a value of this type and a class of `EpisodeRunner`, and one line in
/// `Configuration.policyEnvironment`; every learner, the training's curve, checkpoints, live changes and players work with
/// it from then on.
public protocol PolicyEnvironment: Sendable {
  /// Number of the policy's flat weights; with all of them 0 it plays as if nothing had been learnt.
  var weightCount: Int { get }

  /// What learning begins with unless the configuration names weights; nil for zeros.
  var startWeights: [Float]? { get }

  /// What the flat weights are, in their order: tensors for the weights file.
  var weightTensors: [WeightTensor] { get }

  /// Environment steps of an episode; where episodes differ, a round number for them all. For reports and speeds.
  var stepsPerEpisode: Int { get }

  /// The most decisions that an episode has.
  var mostDecisions: Int { get }

  /// Number of slots: a decision's slot is below it.
  var slotCount: Int { get }

  /// Whether every episode has exactly `mostDecisions` decisions, the i-th in slot i, and no two episodes differ in
  /// anything but the shares. A learner is faster then.
  var hasFixedDecisions: Bool { get }

  /// The most episodes of a block, 2...16: the smaller, the more threads have work to share.
  var blockSize: Int { get }

  /// Whether the system has the memory for another such runner, and some to spare.
  func hasMemory(capacity: Int) -> Bool

  /// Something that plays blocks of up to `capacity` (1...16) episodes.
  func makeRunner(kernels: Kernels, capacity: Int) -> any EpisodeRunner

  /// The same environment with other coefficients of its rules, by name; rules that are not named keep theirs.
  func weighted(by coefficients: [String: Double]) -> any PolicyEnvironment

  /// Weights for this policy from an agent's of another shape that says the same; nil if there are none.
  func adopted(_ weights: [Float]) -> [Float]?
}

extension PolicyEnvironment {
  /// From nothing.
  public var startWeights: [Float]? { nil }
  /// One tensor of all weights.
  public var weightTensors: [WeightTensor] { [WeightTensor(name: "weights", shape: [weightCount])] }
  /// As many as there can be decisions.
  public var slotCount: Int { mostDecisions }
  /// Episodes may differ.
  public var hasFixedDecisions: Bool { false }
  /// As many as kernels play in lockstep.
  public var blockSize: Int { episodesPerBlock }
  /// A few kilobytes.
  public func hasMemory(capacity: Int) -> Bool { true }
  /// Weights of the right number only.
  public func adopted(_ weights: [Float]) -> [Float]? { weights.count == weightCount ? weights : nil }
}

/// A named part of a policy's flat weights.
public struct WeightTensor: Sendable, Hashable {
  /// The tensor's name in files.
  public var name: String
  /// Its sizes, the last one running fastest.
  public var shape: [Int]

  /// A tensor of this name and these sizes.
  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }

  /// How many weights it has.
  public var count: Int { shape.reduce(1, *) }
}

/// One decision of an episode, as a learner sees it.
public struct Decision: Sendable, BitwiseCopyable {
  /// Which decisions of other episodes it is compared with: a baseline is the mean over those in the same slot.
  public var slot: Int32
  /// Steps of the environment's time until the next decision: the discount of one step is applied so many times. 0 for
  /// decisions that are taken at once.
  public var elapsed: Int32
  /// What it contributed to the episode's reward, in the reward's unit.
  public var share: Float
  /// What the temperature of the entropy is multiplied by here; 1 unless a decision has reason to be freer or stricter
  /// than the others.
  public var freedom: Float

  /// A decision of these parts.
  public init(slot: Int, elapsed: Int, share: Float, freedom: Float = 1) {
    self.slot = Int32(truncatingIfNeeded: slot)
    self.elapsed = Int32(truncatingIfNeeded: elapsed)
    self.share = share
    self.freedom = freedom
  }
}

/// Plays a block of episodes and remembers what learning from them takes. Owned by one thread at a time; a learner that
/// learns from several blocks at once has a runner for each.
public protocol EpisodeRunner: AnyObject {
  /// Takes the weights that are played with from now on.
  func prepare(_ weights: UnsafeBufferPointer<Float>)

  /// Plays from now on with the weights that another runner of the same environment has taken, for as long as that one
  /// keeps them; the other is not changed meanwhile.
  ///
  /// - Returns: false where every runner takes weights for itself.
  func prepare(like other: any EpisodeRunner) -> Bool

  /// Plays episodes 0..<count with random numbers of this key, alone of this key: the same ones on any thread and with
  /// any kernels. Replaces what was played before.
  func play(_ key: EpisodeKey, count: Int)

  /// The whole reward of an episode.
  func reward(of episode: Int) -> Double

  /// Where decisions are fixed, the shares of all episodes: decision i of episode e at `i * 16 + e`; else nil.
  var fixedShares: UnsafePointer<Float>? { get }

  /// The decisions of an episode in their order, valid until the next `play`. What the shares do not add up to is
  /// credited to all of the episode's decisions alike; a constant makes no difference.
  func decisions(of episode: Int) -> UnsafeBufferPointer<Decision>

  /// Adds to `gradient`, over all decisions i of all episodes that were played last,
  ///
  ///     advantage_i * d log p_i / d weights + temperature * freedom_i * d H_i / d weights
  ///
  /// where p_i is the probability that the policy gave the action that was taken, and H_i the entropy (in nats) of all
  /// actions that were possible.
  ///
  /// - Parameters:
  ///   - advantages: decision i of episode e has the one at `i * 16 + e`.
  ///   - gradient: `weightCount` sums.
  func accumulate(
    _ advantages: UnsafeBufferPointer<Float>, temperature: Float, into gradient: UnsafeMutableBufferPointer<Float>)

  /// An episode as a piece.
  func piece(of episode: Int, provenance: Provenance) -> Piece
}

extension EpisodeRunner {
  /// Takes them for itself.
  public func prepare(like other: any EpisodeRunner) -> Bool { false }
  /// Episodes may differ.
  public var fixedShares: UnsafePointer<Float>? { nil }
}
