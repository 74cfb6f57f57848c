import Testing

@testable import Core

/// The policies of styles that are shipped inside the program.
@Suite struct ShippedPolicyTests {
  static func style(_ name: String) throws -> (Style, Configuration) {
    let style = try #require(Style.named(name))
    return (style, try Configuration(text: "", file: "style", style: style))
  }

  @Test func everyStyleThatLearnsHasOne() {
    let others = ["original", "duet"]  // cross-entropy; counterpoint has its own
    #expect(ShippedPolicyMaker.styles.sorted() == Style.names.filter { !others.contains($0) }.sorted())
    #expect(ShippedPolicy.all.map(\.style) == ShippedPolicyMaker.styles)
  }

  @Test(arguments: ShippedPolicyMaker.styles) func itFits(_ name: String) throws {
    let (style, configuration) = try Self.style(name)
    let weights = try #require(configuration.shippedPolicy, "of another number than the features: make it again")
    let policy = try #require(ShippedPolicy.all.first { $0.style == name })
    let fingerprint = try ShippedPolicyMaker.fingerprint(weights, style: style)
    #expect(
      fingerprint == policy.fingerprint,
      "rules, masks, plans or features are not those it was made for: rlmusician policies \(name)")
  }

  @Test func theyCompose() throws {
    let (_, configuration) = try Self.style("song")
    let trained = Training(configuration: configuration, seed: 9, threads: 1, policy: configuration.shippedPolicy)
    let untrained = Training(configuration: configuration, seed: 9, threads: 1)
    let pieces = (0..<8).map { trained.composePiece(episode: $0) }
    #expect(pieces.allSatisfy { $0.song?.faults == 0 })
    let before = (0..<8).map { untrained.composePiece(episode: $0).score.total }
    #expect(pieces.map(\.score.total).min()! > before.max()!)
    #expect(Set(pieces.map { $0.parts[0].notes.map(\.degree) }).count == 8)
  }

  @Test func aTrainingGoesOnFromThere() throws {
    let text = "agent: {policy_gradient: {n_episodes_per_population: 32}}"
    let configuration = try Configuration(text: text, file: "test", style: Style.named("song"))
    let policy = try #require(configuration.shippedPolicy)
    let training = Training(configuration: configuration, seed: 3, threads: 1, policy: policy)
    let first = training.trainPopulation().populationMean
    let fresh = Training(configuration: configuration, seed: 3, threads: 1).trainPopulation().populationMean
    #expect(first > fresh + 50)
    #expect(training.trainPopulation().populationMean > 0.8 * first)
    // Rates are those of the end: no weight has moved far.
    let moved = zip(training.state.mean, policy).map { abs($0 - Double($1)) }.max() ?? 0
    #expect(moved > 0 && moved < 0.2)
  }

  @Test func weightsAreWritten() {
    let weights: [Float] = [0, 0, 1.5, -2.25, 0, 31.9, -31.9, 0.001, 0, 0, 0]
    let rounded = ShippedPolicy.rounded(weights + [100])
    let policy = ShippedPolicy(
      style: "", count: 12, fingerprint: 0, text: ShippedPolicy.encoded(rounded))
    #expect(policy.weights == rounded)
    #expect(zip(rounded, weights).allSatisfy { abs($0 - $1) < 0.001 } && rounded[11] < 32)
  }
}
