import CDispatch
import Core
import Foundation

/// The figures of songs: what is heard after so many populations, and how long learning takes; what the shipped policies
/// compose, and how fast.
///
/// Times are CPU seconds of the process, one thread.
struct SongBench {
  /// Seeds that means are taken over.
  var seeds = 5
  /// Pieces of an agent that are looked at.
  var pieces = 6

  /// All tables.
  func sections() throws -> [BenchSection] { [try learning(), try shipped()] }

  private static let columns: [(title: String, key: String, digits: Int)] = [
    ("reward", "reward", 1), ("faults heard", "faults_heard", 2), ("faults composed", "faults_composed", 2),
    ("CPU s", "cpu_seconds", 2), ("pieces/s", "pieces_per_second", 0),
  ]

  /// The default style from nothing: the best piece of the last population, as it is heard, and pieces composed then.
  private func learning() throws -> BenchSection {
    let configuration = try Configuration(path: nil, style: Style.named("song"))
    let marks = [0, 1, 10, 100]
    var sums = marks.map { _ in [Double](repeating: 0, count: Self.columns.count) }
    for seed in 0..<seeds {
      let training = Training(
        configuration: configuration, seed: UInt64(3000 + seed), threads: 1, populations: marks[marks.count - 1])
      var seconds = 0.0
      for (row, mark) in marks.enumerated() {
        let start = Self.seconds
        while training.populationsDone < mark { _ = training.trainPopulation() }
        seconds += Self.seconds - start
        let composed = (0..<pieces).map { training.composePiece(episode: $0) }
        let values = [
          composed.reduce(0) { $0 + $1.score.total } / Double(pieces),
          Double(training.bestPiece().song?.faults ?? 0),
          composed.reduce(0) { $0 + Double($1.song?.faults ?? 0) } / Double(pieces), seconds,
          mark == 0 ? 0 : Double(mark * configuration.agent.episodesPerPopulation) / seconds,
        ]
        for (column, value) in values.enumerated() { sums[row][column] += value / Double(seeds) }
      }
    }
    return BenchSection(
      key: "songs_learning", title: "songs, the default style after so many populations, mean of \(seeds) seeds",
      columns: Self.columns,
      rows: marks.indices.map { BenchSection.Row(name: "\(marks[$0]) populations", values: sums[$0]) })
  }

  /// Pieces of the shipped policies.
  private func shipped() throws -> BenchSection {
    let rows = try ShippedPolicyMaker.styles.map { name in
      let configuration = try Configuration(path: nil, style: Style.named(name))
      let training = Training(configuration: configuration, seed: 4000, threads: 1, policy: configuration.shippedPolicy)
      _ = training.composePiece(episode: 0)
      let start = Self.seconds
      let count = 20
      let composed = (1...count).map { training.composePiece(episode: $0) }
      let seconds = Self.seconds - start
      return BenchSection.Row(
        name: name,
        values: [
          composed.reduce(0) { $0 + $1.score.total } / Double(count),
          composed.reduce(0) { $0 + Double($1.song?.faults ?? 0) } / Double(count), 1000 * seconds / Double(count),
        ])
    }
    return BenchSection(
      key: "songs_shipped", title: "the shipped policies, 20 pieces each",
      columns: [("reward", "reward", 1), ("faults", "faults", 2), ("ms a piece", "milliseconds_a_piece", 1)],
      rows: rows)
  }

  private static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
