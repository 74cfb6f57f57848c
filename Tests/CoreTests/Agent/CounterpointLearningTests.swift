import CKernels
import Testing

@testable import Core

/// The policy of counterpoint: how it learns, and the shipped one.
@Suite struct CounterpointLearningTests {
  private func configuration(_ text: String = "piece: {tonic: C}") throws -> Configuration {
    try Configuration(text: text, file: "c.yml")
  }

  @Test func learningMakesBetterLinesAndIsRepeatable() throws {
    let configuration = try configuration("piece: {tonic: C}\nagent: {shipped_policy: false, search_moves: 20000}")
    func run(threads: Int) -> (training: Training, means: [Double]) {
      let training = Training(configuration: configuration, seed: 3, threads: threads, populations: 5)
      return (training, (0..<5).map { _ in training.trainPopulation().populationMean })
    }
    let (first, second) = (run(threads: 1), run(threads: 3))
    #expect(first.means == second.means && first.training.state == second.training.state)
    #expect(first.means[4] > first.means[0] + 0.8)
    #expect(first.training.bestPiece().score.total > 1.5)
    #expect(first.training.bestPiece().notes == second.training.bestPiece().notes)
    // A piece is a function of its number: whoever asks for the second only gets the same.
    let later = second.training.composePiece(episode: 1)
    for episode in 0..<2 {
      let piece = first.training.composePiece(episode: episode)
      #expect(episode == 0 || piece.notes == later.notes)
      #expect(piece.parts.map(\.isGiven) == [true, false])
      #expect(piece.score.total > 2.9)
    }
  }

  /// From a checkpoint on it is the training that was never interrupted; so is a search.
  @Test(arguments: ["{search_moves: 500}", "{method: beam_search, n_trials_factor: 0.01}"])
  func whatIsResumedIsTheSame(agent: String) throws {
    let configuration = try configuration("piece: {tonic: C}\nagent: \(agent)")
    let whole = Training(configuration: configuration, seed: 8, threads: 2, populations: 4)
    var curve = TrainingCurve()
    for _ in 0..<2 { curve.append(whole.trainPopulation()) }
    let bytes = Checkpoint(state: whole.state, curve: curve, configurationDigest: configuration.digest).bytes
    let checkpoint = try Checkpoint(Safetensors(bytes, file: "c"), file: "c")
    let resumed = try Training(configuration: configuration, state: checkpoint.state, threads: 1)
    for _ in 0..<2 { #expect(whole.trainPopulation() == resumed.trainPopulation()) }
    #expect(whole.state == resumed.state)
    #expect(whole.composePiece(episode: 1).notes == resumed.composePiece(episode: 1).notes)
    var other = checkpoint.state
    other.mean.append(0)
    #expect(throws: DataError.self) { try Training(configuration: configuration, state: other, threads: 1) }
  }

  /// Other coefficients in the middle of a training.
  @Test func whatIsBestIsScoredAgain() throws {
    let configuration = try configuration(
      "piece: {tonic: C}\nenvironment: {scoring_coefs: {entropy: 1, number_of_skips: 2}}\nagent: {search_moves: 100}")
    let training = Training(configuration: configuration, seed: 5, threads: 1, populations: 2)
    _ = training.trainPopulation()
    let old = try #require(training.state.best)
    training.replaceCoefficients(configuration.coefficients)
    #expect(training.state.best == old)
    training.replaceCoefficients(["entropy": 0, "climax_explicity": 3])
    let new = try #require(training.state.best)
    #expect(new.weights == old.weights && new.score != old.score)
    let piece = training.bestPiece()
    #expect(piece.score.entries.map(\.rule) == ["entropy", "number_of_skips", "climax_explicity"])
    #expect(piece.score.entries.map(\.coefficient) == [0, 2, 3])
    #expect(abs(piece.score.total - new.score) < 1e-9)
  }

  /// Shares are what the measures say of what is there after a note, less what they said before it.
  @Test func sharesAddUpToWhatTheMeasuresSay() throws {
    for (name, text) in [
      ("entropy", ""), ("climax_explicity", ""), ("number_of_skips", ""), ("looped_fragments", ""),
      ("narrow_ranges", ""), ("looped_fragments", ", rules: {names: [rhythmic_pattern_validity]}"),
    ] {
      let composer = try CounterpointComposer(
        try configuration("piece: {tonic: C\(text)}\nenvironment: {scoring_coefs: {\(name): 2}}"))
      var random: UInt64 = 12
      var differences: Set<Double> = []
      let line = LineBuffer()
      for _ in 0..<200 {
        line.count = 0
        _ = ck_counterpoint_complete(composer.table.table, &random, 1, line.line)
        var shares = [Float](repeating: 0, count: Int(CK_STEPS))
        ck_counterpoint_shares(composer.table.table, composer.scoring.scoring, line.line, &shares)
        let sum = shares[..<line.count].reduce(0) { $0 + Double($1) }
        differences.insert(((composer.scoring.score(line, on: composer.table) - sum) * 1e4).rounded() / 1e4)
      }
      switch name {
      // The same for all lines: what the two given notes are worth.
      case "entropy", "climax_explicity": #expect(differences.count == 1)
      // What the last note brings: a skip, windows and fragments that end with it.
      default: #expect(differences.count < 12 && differences.allSatisfy { abs($0) < 24 })
      }
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
    let training = Training(
      configuration: try configuration("piece: {parts: [above, below]}\nagent: {search_moves: 500}"), seed: 1,
      threads: 1, populations: 1)
    _ = training.trainPopulation()
    for piece in [training.composePiece(episode: 0), training.bestPiece()] {
      #expect(piece.parts.map(\.name) == ["Cantus firmus", "Counterpoint 1", "Counterpoint 2"])
      #expect(piece.parts.allSatisfy { !$0.notes.isEmpty })
    }
  }

  @Test func beamSearchGivesPieces() throws {
    let training = Training(
      configuration: try configuration("piece: {tonic: C}\nagent: {n_trials_factor: 0.02}"), seed: 4, threads: 1)
    var last: PopulationReport?
    while !training.isOver { last = training.trainPopulation() }
    #expect((1...5).contains(training.pieceLimit ?? 0) && training.weightTensors.isEmpty)
    let piece = training.composePiece(episode: 0)
    #expect(abs(piece.score.total - (last?.best ?? 0)) < 1e-9)
  }
}
