internal import CKernels

/// The cross-entropy method over flat weights, as a small machine: ask for candidates, score them, tell the scores.
///
/// P.-T. de Boer, D. P. Kroese, S. Mannor, R. Y. Rubinstein, *A Tutorial on the Cross-Entropy Method*, Annals of
/// Operations Research 134 (2005), section 5 (continuous optimisation); the equations beside the lines are theirs. The
/// sampling density is a normal one with independent weights whose mean moves while its deviation stays: the deviation
/// keeps the search awake, and the best candidate, not the mean, is what is returned.
///
///     var agent = CrossEntropyAgent(configuration: agent, weightCount: 2, seed: 1)
///     let scores = (0..<agent.configuration.populationSize).map { -distance(agent.ask($0), target) }
///     agent.tell(scores)
public struct CrossEntropyAgent: Sendable {
  /// Sizes and coefficients.
  public let configuration: AgentConfiguration
  /// The run's seed: with the population's number and the candidate's it decides the candidate's weights.
  public let seed: UInt64
  /// Populations told.
  public private(set) var population: Int
  /// Mean of the sampling density (mu), one number a weight.
  public private(set) var mean: [Double]
  /// The best candidate ever told; its `episode` is 0, since the method knows of no episodes.
  public internal(set) var best: BestCandidate?
  private let kernels: Kernels
  /// `mean` as the kernels take it: rounded, up to a multiple of 32 numbers.
  private var roundedMean: [Float] = []

  /// An agent at the start: the configuration's means, else all means 0.
  ///
  /// - Precondition: `initialMean` has one number a weight; the configuration ensures it.
  public init(configuration: AgentConfiguration, weightCount: Int, seed: UInt64) {
    let mean = configuration.initialMean ?? Array(repeating: 0, count: weightCount)
    precondition(mean.count == weightCount)
    self.init(
      configuration: configuration, state: TrainingState(seed: seed, population: 0, mean: mean, best: nil))
  }

  init(configuration: AgentConfiguration, state: TrainingState, kernels: Kernels = .best) {
    self.configuration = configuration
    self.kernels = kernels
    seed = state.seed
    population = state.population
    mean = state.mean
    best = state.best
    roundMean()
  }

  private mutating func roundMean() {
    roundedMean = mean.map { Float($0) }
    roundedMean.append(contentsOf: repeatElement(0, count: sampledCount - mean.count))
  }

  /// The kernels sample 32 numbers at once.
  var sampledCount: Int { (mean.count + 31) / 32 * 32 }

  /// Size of the elite, rounded half to even; at least one.
  public var eliteCount: Int { max(1, min(configuration.eliteCount, configuration.populationSize)) }

  /// The weights of a candidate of the current population.
  ///
  /// They depend on the key (seed, population, candidate) alone, so candidates may be asked for in any order, on any
  /// thread, and again.
  public func ask(_ candidate: Int) -> [Float] {
    let sampled = [Float](unsafeUninitializedCapacity: sampledCount) { buffer, count in
      ask(candidate, into: buffer)
      count = sampledCount
    }
    return Array(sampled.prefix(mean.count))
  }

  /// The same into memory of `sampledCount` numbers; what lies behind the weights has no meaning.
  func ask(_ candidate: Int, into weights: UnsafeMutableBufferPointer<Float>) {
    let source = RandomSource(seed: seed, purpose: .weights, population: population, candidate: candidate)
    var random = ck_random()
    ck_random_seed(&random, source.key)
    guard let out = weights.baseAddress else { return }
    // X_i ~ N(mu_{t-1}, sigma^2) (their section 5, step 2)
    kernels.path.pointee.sample(
      &random, roundedMean, Float(configuration.weightsDeviation), out, Int64(sampledCount))
  }

  /// Learns from the scores of the whole population, in the candidates' order, higher is better.
  ///
  /// - Returns: the mean score of the elite.
  @discardableResult
  public mutating func tell(_ scores: [Double]) -> Double {
    precondition(scores.count == configuration.populationSize)
    // The elite: scores at or above the (1 - rho) quantile gamma_t (eq. 31); ties go to the earlier candidate.
    let elite = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(eliteCount)
    // mu~_t: the mean of the elite is the maximum-likelihood update (eq. 32) of a normal density's mean.
    var sum = [Double](repeating: 0, count: mean.count)
    for candidate in elite {
      for (index, weight) in ask(candidate).enumerated() { sum[index] += Double(weight) }
    }
    let first = elite[0]
    if best.map({ scores[first] > $0.score }) ?? true {
      best = BestCandidate(
        score: scores[first], weights: ask(first), population: population, candidate: first, episode: 0)
    }
    // Smoothed updating (eq. 33): mu_t = alpha mu~_t + (1 - alpha) mu_{t-1}, alpha = 1 - smoothing_coef.
    let smoothing = configuration.smoothing
    for index in mean.indices {
      mean[index] = smoothing * mean[index] + (1 - smoothing) * sum[index] / Double(eliteCount)
    }
    population += 1
    roundMean()
    return elite.reduce(0) { $0 + scores[$1] } / Double(eliteCount)
  }
}
