/// Makes the policies of styles that are shipped: `rlmusician policies STYLE`.
public enum ShippedPolicyMaker {
  /// Seed of the pieces that a shipped policy is recognised by, and how many there are.
  private static let check = (seed: UInt64(77), count: 4)

  /// The styles whose policies are shipped this way.
  public static let styles = [
    "roll", "song", "chorale", "waltz", "minor", "pastorale", "bohlen-pierce", "slendro",
  ]

  /// Learns a style from nothing; the same seed gives the same weights.
  ///
  /// - Parameters:
  ///   - populations: as many as are trained.
  ///   - threads: how many work; the weights do not depend on it.
  ///   - ranks: the processes that the work is divided over; nor on them.
  ///   - report: called after every population.
  public static func make(
    _ style: Style, seed: UInt64, populations: Int, threads: Int, ranks: any Collective = SingleProcess(),
    report: (PopulationReport) -> Void
  ) throws -> [Float] {
    let configuration = try Configuration(text: "", file: "style", style: style)
    let training = Training(
      configuration: configuration, seed: seed, threads: threads, populations: populations, ranks: ranks)
    for _ in 0..<populations { report(training.trainPopulation()) }
    return ShippedPolicy.rounded(training.state.mean.map { Float($0) })
  }

  /// The mean reward of a few pieces: another one for another policy, other features, rules, masks or plans.
  public static func fingerprint(_ weights: [Float], style: Style) throws -> Double {
    let environment = try Configuration(text: "", file: "style", style: style).policyEnvironment
    guard environment.weightCount == weights.count else { return .nan }
    let runner = environment.makeRunner(kernels: .best, capacity: 1)
    weights.withUnsafeBufferPointer { runner.prepare($0) }
    var sum = 0.0
    for piece in 0..<check.count {
      runner.play(
        EpisodeKey(seed: check.seed, purpose: .composition, population: 0, candidate: 0, block: piece), count: 1)
      sum += runner.reward(of: 0)
    }
    return sum / Double(check.count)
  }

  /// The source file that ships the weights.
  public static func source(_ weights: [Float], style: Style) throws -> String {
    let text = Array(ShippedPolicy.encoded(weights))
    let lines = stride(from: 0, to: text.count, by: 112).map { first in
      "    " + String(text[first..<min(first + 112, text.count)]) + "\\"
    }
    let name = identifier(style)
    return """
      /// Made by `rlmusician policies \(style.name)`; not to be edited.
      extension ShippedPolicy {
        static let \(name) = ShippedPolicy(
          style: "\(style.name)", count: \(weights.count), fingerprint: \(try fingerprint(weights, style: style)), text: \(name)Text)

        private static let \(name)Text = \"\"\"
      \(lines.joined(separator: "\n"))

          \"\"\"
      }

      """
  }

  /// The name of a style's file among the sources.
  public static func fileName(_ style: Style) -> String {
    let name = identifier(style)
    return "Sources/Core/Agent/Policies/Shipped/\(name.prefix(1).uppercased())\(name.dropFirst())Policy.swift"
  }

  /// `bohlen-pierce` as a name in Swift.
  private static func identifier(_ style: Style) -> String {
    let words = style.name.split(separator: "-")
    return words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
  }
}
