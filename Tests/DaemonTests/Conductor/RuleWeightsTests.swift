import Core
import Foundation
import Testing

@testable import Daemon

/// The rules' weights by themselves.
@Suite struct RuleWeightsTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func weights(_ daemon: String = "", coefficients: String = "lines: 1, consonances: 2") throws -> RuleWeights {
    RuleWeights(folder: folder.path, try testConfiguration(daemon, coefficients: coefficients))
  }

  @Test func newsAreTakenOnce() throws {
    var weights = try weights()
    #expect(weights.takeNews() == nil)
    try weights.set(["lines": 3])
    let news = weights.takeNews()
    #expect(news?["lines"] == 3 && news?["consonances"] == 2)
    #expect(weights.takeNews() == nil)
    weights.reset()
    #expect(weights.takeNews()?["lines"] == 1)
  }

  @Test func whatIsRefusedChangesNothing() throws {
    var weights = try weights()
    #expect(throws: RuleWeightError.outOfBounds("lines", found: 5, allowed: 0...4)) {
      try weights.set(["consonances": 1, "lines": 5])
    }
    #expect(throws: RuleWeightError.self) { try weights.set(["nothing": 1]) }
    #expect(weights.entries.prefix(2).map(\.weight) == [1, 2])
    #expect(weights.takeNews() == nil)
  }

  @Test func whatWasSavedIsThereInTheNextLife() throws {
    var weights = try weights()
    try weights.set(["lines": 0.5])
    try weights.save()
    #expect(try self.weights().entries.first?.weight == 0.5)
    // Beyond another configuration's bounds it is the nearest that they allow.
    #expect(try self.weights(coefficients: "lines: 0.1").entries.first?.weight == 0.4)
    try Data("[1]".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/weights.json"))
    #expect(try self.weights().entries.first?.weight == 1)
  }

  @Test func ratingsMoveWhatHasASay() throws {
    var weights = try weights()
    func piece(_ lines: Double, rating: Int) -> PieceRecord {
      PieceRecord(
        id: Int64(lines * 100), time: Date(), score: 0,
        scores: [.init(rule: "lines", raw: lines, coefficient: 1), .init(rule: "consonances", raw: 1, coefficient: 2)],
        tuning: "", seconds: 1, rating: rating, isKept: false, bytes: 0, folder: "")
    }
    #expect(weights.follow([piece(1, rating: 1)]) == nil)
    #expect(weights.takeNews() == nil)
    #expect(weights.follow([piece(1, rating: 1), piece(0, rating: -1)]) == 2)
    let moved = weights.entries
    #expect(moved[0].weight > 1 && moved[1].weight == 2)
    #expect(moved.dropFirst(2).allSatisfy { $0.weight == 0 })
  }
}
