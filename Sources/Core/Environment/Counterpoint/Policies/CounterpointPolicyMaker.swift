/// Makes the shipped policy of counterpoint again: `rlmusician policies counterpoint`.
public enum CounterpointPolicyMaker {
  /// The file that ships the weights.
  public static let fileName = "Sources/Core/Environment/Counterpoint/Policies/ShippedCounterpointPolicy.swift"
  /// Melodies that it learns on, of 5 to 24 bars.
  static let melodyCount = 160
  /// Seed of these melodies; the figures use others.
  static let melodySeed: UInt64 = 1
  /// Melodies, and their seed, that the shipped file is recognised by.
  private static let checks = (count: 8, seed: UInt64(77))

  /// Learns with the policy gradient.
  ///
  /// - Parameters:
  ///   - seed: of all random numbers.
  ///   - populations: of 5,120 episodes each.
  ///   - threads: how many work; the weights do not depend on it.
  ///   - ranks: the processes that the work is divided over; nor on them.
  ///   - report: called after every population.
  /// - Returns: the weights.
  public static func make(
    seed: UInt64, populations: Int, threads: Int, ranks: any Collective = SingleProcess(),
    report: (PopulationReport) -> Void
  ) throws -> [Float] {
    let configuration = try Configuration(text: "environment: {kind: counterpoint}", file: "policy")
    guard let counterpoint = configuration.counterpoint else { return [] }
    let melodies = RandomMelodies(counterpoint, seed: melodySeed, bars: 5...24)
    let environment = CounterpointPolicyEnvironment(
      (0..<melodyCount).map { melodies.composer($0).configuration }, isOwn: false)
    var settings = configuration
    settings.agent.policyGradient.episodesPerPopulation = 5120
    settings.agent.policyGradient.episodesPerUpdate = 256
    // Measured on melodies of another seed, one sample each: 2.0 so; 1.93 with a discount from 0.9, 1.75 with 1 all the
    // while; 1.8 with temperatures from 0.05 to 0.005.
    settings.agent.policyGradient.learningRate = .init(start: 0.05, end: 0.005)
    settings.agent.policyGradient.temperature = .init(start: 0.3, end: 0.001)
    settings.agent.policyGradient.discount = 0.97
    let training = Training(
      configuration: settings, seed: seed, threads: threads, populations: populations, environment: environment,
      ranks: ranks)
    for _ in 0..<populations { report(training.trainPopulation()) }
    return training.state.mean.map { Float($0) }
  }

  /// The mean score of one sample for each of a few melodies: another one for another policy, other features, rules or
  /// scores.
  public static func fingerprint(_ weights: [Float]) throws -> Double {
    let configuration = try Configuration(text: "environment: {kind: counterpoint}", file: "policy")
    guard let counterpoint = configuration.counterpoint else { return 0 }
    let melodies = RandomMelodies(counterpoint, seed: checks.seed, bars: 8...16)
    var sum = 0.0
    for number in 0..<checks.count {
      let composer = try CounterpointComposer(melodies.composer(number).configuration, policy: weights)
      sum += composer.configuration.scores.evaluate(composer.drawn(seed: UInt64(number))[0]).total
    }
    return sum / Double(checks.count)
  }

  /// The source file that ships the weights.
  public static func source(_ weights: [Float]) throws -> String {
    let words = weights.map { weight in
      let digits = String(weight.bitPattern, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }
    let lines = stride(from: 0, to: words.count, by: 14).map { first in
      "    " + words[first..<min(first + 14, words.count)].joined()
    }
    return """
      /// Made by `rlmusician policies counterpoint`; not to be edited.
      enum ShippedCounterpointPolicy {
        /// What `CounterpointPolicyMaker.fingerprint` says of it.
        static let fingerprint = \(try fingerprint(weights))
        /// The weights' bits, eight hexadecimal digits each.
        static let digits = \"\"\"
      \(lines.map { $0 + " \\" }.joined(separator: "\n"))

          \"\"\"
      }

      """
  }
}

extension CounterpointPolicy {
  /// The shipped weights; nil if they are of another number than the program's features.
  static let shippedWeights: [Float]? = {
    let digits = Array(ShippedCounterpointPolicy.digits.utf8.filter { $0 != UInt8(ascii: " ") })
    guard digits.count == 8 * generalWeightCount else { return nil }
    return stride(from: 0, to: digits.count, by: 8).map { first in
      Float(bitPattern: UInt32(String(decoding: digits[first..<first + 8], as: UTF8.self), radix: 16) ?? 0)
    }
  }()
}
