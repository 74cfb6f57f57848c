import Testing

@testable import Core

/// Trainings on several ranks, which here are threads; on processes see `scripts/test-mpi`.
@Suite struct CollectiveTrainingTests {
  struct Outcome: Sendable, Equatable {
    var reports: [PopulationReport]
    var state: TrainingState
    var piece: [String]
    var best: [String]

    init(_ text: String, threads: Int, ranks: any Collective = SingleProcess()) throws {
      let training = Training(
        configuration: try Configuration(text: text, file: "test"), seed: 9, threads: threads, populations: 3,
        ranks: ranks)
      reports = (0..<3).map { _ in training.trainPopulation() }
      state = training.state
      // A picture of whatever the environment composes.
      func drawn(_ piece: Piece) -> [String] { piece.parts.flatMap { $0.notes.map { "\($0)" } } }
      piece = drawn(training.composePiece(episode: 1))
      best = drawn(training.bestPiece())
    }
  }

  static let texts = [
    // Seven blocks in two updates that differ by an episode.
    "environment: {n_semitones: 13, n_roll_steps: 9}\nagent: {policy_gradient: {n_episodes_per_population: 195, n_episodes_per_update: 98}}",
    // Fewer blocks than ranks.
    "environment: {n_semitones: 13, n_roll_steps: 9}\nagent: {policy_gradient: {n_episodes_per_population: 40, n_episodes_per_update: 20}}",
    "environment: {n_semitones: 13, n_roll_steps: 9}\nagent: {method: cross_entropy, population_size: 23}",
    // An observation that only the environment's own runner plays.
    "environment: {n_semitones: 13, n_roll_steps: 9}\nagent: {method: cross_entropy, population_size: 5, elite_fraction: 0.4, observation: {previous_columns: 1}}",
    // Three blocks of lines; composing is by search, too.
    "environment: {kind: counterpoint}\nagent: {policy_gradient: {n_episodes_per_population: 40, n_episodes_per_update: 40}, search_moves: 500}",
    "environment: {kind: song}\nagent: {policy_gradient: {n_episodes_per_population: 36, n_episodes_per_update: 36}}",
  ]

  @Test(arguments: texts)
  func anyNumberOfRanksGivesTheSame(text: String) throws {
    let alone = try Outcome(text, threads: 2)
    for count in [2, 3, 5] {
      let outcomes = ThreadRanks.run(count) { ranks in
        Result { try Outcome(text, threads: ranks.rank + 1, ranks: ranks) }
      }
      for outcome in outcomes { #expect(try outcome.get() == alone) }
    }
  }

  /// A policy for any melody: a block has one melody of several.
  @Test func severalMelodies() throws {
    let configuration = try Configuration(
      text: """
        environment: {kind: counterpoint}
        agent: {policy_gradient: {n_episodes_per_population: 96, n_episodes_per_update: 96}}
        """, file: "test")
    let melodies = RandomMelodies(try #require(configuration.counterpoint), seed: 3, bars: 5...9)
    let configurations = (0..<3).map { melodies.composer($0).configuration }
    @Sendable func outcome(_ ranks: any Collective) -> [PopulationReport] {
      let training = Training(
        configuration: configuration, seed: 2, threads: 1, populations: 3,
        environment: CounterpointPolicyEnvironment(configurations, isOwn: false), ranks: ranks)
      return (0..<3).map { _ in training.trainPopulation() }
    }
    let alone = outcome(SingleProcess())
    #expect(Set(alone.map(\.populationMean)).count == 3)
    for outcome in ThreadRanks.run(3, { outcome($0) }) { #expect(outcome == alone) }
  }

  /// What a population costs on the wire: two sums a batch, one a population of candidates.
  @Test func callsAPopulation() throws {
    let calls = ThreadRanks.run(2) { ranks in
      _ = try? Outcome(Self.texts[0], threads: 1, ranks: ranks)
      return ranks.room.calls
    }
    #expect(calls == [3 * 2 * 2, 3 * 2 * 2])
    let candidates = ThreadRanks.run(2) { ranks in
      _ = try? Outcome(Self.texts[2], threads: 1, ranks: ranks)
      return ranks.room.calls
    }
    #expect(candidates == [3, 3])
  }

  @Test(arguments: [(10, 3, [0..<4, 4..<7, 7..<10]), (2, 3, [0..<1, 1..<2, 2..<2]), (0, 2, [0..<0, 0..<0])])
  func shares(count: Int, ranks: Int, expected: [Range<Int>]) {
    let room = ThreadRanks.Room(size: ranks)
    #expect((0..<ranks).map { ThreadRanks(room, rank: $0).share(of: count) } == expected)
  }
}
