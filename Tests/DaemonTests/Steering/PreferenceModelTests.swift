import Core
import Foundation
import Testing

@testable import Daemon

/// A listener with hidden preferences, and what the model makes of his ratings.
@Suite struct PreferenceModelTests {
  private let rules = ["lines", "consonances", "conjunct_motion", "absence_of_outer_notes"]

  /// A piece of a short training whose weights are given, as the daemon would compose it.
  private func piece(weights: [String: Double], seed: UInt64, number: Int) throws -> PieceRecord {
    var configuration = try testConfiguration(
      coefficients: "lines: 1, consonances: 1, conjunct_motion: 1, absence_of_outer_notes: 1")
    configuration.environment.rules = configuration.environment.rules.weighted(by: weights)
    let training = Training(configuration: configuration, seed: seed, threads: 1)
    for _ in 0..<12 { _ = training.trainPopulation() }
    let roll = training.composePiece(episode: 0)
    var judged = roll
    judged.score = try testConfiguration(
      coefficients: "lines: 1, consonances: 1, conjunct_motion: 1, absence_of_outer_notes: 1"
    ).environment.rules.evaluate(roll.roll)
    return PieceRecord(judged, id: Int64(number), time: Date(), session: nil, bytes: 0, folder: "")
  }

  /// What the listener likes and does not say: notes in the scale and small steps; consonances leave him cold.
  private func pleasure(_ piece: PieceRecord) -> Double {
    func raw(_ rule: String) -> Double { piece.scores.first { $0.rule == rule }?.raw ?? 0 }
    return 2 * raw("absence_of_outer_notes") + raw("conjunct_motion")
  }

  /// After 30 ratings, new pieces please the listener more often than pieces of the unmoved weights do.
  @Test func thirtyRatingsMoveTheMusicTowardsTheListener() throws {
    let plain = Dictionary(uniqueKeysWithValues: rules.map { ($0, 1.0) })
    var rated = try (0..<30).map { try piece(weights: plain, seed: UInt64($0), number: $0) }
    let middle = rated.map(pleasure).sorted()[15]
    for index in rated.indices { rated[index].rating = pleasure(rated[index]) > middle ? 1 : -1 }
    let model = try #require(PreferenceModel(rated, rules: rules))
    let moved = model.weights(coefficients: plain, factors: 0.25...4)

    let count = 60
    let before = try (0..<count).filter {
      pleasure(try piece(weights: plain, seed: UInt64(1000 + $0), number: 0)) > middle
    }.count
    let after = try (0..<count).filter {
      pleasure(try piece(weights: moved, seed: UInt64(2000 + $0), number: 0)) > middle
    }.count
    // Two proportions, pooled: z > 2.33 is significant at one percent, one-sided.
    let (p, q) = (Double(before) / Double(count), Double(after) / Double(count))
    let pooled = (p + q) / 2
    let z = (q - p) / (2 * pooled * (1 - pooled) / Double(count)).squareRoot()
    print("steering: \(before) of \(count) new pieces please before, \(after) after 30 ratings, z = \(z), \(moved)")
    #expect(z > 2.33)
  }

  @Test func boundsSignsAndSilenceAreKept() throws {
    #expect(PreferenceModel([], rules: rules) == nil)
    var pieces = try (0..<4).map { try piece(weights: [:], seed: UInt64($0), number: $0) }
    for index in pieces.indices { pieces[index].rating = 1 }
    // Only ups say nothing about what is better.
    #expect(PreferenceModel(pieces, rules: rules) == nil)
    for index in pieces.indices {
      pieces[index].rating = index % 2 == 0 ? 1 : -1
      pieces[index].scores = [.init(rule: "lines", raw: index % 2 == 0 ? 1 : 0, coefficient: -3)]
    }
    let model = try #require(PreferenceModel(pieces, rules: ["lines", "consonances"]))
    #expect((model.preferences["lines"] ?? 0) > 0.5)
    #expect(model.preferences["consonances"] == 0)
    let weights = model.weights(coefficients: ["lines": -3, "consonances": 2], factors: 0.9...1.1)
    // What he likes more of is punished less, as far as he allows.
    #expect(weights == ["lines": -3 * 0.9, "consonances": 2] || abs((weights["lines"] ?? 0) + 2.7) < 1e-12)
  }
}
