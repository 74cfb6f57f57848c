/// Trains an agent on a configuration, one population at a time, and composes with what has been learnt.
///
/// A function of (configuration, seed): neither the number of threads or ranks nor the processor's instructions change a
/// byte.
/// Owned by one task.
///
/// How is learnt is the configuration's `agent.method`; on what, its `policyEnvironment`.
public final class Training {
  /// The method at work; tests look inside.
  let learner: any Learner
  /// What the agent's weights are, in their order.
  public let weightTensors: [WeightTensor]
  /// Environment steps of one population.
  public let stepsPerPopulation: Int

  /// A training at its start.
  ///
  /// - Parameters:
  ///   - threads: how many work, the caller's included; at least one.
  ///   - populations: how many are going to be trained; learning rate and temperature fall over so many, unless the
  ///     configuration says over how many.
  ///   - policy: weights of an agent that has learnt already (`Configuration.shippedPolicy`) and goes on from there, with
  ///     rates and temperature as they are when annealing is over; nil for the configuration's start.
  ///   - environment: what is learnt; nil for the configuration's.
  ///   - actor: for the cross-entropy method on piano rolls, what decides on actions; nil for the linear-softmax actor.
  ///   - threadStart: runs first on every thread that is created, for instance to lower its priority.
  ///   - work: counts blocks of episodes.
  ///   - ranks: the processes that the work is divided over.
  public convenience init(
    configuration: Configuration, seed: UInt64, threads: Int,
    populations: Int = PolicyGradientConfiguration.defaultAnnealingPopulations, policy: [Float]? = nil,
    environment: (any PolicyEnvironment)? = nil, actor: (any ActorModel)? = nil, kernels: Kernels = .best,
    threadStart: (@Sendable () -> Void)? = nil, work: WorkCounter = WorkCounter(),
    ranks: any Collective = SingleProcess()
  ) {
    if let search = configuration.beamSearch {
      self.init(BeamSearchLearner(search, seed: seed, digest: configuration.digest))
      return
    }
    let environment = environment ?? configuration.policyEnvironment
    let weightCount = actor?.weightCount ?? environment.weightCount
    let named = configuration.agent.initialMean.flatMap { environment.adopted($0.map { Float($0) }) }
    let start = policy ?? named ?? (actor == nil ? environment.startWeights : nil)
    var state = TrainingState(
      seed: seed, population: 0, mean: start?.map { Double($0) } ?? Array(repeating: 0, count: weightCount), best: nil)
    if policy != nil, configuration.agent.method == .policyGradient {
      state.optimizer = .annealed(configuration.agent.policyGradient, weightCount: weightCount)
    }
    self.init(configuration, state, populations, threads, environment, actor, kernels, threadStart, work, ranks)
  }

  /// A training that goes on from a state, so that the end equals the uninterrupted training's, byte for byte.
  ///
  /// - Throws: if the state cannot belong to the configuration; the error's file is `state`, to be replaced by the
  ///   caller who knows the file.
  public convenience init(
    configuration: Configuration, state: TrainingState, threads: Int, environment: (any PolicyEnvironment)? = nil,
    actor: (any ActorModel)? = nil, kernels: Kernels = .best, threadStart: (@Sendable () -> Void)? = nil,
    work: WorkCounter = WorkCounter(), ranks: any Collective = SingleProcess()
  ) throws(DataError) {
    if let search = configuration.beamSearch {
      self.init(try BeamSearchLearner(search, state: state, digest: configuration.digest))
      return
    }
    let environment = environment ?? configuration.policyEnvironment
    try state.validate(
      weightCount: actor?.weightCount ?? environment.weightCount, agent: configuration.agent, file: "state")
    self.init(
      configuration, state, PolicyGradientConfiguration.defaultAnnealingPopulations, threads, environment, actor,
      kernels, threadStart, work, ranks)
  }

  /// A search: nothing is learnt.
  private init(_ search: BeamSearchLearner) {
    learner = search
    weightTensors = []
    stepsPerPopulation = search.stepsPerIteration
  }

  private init(
    _ configuration: Configuration, _ state: TrainingState, _ populations: Int, _ threads: Int,
    _ environment: any PolicyEnvironment, _ actor: (any ActorModel)?, _ kernels: Kernels,
    _ threadStart: (@Sendable () -> Void)?, _ work: WorkCounter, _ ranks: any Collective
  ) {
    let agent = configuration.agent
    let context = LearnerContext(
      seed: state.seed, threads: threads, kernels: kernels, threadStart: threadStart, work: work,
      ranks: ranks, configurationDigest: configuration.digest)
    weightTensors = environment.weightTensors
    stepsPerPopulation = Self.saturatingProduct([agent.episodesPerPopulation, environment.stepsPerEpisode])
    if let actor = actor ?? configuration.originalActor(environment) {
      learner = CrossEntropyLearner(agent, state: state, context: context) { threads in
        .rolls(configuration, actor: actor, threads: threads, kernels: kernels, work: work)
      }
    } else if agent.method == .crossEntropy {
      learner = CrossEntropyLearner(agent, state: state, context: context) { threads in
        .episodes(agent, environment: environment, threads: threads, kernels: kernels, work: work)
      }
    } else {
      learner = PolicyGradientLearner(
        agent.policyGradient, environment: environment, state: state,
        annealingPopulations: agent.policyGradient.annealingPopulations ?? max(1, populations), context: context)
    }
  }

  /// Whether there is nothing left to do, however many populations are asked for: a search ends by itself.
  public var isOver: Bool { learner.isOver }

  /// How many finished pieces there are at most; nil for any number.
  public var pieceLimit: Int? { learner.pieceLimit }

  /// Populations done so far.
  public var populationsDone: Int { learner.state.population }

  /// What has to be kept to continue later.
  public var state: TrainingState { learner.state }

  /// Plays, scores and learns from one population.
  public func trainPopulation() -> PopulationReport { learner.trainPopulation() }

  /// The best episode of the last population (cross-entropy method: of its best candidate), played again: for following
  /// a training live.
  ///
  /// Before the first population (or the first after a resumption): the best that was ever seen, or the first test
  /// episode of an agent whose weights are all 0.
  public func bestPiece() -> Piece { learner.bestPiece() }

  /// A test episode, from 0, of the agent that is returned: the best candidate ever seen, or the policy gradient's last
  /// weights.
  ///
  /// A function of (configuration, seed, populations done, episode).
  public func composePiece(episode: Int) -> Piece { learner.composePiece(episode: episode) }

  /// Replaces the rules' coefficients, by name: from now on populations and pieces are scored by the new ones. Rules that
  /// are not named have those of the configuration.
  ///
  /// Scores by different rules cannot be compared, so the best that was seen is played once more, the same episodes, and
  /// has the score that the new rules give it.
  public func replaceCoefficients(_ coefficients: [String: Double]) { learner.replaceCoefficients(coefficients) }

  /// The same with a piano roll's rules.
  public func replaceRules(_ rules: WeightedRules) { replaceCoefficients(rules.coefficients) }

  /// The product of positive numbers, at most the largest number there is: a state may claim any number of populations.
  static func saturatingProduct(_ factors: [Int]) -> Int {
    factors.reduce(1) { product, factor in
      let (result, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? .max : result
    }
  }
}

extension Configuration {
  /// What is learnt: the environment that this configuration describes, as learners see it.
  ///
  /// A further environment is one line here. Of a counterpoint, `checkComposable` has to have passed before anything is
  /// played.
  public var policyEnvironment: any PolicyEnvironment {
    if let counterpoint { return CounterpointPolicyEnvironment(counterpoint) }
    if let song { return SongEnvironment(song) }
    return RollPolicyEnvironment(environment, observation: agent.observation)
  }

  /// The original's search, if that is what the configuration asks for.
  fileprivate var beamSearch: CounterpointConfiguration? {
    counterpoint.flatMap { $0.agent.method == .beamSearch ? $0 : nil }
  }

  /// The original's actor, where the configuration is one that the original could have had: kernels of its own play it.
  fileprivate func originalActor(_ learnt: any PolicyEnvironment) -> (any ActorModel)? {
    guard agent.method == .crossEntropy, agent.observation.isOriginal, environment.masks.isEmpty,
      learnt is RollPolicyEnvironment
    else { return nil }
    return LinearSoftmaxActor(rowCount: environment.rowCount)
  }
}
