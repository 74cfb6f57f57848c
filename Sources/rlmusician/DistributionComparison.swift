import Core
import Foundation

/// Whether the default training learns like the original: the elite's average over many seeds against recorded ones.
struct DistributionComparison {
  /// One population's two samples.
  struct Line {
    var population: Int
    var ours: [Double]
    var recorded: [Double]

    var probability: Double { MannWhitney.probability(ours, recorded) }
    var medians: (ours: Double, recorded: Double) { (Self.median(ours), Self.median(recorded)) }
    /// Our median relative to the recorded one, minus 1.
    var difference: Double { medians.ours / medians.recorded - 1 }
    /// Medians of early populations are near 0, where a share says little.
    var holds: Bool { probability > 0.01 && (population < 25 || abs(difference) <= 0.05) }

    private static func median(_ sample: [Double]) -> Double {
      let sorted = sample.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  private struct Curves: Decodable {
    var populations: [Int]
    var perSeed: [String: [[Double]]]

    enum CodingKeys: String, CodingKey {
      case populations
      case perSeed = "per_seed"
    }
  }

  let lines: [Line]

  /// Trains with seeds 1...seedCount.
  ///
  /// - Throws: `FileError` or `DataError` about the file.
  init(file: String, seedCount: Int) throws {
    let curves = try Self.read(file)
    let recorded = curves.perSeed["avg_score_over_current_top"] ?? []
    let configuration = try Configuration(text: "agent: {method: cross_entropy}", file: "bench")
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let ours = (1...seedCount).map { seed in
      let training = Training(configuration: configuration, seed: UInt64(seed), threads: threads)
      let means = (0..<(curves.populations.max() ?? 0)).map { _ in training.trainPopulation().eliteMean }
      return curves.populations.map { means[$0 - 1] }
    }
    lines = curves.populations.indices.map { index in
      Line(population: curves.populations[index], ours: ours.map { $0[index] }, recorded: recorded.map { $0[index] })
    }
  }

  private static func read(_ file: String) throws -> Curves {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw FileError(.noInput, path: file, errno: ENOENT)
    }
    guard let curves = try? JSONDecoder().decode(Curves.self, from: data),
      let samples = curves.perSeed["avg_score_over_current_top"], !samples.isEmpty, !curves.populations.isEmpty,
      curves.populations.allSatisfy({ 1...10_000 ~= $0 }),
      samples.allSatisfy({ $0.count == curves.populations.count })
    else {
      throw DataError(
        file: file, reason: "allowed: JSON with populations and per_seed.avg_score_over_current_top, a list a seed")
    }
    return curves
  }

  var holds: Bool { lines.allSatisfy(\.holds) }

  var table: String {
    var text = "population   median   recorded   difference   Mann-Whitney p\n"
    for line in lines {
      text += String(
        format: "%10d %8.1f %10.1f %11.1f%% %16.3f%@\n", line.population, line.medians.ours, line.medians.recorded,
        100 * line.difference, line.probability, line.holds ? "" : "   differs")
    }
    return text
  }

  var json: OrderedJSON {
    .array(
      lines.map { line in
        .object([
          .init("population", .integer(line.population)), .init("median", .number(line.medians.ours)),
          .init("recorded_median", .number(line.medians.recorded)), .init("difference", .number(line.difference)),
          .init("p", .number(line.probability)), .init("holds", .boolean(line.holds)),
        ])
      })
  }
}
