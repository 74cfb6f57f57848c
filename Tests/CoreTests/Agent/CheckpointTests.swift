import Testing

@testable import Core

@Suite struct CheckpointTests {
  private static func report(_ population: Int) -> PopulationReport {
    PopulationReport(
      population: population, eliteMean: 0.1 * Double(population), best: 1 / 3, populationMean: -2,
      environmentSteps: 7 * population)
  }

  private static func checkpoint(populations: Int) -> Checkpoint {
    Checkpoint(
      state: TrainingState(
        seed: .max, population: populations, mean: [0.1, -0.2, 1e-300],
        best: populations == 0
          ? nil : BestCandidate(score: 0.1 + 0.2, weights: [1, 2, -0.1], population: 0, candidate: 4, episode: 1)),
      curve: TrainingCurve((0..<populations).map { report($0 + 1) }), configurationDigest: "abc")
  }

  @Test(arguments: [0, 1, 5])
  func readsBackToTheLastBit(populations: Int) throws {
    let written = Self.checkpoint(populations: populations)
    #expect(try Checkpoint(Safetensors(written.bytes, file: "f"), file: "f") == written)
  }

  @Test func everyTruncationIsRefused() {
    let bytes = Self.checkpoint(populations: 3).bytes
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: DataError.self) {
        try Checkpoint(Safetensors(Array(bytes[..<count]), file: "f"), file: "f")
      }
    }
  }

  @Test func aCurveStaysBoundedAndEndsAtTheLastPopulation() {
    let count = 3 * TrainingCurve.limit + 17
    let curve = TrainingCurve((1...count).map(Self.report))
    #expect(curve.reports.count <= TrainingCurve.limit + 1)
    #expect(curve.reports.first?.population == 1 && curve.reports.last?.population == count)
    // Read back at any moment and continued, it is the same.
    var continued = TrainingCurve(TrainingCurve((1...2 * TrainingCurve.limit).map(Self.report)).reports)
    for population in (2 * TrainingCurve.limit + 1)...count { continued.append(Self.report(population)) }
    #expect(continued.reports == curve.reports)
  }
}
