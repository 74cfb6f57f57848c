import Testing

@testable import Core

/// Songs in every tuning that is inside: phrases, cadences and a theme, in what sounds.
@Suite struct SongTuningTests {
  /// Songs after a short training; of the style that is made for the tuning, where there is one.
  private static func songs(_ tuning: String) throws -> [Piece] {
    let text = """
      environment: {kind: song}
      tuning: \(tuning)
      piece: {bars: 16}
      agent: {policy_gradient: {n_episodes_per_population: 160, annealing_populations: 16}}
      """
    let configuration = try Configuration(
      text: text, file: "test", style: Style.all.first { $0.name == tuning } ?? Style.named("song"))
    let training = Training(configuration: configuration, seed: 4, threads: 2)
    for _ in 0..<16 { _ = training.trainPopulation() }
    return (0..<6).map { training.composePiece(episode: $0) }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

  /// The step of a phrase at which its cadence arrives.
  private static func arrival(_ phrase: SongPlan.Phrase, _ piece: Piece, _ song: SongRecord) -> Int {
    (phrase.first + phrase.count - 1) * piece.stepsPerBar + song.spanStarts[phrase.arrival]
  }

  @Test(arguments: ShippedTuning.all.map(\.name)) func phrasesCadencesAndATheme(_ name: String) throws {
    let pieces = try Self.songs(name)
    var (atCadences, passing): ([Double], [Double]) = ([], [])
    var (held, moving, rests): ([Double], [Double], [Double]) = ([], [], [])
    for piece in pieces {
      let song = try #require(piece.song)
      let rows = SongTests.sounding(piece)
      let onsets = Set(piece.parts[0].notes.map(\.onset))
      let count = piece.tuning.degreeCount
      func home(_ degree: Int) -> Int { ((degree % count) + count) % count }
      #expect(song.faults == 0)

      // Phrases: at its end the melody comes to rest, for whatever the next one's pickup leaves of the bar.
      #expect((2...8).contains(song.plan.phrases.count))
      for phrase in song.plan.phrases {
        let step = Self.arrival(phrase, piece, song)
        let end = (phrase.first + phrase.count) * piece.stepsPerBar - phrase.lead
        rests.append((step + 1..<end).allSatisfy { !onsets.contains($0) } ? 1 : 0)
        held.append(Double((step..<step + 4).filter(onsets.contains).count))
      }
      moving += stride(from: 0, to: piece.stepCount - 4, by: 4).map { first in
        Double((first..<first + 4).filter(onsets.contains).count)
      }

      // Cadences: what is planned sounds, over its root in the bass, and the last one is home, which another chord led to.
      for phrase in song.plan.phrases where [.authentic, .plagal].contains(phrase.cadence) {
        let step = Self.arrival(phrase, piece, song)
        let span = 2 * (phrase.first + phrase.count - 1) + phrase.arrival
        let bass = try #require(rows[rows.count - 1][step])
        #expect(home(bass) == home(song.roots[span]), "\(name): bass at step \(step)")
        #expect(song.roots[span] != song.roots[span - 1], "\(name): nothing leads to step \(step)")
      }
      let last = rows.compactMap { $0[piece.stepCount - 1] }
      #expect(home(last.min() ?? -1) == home(song.roots[song.roots.count - 1]))
      #expect(last.count == rows.count)

      // And as a chord without foreign tones: fewer different ones than where notes pass.
      func tones(_ step: Int) -> Double { Double(Set(rows.compactMap { $0[step] }.map(home)).count) }
      atCadences += song.plan.phrases.map { tones(Self.arrival($0, piece, song)) }
      passing += stride(from: 1, to: piece.stepCount, by: 2).map(tones)
    }
    #expect(Self.mean(held) < 0.75 * Self.mean(moving), "\(name): \(Self.mean(held)) and \(Self.mean(moving)) onsets")
    #expect(Self.mean(rests) > 0.9, "\(name): the melody rests after \(Self.mean(rests)) of its phrases")
    #expect(atCadences.allSatisfy { $0 <= 4 } && Self.mean(atCadences) < Self.mean(passing), "\(name)")

    // A theme: bars are more like earlier ones of their own piece than like another's.
    let bars = pieces.map(Self.melodyBars)
    var (own, other): ([Double], [Double]) = ([], [])
    for (mine, theirs) in zip(bars, bars.dropFirst() + bars.prefix(1)) {
      for bar in 1..<mine.count where !mine[bar].isEmpty {
        own.append(mine[..<bar].map { Self.likeness(mine[bar], $0) }.max() ?? 0)
        other.append(theirs[..<bar].map { Self.likeness(mine[bar], $0) }.max() ?? 0)
      }
    }
    #expect(Self.mean(own) > Self.mean(other) + 0.03, "\(name): own \(Self.mean(own)), other \(Self.mean(other))")
  }

  /// The melody bar by bar: lanes by step within the bar.
  private static func melodyBars(_ piece: Piece) -> [[Int: Int]] {
    let lanes = piece.song?.lanes.first ?? []
    var bars = [[Int: Int]](repeating: [:], count: piece.stepCount / piece.stepsPerBar)
    for note in piece.parts[0].notes where lanes.indices.contains(note.onset) {
      bars[note.onset / piece.stepsPerBar][note.onset % piece.stepsPerBar] = lanes[note.onset]
    }
    return bars
  }

  /// Half the share of common onsets, half the share of equal intervals between them.
  private static func likeness(_ bar: [Int: Int], _ other: [Int: Int]) -> Double {
    let common = bar.keys.filter { other[$0] != nil }.sorted()
    let moves = zip(common, common.dropFirst()).map {
      (bar[$1, default: 0] - bar[$0, default: 0], other[$1, default: 0] - other[$0, default: 0])
    }
    let rhythm = Double(common.count) / Double(max(1, Set(bar.keys).union(other.keys).count))
    return rhythm / 2 + (moves.isEmpty ? 0 : Double(moves.filter { $0 == $1 }.count) / Double(moves.count) / 2)
  }
}
