import Foundation
import FoundationXML
import Testing

@testable import Core

@Suite struct TrainingCurveSVGTests {
  private static func reports(_ count: Int, score: (Int) -> Double) -> [PopulationReport] {
    (1...count).map {
      PopulationReport(
        population: $0, eliteMean: score($0), best: score($0) + 10, populationMean: score($0) - 100, environmentSteps: 1
      )
    }
  }

  private static func lines(_ text: String) throws -> [[String]] {
    let document = try SVGDocument(text)
    return ["best", "elite", "mean"].map { style in
      (document.paths(style).first ?? "").dropFirst().split(separator: "L").map(String.init)
    }
  }

  @Test func threeLinesOverRoundTicks() throws {
    let text = TrainingCurveSVG.text(Self.reports(100) { 300 - 200 / Double($0) }, title: "Seed <42>")
    #expect(try Self.lines(text).map(\.count) == [100, 100, 100])
    let texts = try SVGDocument(text).texts
    #expect(texts.contains("Seed <42>"))
    for label in ["0", "100", "200", "20", "40", "best so far", "mean of the elite", "population", "score"] {
      #expect(texts.contains(label), "\(label)")
    }
  }

  @Test func aLongTrainingIsThinnedOutButKeepsItsEnd() throws {
    let text = TrainingCurveSVG.text(Self.reports(100_000) { Double($0) }, title: "")
    let lines = try Self.lines(text)
    #expect(lines.allSatisfy { (500...PopulationAxes.maximumPointCount).contains($0.count) })
    #expect(lines[0].last?.hasPrefix("700 ") == true)
    #expect(text.utf8.count < 60_000)
  }

  @Test(
    arguments: [[], [5], [5, 5], [0, 0], [-1e308, 1e308], [1e-300, 2e-300], [.nan], [1, .infinity, 3]] as [[Double]])
  func oddScoresAreAPictureToo(scores: [Double]) throws {
    let reports = scores.enumerated().map {
      PopulationReport(
        population: $0 + 1, eliteMean: $1, best: $1, populationMean: $1, environmentSteps: 1)
    }
    let text = TrainingCurveSVG.text(reports, title: "odd")
    #expect(try SVGDocument(text).texts.contains("odd"))
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test(
    arguments: [(0, 1), (312, 345.6), (-7, 1234), (0.0001, 0.0002), (5, 5), (-1e300, 1e300), (1e15, 1e15 + 1)]
      as [(Double, Double)])
  func ticksAreRoundAndFew(low: Double, high: Double) {
    let axis = RoundTicks(from: low, to: high, isRounded: true)
    #expect((2...8).contains(axis.ticks.count))
    #expect(axis.range.contains(low) && axis.range.contains(high))
    #expect((0...1).contains(axis.share(low)) && (0...1).contains(axis.share(high)))
  }
}
