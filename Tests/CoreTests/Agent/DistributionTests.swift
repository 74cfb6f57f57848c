import Foundation
import Testing

@testable import Core

/// Whether training learns like the original. The whole comparison, 40 seeds to population 100, is a command:
/// `rlmusician bench --distribution Tests/Fixtures/golden/training_curves.json`.
@Suite struct DistributionTests {
  @Test func mannWhitney() {
    // U = 0 of 8 and 8: z = (32 - 0.5) / sqrt(8 * 8 * 17 / 12).
    let low = (1...8).map(Double.init)
    let high = (9...16).map(Double.init)
    #expect(abs(MannWhitney.probability(low, high) - 0.000_939) < 1e-6)
    #expect(MannWhitney.probability(high, low) == MannWhitney.probability(low, high))
    #expect(MannWhitney.probability([1, 1, 1], [1, 1]) == 1)
    // Ties: U = 1 of 3 and 3, three twos and two threes.
    #expect(abs(MannWhitney.probability([1, 2, 2], [2, 3, 3]) - 0.157_299) < 1e-6)
  }

  private struct Curves: Decodable {
    var populations: [Int]
    var perSeed: [String: [[Double]]]

    enum CodingKeys: String, CodingKey {
      case populations
      case perSeed = "per_seed"
    }
  }

  @Test func theEliteIsDistributedLikeTheOriginals() throws {
    let curves = try JSONDecoder().decode(
      Curves.self, from: Data(contentsOf: Fixture.folder.appending(path: "golden/training_curves.json")))
    let recorded = try #require(curves.perSeed["avg_score_over_current_top"])
    let configuration = try Configuration(text: "agent: {method: cross_entropy}", file: "test")
    let ours = (1...8).map { seed in
      let training = Training(configuration: configuration, seed: UInt64(seed), threads: 2)
      return (1...10).map { _ in training.trainPopulation().eliteMean }
    }
    for (index, population) in [1, 10].enumerated() {
      #expect(curves.populations[index] == population)
      let probability = MannWhitney.probability(ours.map { $0[population - 1] }, recorded.map { $0[index] })
      #expect(probability > 0.01, "population \(population)")
    }
  }
}
