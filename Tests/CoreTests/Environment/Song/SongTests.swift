import Testing

@testable import Core

/// Songs: what the hard rules promise, counted by other means than the kernels'.
@Suite struct SongTests {
  static func configuration(_ text: String = "") throws -> SongConfiguration {
    try SongConfiguration(
      .root(text: text, file: "test"), timbres: TimbreConfiguration.read(.root(text: "", file: "test")))
  }

  /// Pieces composed with weights of 0.
  static func pieces(
    _ configuration: SongConfiguration, count: Int, seed: UInt64 = 1, kernels: Kernels = .best, weights: [Float] = []
  ) -> [Piece] {
    let runner = SongEnvironment(configuration).makeRunner(kernels: kernels, capacity: 1)
    if !weights.isEmpty { weights.withUnsafeBufferPointer { runner.prepare($0) } }
    return (0..<count).map { index in
      runner.play(
        EpisodeKey(seed: seed, purpose: .composition, population: 0, candidate: 0, block: index), count: 1)
      return runner.piece(
        of: 0, provenance: Provenance(seed: seed, population: 0, episode: index, configurationDigest: ""))
    }
  }

  /// What sounds at every step, part by part.
  static func sounding(_ piece: Piece) -> [[Int?]] {
    piece.parts.map { part in
      var row = [Int?](repeating: nil, count: piece.stepCount)
      for note in part.notes { for step in note.onset..<note.end { row[step] = note.degree } }
      return row
    }
  }

  @Test func hardRulesHold() throws {
    var faultless = 0
    for piece in Self.pieces(try Self.configuration("piece: {bars: 8}"), count: 8) {
      let rows = Self.sounding(piece)
      guard piece.song?.faults == 0 else { continue }
      faultless += 1
      for step in 0..<piece.stepCount {
        let here = rows.map { $0[step] }
        for (above, below) in zip(here, here.dropFirst()) {
          if let above, let below { #expect(above > below, "crossing at \(step)") }
        }
        guard step > 0 else { continue }
        for a in rows.indices {
          for b in rows.indices where b > a {
            guard let a0 = rows[a][step - 1], let b0 = rows[b][step - 1], let a1 = rows[a][step],
              let b1 = rows[b][step], a0 != a1, b0 != b1
            else { continue }
            let (before, after) = ((a0 - b0) % 12, (a1 - b1) % 12)
            #expect(!(before == after && (before == 7 || before == 0)), "parallels at \(step)")
          }
        }
      }
    }
    #expect(faultless >= 4)  // with weights of 0
  }

  @Test func itEndsAtHomeAndItsThemeReturns() throws {
    var (equal, all) = (0, 0)
    for piece in Self.pieces(try Self.configuration("piece: {bars: 16}"), count: 6) {
      let song = try #require(piece.song)
      let last = Self.sounding(piece).compactMap { $0[piece.stepCount - 1] }.map {
        (($0 + piece.lowestNote.number - song.tonic) % 12 + 12) % 12
      }
      #expect(Set(last) == (song.isMinor == true ? [0, 3, 7] : [0, 4, 7]))
      let melody = Self.sounding(piece)[0]
      let steps = piece.stepsPerBar
      for (bar, row) in song.plan.bars.enumerated() where row.relation == .exact {
        let other = row.reference ?? bar
        all += steps
        equal += (0..<steps).filter { melody[bar * steps + $0] == melody[other * steps + $0] }.count
      }
    }
    #expect(2 * equal > all)
  }

  @Test(arguments: 2...6) func anyNumberOfPartsKeepsTheRules(parts: Int) throws {
    let configuration = try Configuration(
      text: "environment: {kind: song}\npiece: {bars: 8, n_parts: \(parts)}\n", file: "test")
    let training = Training(configuration: configuration, seed: 4, threads: 1)
    for _ in 0..<6 { _ = training.trainPopulation() }
    for episode in 0..<2 { #expect(training.composePiece(episode: episode).song?.faults == 0) }
  }

  @Test func modesHaveTheirOwnSignatures() throws {
    for (mode, fifths) in [
      ("major", 2), ("minor", -1), ("dorian", 0), ("phrygian", -2), ("lydian", 3), ("mixolydian", 1),
    ] {
      let piece = try #require(
        Self.pieces(try Self.configuration("piece: {bars: 8, tonic: D, scale: \(mode)}"), count: 1).first)
      #expect(piece.key?.fifths == fifths && piece.key?.mode.rawValue == mode)
    }
  }

  @Test func sameSeedSameBytesOnAnyKernels() throws {
    let configuration = try Self.configuration("piece: {bars: 16}")
    let pieces = Kernels.available.map { Self.pieces(configuration, count: 3, kernels: $0).map(\.parts) }
    for other in pieces { #expect(other == pieces[0]) }
    #expect(Self.pieces(configuration, count: 3, seed: 2).map(\.parts) != pieces[0])
  }

  @Test(arguments: ["4/4", "3/4", "6/8", "2/4"]) func meters(_ meter: String) throws {
    for piece in Self.pieces(try Self.configuration("piece: {meter: \(meter), bars: 16}"), count: 2) {
      #expect(piece.meter.description == meter)
      #expect(piece.bars.count == 16)
      #expect(piece.parts[0].notes.last?.end == piece.stepCount)
    }
  }

  @Test(arguments: 2...6) func numbersOfParts(_ count: Int) throws {
    for piece in Self.pieces(try Self.configuration("piece: {n_parts: \(count), bars: 8}"), count: 2) {
      #expect(piece.parts.count == count)
      #expect(piece.parts.allSatisfy { $0.notes.count >= 8 })
    }
  }

  @Test func everyLengthHasAPlan() throws {
    for bars in [8, 9, 13, 20, 31, 64, 128] {
      let configuration = try Self.configuration("piece: {bars: \(bars)}")
      for seed in 0..<6 {
        let plan = SongPlanner.plan(
          configuration.plan, world: configuration.worlds[0], random: RandomSource(key: UInt64(seed)))
        #expect(plan.bars.count == bars)
        #expect(plan.phrases.reduce(0) { $0 + $1.count } == bars)
        #expect(plan.phrases.allSatisfy { $0.count >= 1 })
        #expect(plan.bars.indices.allSatisfy { (plan.bars[$0].reference ?? -1) < $0 })
        #expect(plan.chords.allSatisfy { $0 != 0 })
        #expect([.authentic, .plagal].contains(plan.phrases[plan.phrases.count - 1].cadence))
      }
    }
  }

  @Test(arguments: ShippedTuning.all.map(\.name)) func everyShippedTuning(_ name: String) throws {
    for piece in Self.pieces(try Self.configuration("{tuning: \(name), piece: {bars: 16}}"), count: 2) {
      let song = try #require(piece.song)
      let rows = Self.sounding(piece)
      #expect(song.plan.phrases.count >= 2)
      #expect(song.roots[song.roots.count - 1] % piece.tuning.degreeCount == 0)  // home
      // The melody sings most of the time, on many degrees, and comes back to its theme.
      #expect(rows[0].compactMap { $0 }.count > piece.stepCount / 2)
      #expect(song.plan.bars.contains { $0.relation == .exact || $0.relation == .varied })
      #expect(Set(rows[0].compactMap { $0 }).count >= 5)
    }
  }

  @Test func aReplayScoresWhatWasComposed() throws {
    let environment = SongEnvironment(try Self.configuration("piece: {bars: 16}"))
    let runner = environment.makeRunner(kernels: .best, capacity: 1)
    for block in 0..<4 {
      runner.play(EpisodeKey(seed: 5, purpose: .composition, population: 0, candidate: 0, block: block), count: 1)
      let piece = runner.piece(
        of: 0, provenance: Provenance(seed: 5, population: 0, episode: block, configurationDigest: ""))
      #expect(abs(piece.score.total - runner.reward(of: 0)) < 0.01)
    }
  }

  @Test func itLearns() throws {
    let text = """
      agent: {method: policy_gradient, policy_gradient: {n_episodes_per_population: 160, n_episodes_per_update: 8,
        discount: 0.97, temperature: 0.34, final_temperature: 0.023, annealing_populations: 6}}
      """
    let environment = SongEnvironment(try Self.configuration("piece: {bars: 8}"))
    var ends: [[Double]] = []
    for threads in [1, 2] {
      let training = Training(
        configuration: try Configuration(text: text, file: "test"), seed: 1, threads: threads, environment: environment)
      var rewards: [Double] = []
      for _ in 0..<6 { rewards.append(training.trainPopulation().populationMean) }
      #expect(rewards[5] > rewards[0] + 10)
      ends.append(training.state.mean)
    }
    #expect(ends[0] == ends[1])
  }

  static let learning = """
    environment: {kind: song}
    piece: {bars: 16}
    agent: {policy_gradient: {n_episodes_per_population: 24, annealing_populations: 4}}
    """

  /// What is heard while it learns has no faults, though the episodes that it learns from have.
  @Test func whatIsHeardWhileItLearnsHasNoFaults() throws {
    for seed in 1...3 {
      let training = Training(
        configuration: try Configuration(text: Self.learning, file: "test"), seed: UInt64(seed), threads: 1)
      for _ in 0..<2 {
        #expect(training.bestPiece().song?.faults == 0)
        _ = training.trainPopulation()
      }
      #expect(training.bestPiece().song?.faults == 0)
    }
  }

  @Test func aTrainingThatGoesOnEndsAtTheSameBytes() throws {
    let configuration = try Configuration(text: Self.learning, file: "test")
    let whole = Training(configuration: configuration, seed: 5, threads: 1)
    for _ in 0..<3 { _ = whole.trainPopulation() }
    let first = Training(configuration: configuration, seed: 5, threads: 2)
    _ = first.trainPopulation()
    let second = try Training(configuration: configuration, state: first.state, threads: 2)
    for _ in 0..<2 { _ = second.trainPopulation() }
    #expect(second.state == whole.state)
    let (piece, other) = (whole.composePiece(episode: 1), second.composePiece(episode: 1))
    #expect(PieceJSON.text(piece, programVersion: "1") == PieceJSON.text(other, programVersion: "1"))
    #expect(MIDIFile(piece).bytes == MIDIFile(other).bytes)
  }

  @Test func badInput() {
    for (text, part) in [
      ("piece: {bars: 7}", "piece.bars"), ("piece: {meter: 5/4}", "piece.meter"), ("piece: {tonic: H}", "piece.tonic"),
      ("piece: {plan: {form: X}}", "piece.plan.form"), ("piece: {plan: {phrases: [4, 4]}}", "piece.plan.phrases"),
      ("piece: {plan: {cadences: [perfect]}}", "piece.plan.cadences"), ("piece: {parts: [{}]}", "piece.parts"),
      ("piece: {parts: [{lowest_note: C4, highest_note: D4}, {}]}", "highest_note"),
      ("piece: {bars: 8, plan: {tension: [0, 1]}}", "piece.plan.tension: found 2 bars; allowed: 8, one number a bar"),
      (
        "piece: {bars: 8, plan: {phrases: [4, 4], cadences: [half]}}",
        "piece.plan.cadences: found 1 cadences; allowed: 2, one a phrase"
      ),
      (
        "piece: {bars: 8, plan: {cadences: [half, half, half, half, half]}}",
        "piece.plan.cadences: found 5 cadences; allowed: at most 4, one a phrase"
      ),
      (
        "piece: {tonic: C, parts: [{lowest_note: C5, highest_note: G7}, {lowest_note: C1, highest_note: G3}]}",
        "piece.parts: found Melody from C5 to G7; allowed: ranges of five degrees of the scale and more, of the 32 from "
          + "the tonic below the lowest part up: here from C1 to F5"
      ),
      (
        "tuning: {equal: {divisions: 300}}",
        "tuning: found 300 degrees in 1200.0 cents; allowed: for songs, at most 255"
      ),
    ] {
      let error = #expect(throws: ConfigurationError.self) { _ = try Self.configuration(text) }
      #expect(error.map { "\($0)".contains(part) } == true, "\(text): \(String(describing: error))")
    }
  }

  /// What of a range cannot be reached is said.
  @Test func rangesThatAreCutAreSaid() throws {
    let parts = "piece: {tonic: C, parts: [{lowest_note: C4, highest_note: G7}, {lowest_note: C1, highest_note: G3}]}"
    let warnings = try Self.configuration(parts).warnings
    #expect(warnings.map { $0.contains("piece.parts: Melody goes up to F5 only, not to G7") } == [true], "\(warnings)")
    for style in Style.all {
      #expect(try Configuration(text: "", file: "test", style: style).warnings.isEmpty, "\(style.name)")
    }
  }

  @Test func songsArePlayed() throws {
    let piece = try #require(Self.pieces(try Self.configuration("piece: {bars: 16}"), count: 1).first)
    #expect(Set(piece.notes.map(\.velocity)).count > 8)
    let tempo = piece.performedTempo
    #expect(tempo.stepSeconds(at: piece.stepCount - 1) > 1.3 * tempo.stepSeconds(at: piece.stepCount / 3))
    let typed = try #require(
      Self.pieces(try Self.configuration("piece: {bars: 16}\nperformance: {style: none}"), count: 1).first)
    #expect(typed.interpretation == nil && typed.parts == piece.parts)
  }
}
