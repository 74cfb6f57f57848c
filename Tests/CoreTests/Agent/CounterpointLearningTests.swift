import CKernels
import Testing

@testable import Core

/// The policy of counterpoint: how it learns, and the shipped one.
@Suite struct CounterpointLearningTests {
  private func configuration(_ text: String = "piece: {tonic: C}") throws -> Configuration {
    try Configuration(text: text, file: "c.yml")
  }

  @Test func learningMakesBetterLinesAndIsRepeatable() throws {
    let text = "piece: {tonic: C}\nagent: {shipped_policy: false, search_moves: 20000}"
    func run() throws -> (training: CounterpointTraining, means: [Double]) {
      let training = try CounterpointTraining(try configuration(text), seed: 3, populations: 5)
      return (training, (0..<5).map { _ in training.trainPopulation().populationMean })
    }
    let (first, second) = (try run(), try run())
    #expect(first.means == second.means && first.training.weights == second.training.weights)
    #expect(first.means[4] > first.means[0] + 0.8)
    #expect(first.training.bestPiece().score.total > 1.5)
    for _ in 0..<2 {
      let piece = first.training.composePiece()
      #expect(piece.notes == second.training.composePiece().notes)
      #expect(piece.parts.map(\.isGiven) == [true, false])
      #expect(piece.score.total > 2.9)
    }
  }

  /// The gradient of a line's log-likelihood is what the likelihood changes by when a weight does.
  @Test func theGradientIsThatOfTheLikelihood() throws {
    let composer = try CounterpointComposer(try configuration())
    let weights = (0..<CounterpointPolicy.weightCount).map { Float(($0 * 7919) % 101) / 100 - 0.5 }
    let line = LineBuffer()
    var random: UInt64 = 9
    CounterpointPolicy.draw(weights, isOwn: true, on: composer.table, into: line, random: &random)
    func gradient(temperature: Float) -> [Float] {
      var sums = [Float](repeating: 0, count: weights.count)
      let advantages = [Float](repeating: 1, count: Int(CK_STEPS))
      let temperatures = [Float](repeating: temperature, count: Int(CK_STEPS))
      weights.withUnsafeBufferPointer { weights in
        guard let weights = weights.baseAddress else { return }
        CounterpointPolicy.withPolicy(weights, isOwn: true, on: composer.table) {
          ck_counterpoint_learn(composer.table.table, $0, line.line, advantages, temperatures, &sums)
        }
      }
      return sums
    }
    let sums = gradient(temperature: 0)
    // Every continuation has exactly one feature of a kind, so the gradients of a kind add up to nothing.
    #expect(abs(sums[0..<17].reduce(0, +)) < 1e-3 && abs(sums[17..<49].reduce(0, +)) < 1e-3)
    #expect(sums.contains { abs($0) > 0.1 } && gradient(temperature: 0.5) != sums)
  }

  @Test func theShippedPolicyFits() throws {
    let shipped = try #require(CounterpointPolicy.shippedWeights, "of another number than the features: make it again")
    let fingerprint = try CounterpointPolicyMaker.fingerprint(shipped)
    #expect(
      fingerprint == ShippedCounterpointPolicy.fingerprint,
      "rules, scores or features are not those it was made for: rlmusician policies counterpoint")
    #expect(fingerprint > 1.3)
    #expect(try CounterpointPolicyMaker.source(shipped).contains("\(fingerprint)"))
    var other = shipped
    other[9] += 3
    #expect(try CounterpointPolicyMaker.fingerprint(other) != fingerprint)
  }

  @Test func severalPartsArePieces() throws {
    let training = try CounterpointTraining(
      try configuration("piece: {parts: [above, below]}\nagent: {search_moves: 500}"), seed: 1, populations: 0)
    let piece = training.composePiece()
    #expect(piece.parts.map(\.name) == ["Cantus firmus", "Counterpoint 1", "Counterpoint 2"])
    #expect(piece.parts.allSatisfy { !$0.notes.isEmpty })
  }

  @Test func beamSearchGivesPieces() throws {
    var search = try CounterpointSearchRun(
      try configuration("piece: {tonic: C}\nagent: {n_trials_factor: 0.02}"), seed: 4)
    var last: PopulationReport?
    while !search.isOver { last = search.iterate() }
    let piece = try #require(search.piece(0))
    #expect(abs(piece.score.total - (last?.best ?? 0)) < 1e-9)
  }
}
