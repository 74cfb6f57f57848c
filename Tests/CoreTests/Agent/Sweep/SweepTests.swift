import Foundation
import Testing

@testable import Core

@Suite struct SweepTests {
  static let text = """
    seeds: [3, 1]
    populations: [1, 2]
    pieces: 4
    keys:
      agent.method: [policy_gradient, cross_entropy]
      environment.n_semitones: [9, 10]
      agent.policy_gradient.n_episodes_per_population: [20]
      agent.population_size: [6]
      agent.elite_fraction: [0.5]
      environment.n_roll_steps: [5]
    """

  private func sweep(_ text: String = text) throws -> SweepConfiguration {
    try SweepConfiguration(text: text, file: "sweep.yml")
  }

  @Test func everyCombinationOfValues() throws {
    let sweep = try sweep()
    #expect(sweep.seeds == [3, 1])
    #expect(
      sweep.combinations.map {
        "\($0.configuration.agent.method) \($0.configuration.environment.rowCount) \($0.populations)"
      } == [
        "policyGradient 9 1", "policyGradient 9 2", "policyGradient 10 1", "policyGradient 10 2", "crossEntropy 9 1",
        "crossEntropy 9 2", "crossEntropy 10 1", "crossEntropy 10 2",
      ])
    #expect(sweep.combinations.allSatisfy { $0.configuration.environment.stepCount == 5 })
    #expect(sweep.combinations[1].values[1] == .init(key: "environment.n_semitones", text: "9"))
    let trainings = SweepTraining.all(sweep)
    #expect(trainings.count == 16)
    #expect(Set(trainings.map(\.fileName)).count == 16)
    #expect(trainings.map(\.seed).prefix(2) == [3, 1])
  }

  @Test func withoutAnythingItIsOneDefaultTraining() throws {
    let sweep = try sweep("")
    #expect(SweepTraining.all(sweep).count == 1)
    #expect(sweep.combinations[0].populations == 100)
    #expect(sweep.combinations[0].configuration.digest == (try Configuration(path: nil)).digest)
    #expect(try self.sweep("seeds: {first: 1001, count: 3}").seeds == [1001, 1002, 1003])
  }

  @Test(arguments: [
    ("seed: 1", "sweep.yml:1: seed: found the unknown key 'seed'"),
    ("seeds: []", "sweep.yml:1: seeds: found an empty list"),
    ("seeds: [1, 1]", "sweep.yml:1: seeds: found a list"),
    ("seeds: 4", "sweep.yml:1: seeds: found"),
    ("populations: 0", "sweep.yml:1: populations: found"),
    ("pieces: 1", "sweep.yml:1: pieces: found"),
    ("keys: {agent.method: cross_entropy}", "sweep.yml:1: keys.agent.method: found"),
    ("keys:\n  agent.method: [a]", "sweep.yml:2: agent.method: found 'a'"),
    ("keys:\n  agent.methode: [a]", "sweep.yml:2: agent.methode: found the unknown key 'methode'"),
    ("keys: {agent..method: [a]}", "sweep.yml:1: keys.agent..method: found this key"),
    ("seeds: {count: 1000000}\npopulations: [1, 2]", "keys: found 2000000 trainings"),
  ])
  func faults(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try sweep(text) }
    #expect(error.map { "\($0)" }?.contains(message) ?? false, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func resultsAreReadBack() throws {
    let sweep = try sweep()
    let trainings = SweepTraining.all(sweep)
    let result = try #require(trainings[0].run { false })
    #expect(try SweepResult(result.bytes, of: trainings[0], file: "r") == result)
    #expect(try SweepResult(result.bytes, of: trainings[1], file: "r") == nil)
    #expect(throws: DataError.self) { try SweepResult([1, 2], of: trainings[0], file: "r") }
    #expect(trainings[0].run { false } == result)
    #expect(trainings[0].run { true } == nil)
    #expect(result.curve.reports.count == 1)
    #expect((0...1).contains(result.distinct) && result.apart >= 0 && result.best >= result.reward)
  }

  @Test func theTable() throws {
    let sweep = try sweep()
    let trainings = SweepTraining.all(sweep)
    var results = trainings.map { $0.run { false } }
    // One training is missing, and one combination.
    results[1] = nil
    results[14] = nil
    results[15] = nil
    let table = SweepTable(sweep, trainings: trainings, results: results)
    let lines = table.tsv.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { $0.count == lines[0].count })
    #expect(Array(lines[1][..<8]) == ["policy_gradient", "9", "20", "6", "0.5", "5", "1", "1"])
    #expect(lines[2][7] == "2")
    let first = try #require(results[0])
    #expect(lines[1][8] == "\(first.reward)")
    let pair = [try #require(results[2]), try #require(results[3])]
    #expect(lines[2][8] == "\((pair[0].reward + pair[1].reward) / 2)")
    #expect(lines[2][10] == "\(min(pair[0].reward, pair[1].reward))")
    let picture = SweepCurvesSVG.text(table, title: "a < b")
    #expect(picture.contains("a &lt; b") && picture.components(separatedBy: "class=\"line c").count == 1 + 2 * 7)
    #expect(table.json.text.contains("\"trainings\": [{\"seed\": 3,"))
  }
}
