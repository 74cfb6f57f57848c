import CDispatch
import Core
import Foundation

/// The figures of counterpoint: how good lines are that are found in a given time, and how fast the environment plays.
///
/// Times are CPU seconds of the process, so that whatever else the machine does is not in them.
struct CounterpointBench {
  /// Seeds that a median is taken over.
  var seeds = 20

  private typealias Column = (title: String, key: String, digits: Int)

  /// All tables.
  func sections() throws -> [BenchSection] {
    [try speed(), try defaultMelody(), try run(), try otherMelodies(), try unseenMelodies()]
  }

  /// Uniform play over valid actions, dead ends included.
  private func speed() throws -> BenchSection {
    let composer = try Self.composer("")
    let episodes = 2_000_000
    let rows = (0..<3).map { seed in
      let start = Self.seconds
      let play = composer.playUniformly(seed: UInt64(seed), episodes: episodes)
      let seconds = Self.seconds - start
      return BenchSection.Row(
        name: "seed \(seed)",
        values: [
          Double(play.steps) / seconds / 1e6, 100 * Double(play.episodes - play.finished) / Double(play.episodes),
        ])
    }
    return BenchSection(
      key: "counterpoint_speed", title: "counterpoint, uniform play over valid actions, one thread",
      columns: [("million steps/s", "million_steps_per_second", 1), ("dead ends %", "dead_ends_percent", 2)],
      rows: rows)
  }

  private static let spread: [Column] = [
    ("median", "median", 4), ("lowest", "lowest", 4), ("highest", "highest", 4), ("CPU s", "cpu_seconds", 3),
    ("faults", "faults", 0),
  ]

  /// Search and the original's search on the default melody.
  private func defaultMelody() throws -> BenchSection {
    var rows: [BenchSection.Row] = []
    for moves in [0, 20_000, 150_000, 2_000_000] {
      rows.append(
        try spread("\(moves) splices") { composer, seed in
          let lines = composer.searched(seed: seed, moves: moves)
          return (composer.configuration.scores.evaluate(lines[0]).total, composer.faults(in: lines[0]).count)
        })
    }
    rows.append(
      try spread("beam search") { composer, seed in
        var search = composer.beamSearch(seed: seed)
        while !search.isOver { search.iterate() }
        return (search.best, search.results().reduce(0) { $0 + composer.faults(in: $1).count })
      })
    return BenchSection(
      key: "counterpoint_default", title: "counterpoint, default melody, \(seeds) seeds: total", columns: Self.spread,
      rows: rows)
  }

  private func spread(
    _ name: String, text: String = "", _ work: (CounterpointComposer, UInt64) -> (Double, Int)
  ) throws -> BenchSection.Row {
    let start = Self.seconds
    var totals: [Double] = []
    var faults = 0
    for seed in 0..<seeds {
      let (total, count) = work(try Self.composer(text), UInt64(1000 + seed))
      totals.append(total)
      faults += count
    }
    totals.sort()
    let median = (totals[(seeds - 1) / 2] + totals[seeds / 2]) / 2
    return .init(
      name: name,
      values: [median, totals[0], totals[seeds - 1], (Self.seconds - start) / Double(seeds), Double(faults)])
  }

  /// Three pieces of a run, each unlike the others.
  private func run() throws -> BenchSection {
    let composer = try Self.composer("")
    let moves = composer.configuration.agent.searchMoves
    var totals: [Double] = []
    var shared: [Double] = []
    let start = Self.seconds
    for seed in 0..<seeds {
      var pieces: [[CounterpointLine]] = []
      for piece in 0..<3 {
        let lines = composer.searched(seed: UInt64(5000 + 10 * seed + piece), moves: moves, unlike: pieces)
        totals.append(composer.configuration.scores.evaluate(lines[0]).total)
        shared += pieces.map { CounterpointComposer.sharedNotes(lines[0], $0[0]) }
        pieces.append(lines)
      }
    }
    let mean = totals.reduce(0, +) / Double(totals.count)
    return BenchSection(
      key: "counterpoint_run", title: "counterpoint, three pieces of a run, \(seeds) runs, \(moves) splices a piece",
      columns: [
        ("lowest total", "lowest", 4), ("mean total", "mean", 4), ("most shared notes %", "most_shared_percent", 1),
        ("CPU s a run", "cpu_seconds", 3),
      ],
      rows: [
        .init(
          name: "pieces",
          values: [
            totals.min() ?? 0, mean, 100 * (shared.max() ?? 0), (Self.seconds - start) / Double(seeds),
          ])
      ])
  }

  /// The melodies that the original's search was measured on, and the best that it ended with.
  static let measured: [(name: String, best: Double, yaml: String)] = [
    (
      "dorian in D natural_minor, above", 2.7009,
      "tonic: D, scale_type: natural_minor, cantus_firmus: [D4, F4, E4, D4, G4, F4, A4, G4, F4, E4, D4], "
        + "counterpoint_specifications: {start_note: A4, end_note: D5, lowest_note: D4, "
        + "highest_note: C6, start_pause_in_eighths: 4, max_skip_in_degrees: 7}"
    ),
    (
      "ionian in C major, above", 2.8293,
      "tonic: C, scale_type: major, cantus_firmus: [C4, E4, F4, G4, E4, A4, G4, E4, F4, E4, D4, C4], "
        + "counterpoint_specifications: {start_note: G4, end_note: C5, lowest_note: C4, "
        + "highest_note: B5, start_pause_in_eighths: 4, max_skip_in_degrees: 7}"
    ),
    (
      "aeolian in A natural_minor, above", 2.8166,
      "tonic: A, scale_type: natural_minor, cantus_firmus: [A3, C4, B3, D4, C4, E4, F4, E4, D4, C4, B3, A3], "
        + "counterpoint_specifications: {start_note: E4, end_note: A4, lowest_note: A3, "
        + "highest_note: G5, start_pause_in_eighths: 4, max_skip_in_degrees: 7}"
    ),
    (
      "mixolydian in G major, above", 2.0697,
      "tonic: G, scale_type: major, cantus_firmus: [G3, C4, B3, G3, C4, E4, D4, G3, C4, A3, B3, A3, G3], "
        + "counterpoint_specifications: {start_note: D4, end_note: G4, lowest_note: G3, "
        + "highest_note: \"F#5\", start_pause_in_eighths: 4, max_skip_in_degrees: 7}"
    ),
    (
      "dorian in D harmonic_minor, below", 2.8672,
      "tonic: D, scale_type: harmonic_minor, cantus_firmus: [D4, F4, E4, D4, G4, F4, A4, G4, F4, E4, D4], "
        + "counterpoint_specifications: {start_note: D3, end_note: D3, lowest_note: D3, "
        + "highest_note: F4, start_pause_in_eighths: 4, max_skip_in_degrees: 7}"
    ),
  ]

  private func otherMelodies() throws -> BenchSection {
    var rows: [BenchSection.Row] = []
    for melody in Self.measured {
      var row = try spread(melody.name, text: "piece: {\(melody.yaml)}") { composer, seed in
        let lines = composer.searched(seed: seed, moves: 1_000_000)
        return (composer.configuration.scores.evaluate(lines[0]).total, composer.faults(in: lines[0]).count)
      }
      row.values.append(melody.best)
      rows.append(row)
    }
    return BenchSection(
      key: "counterpoint_measured", title: "counterpoint, other measured melodies, 1000000 splices, \(seeds) seeds",
      columns: Self.spread + [("original's best", "original_best", 4)], rows: rows)
  }

  /// Melodies that the shipped policy was not trained on.
  private func unseenMelodies() throws -> BenchSection {
    let melodies = RandomMelodies(try Self.composer("").configuration, seed: 20_261_126, bars: 8...16)
    let composers = (0..<100).map { melodies.composer($0) }
    let rows = [0, 20_000, 450_000].map { moves in
      var totals: [Double] = []
      var times: [Double] = []
      var faults = 0
      for (seed, known) in composers.enumerated() {
        let start = Self.seconds
        // The melody's table is part of the work.
        guard let composer = try? CounterpointComposer(known.configuration) else { continue }
        let lines = composer.drawn(seed: UInt64(seed), moves: moves)
        times.append(Self.seconds - start)
        totals.append(composer.configuration.scores.evaluate(lines[0]).total)
        faults += composer.faults(in: lines[0]).count
      }
      times.sort()
      return BenchSection.Row(
        name: moves == 0 ? "one sample" : "and \(moves) splices",
        values: [
          totals.reduce(0, +) / Double(totals.count), totals.min() ?? 0, 1000 * times[times.count / 2],
          1000 * times[min(times.count - 1, times.count * 99 / 100)], Double(faults),
        ])
    }
    return BenchSection(
      key: "counterpoint_unseen", title: "counterpoint, 100 unseen melodies, the shipped policy",
      columns: [
        ("mean total", "mean", 3), ("lowest", "lowest", 3), ("median ms", "median_milliseconds", 1),
        ("99 % ms", "p99_milliseconds", 1), ("faults", "faults", 0),
      ],
      rows: rows)
  }

  private static func composer(_ text: String) throws -> CounterpointComposer {
    let configuration = try Configuration(
      text: text.isEmpty ? "environment: {kind: counterpoint}" : text, file: "bench")
    guard let counterpoint = configuration.counterpoint else {
      throw DataError(file: "bench", reason: "found no counterpoint; allowed: a piece")
    }
    return try CounterpointComposer(counterpoint)
  }

  /// CPU seconds of the process so far.
  private static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
