import Foundation
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

      // And as a chord without foreign tones, which there are where notes pass.
      let analysis = try SongStudy(piece, file: name).world.analysis(of: song)
      func foreign(_ step: Int) -> Double {
        let members = Set((analysis.harmony(at: step)?.members ?? []).map(home))
        return Double(rows.compactMap { $0[step] }.filter { !members.contains(home($0)) }.count)
      }
      atCadences += song.plan.phrases.map { foreign(Self.arrival($0, piece, song)) }
      passing += stride(from: 1, to: piece.stepCount, by: 2).map(foreign)
    }
    #expect(Self.mean(held) < 0.75 * Self.mean(moving), "\(name): \(Self.mean(held)) and \(Self.mean(moving)) onsets")
    #expect(Self.mean(rests) > 0.9, "\(name): the melody rests after \(Self.mean(rests)) of its phrases")
    #expect(
      3 * Self.mean(atCadences) < Self.mean(passing),
      "\(name): \(Self.mean(atCadences)) and \(Self.mean(passing)) foreign tones")

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

  /// Wherever a tuning is anchored, the parts stay in their ranges, at pitches that the tuning has.
  @Test(arguments: [
    ("equal: {divisions: 12}", 440.0), ("equal: {divisions: 12}", 8.0), ("equal: {divisions: 19}", 261.6),
    ("ratios: [9/8, 5/4, 4/3, 3/2, 5/3, 15/8, 2/1]", 3000.0), ("equal: {divisions: 13, period: 3/1}", 100.0),
  ])
  func anAnchoredTuningKeepsTheRegister(_ degrees: String, reference: Double) throws {
    func song(_ reference: String) throws -> Piece {
      let text = "environment: {kind: song}\ntuning: {\(degrees)\(reference)}\npiece: {bars: 8, tonic: G}"
      let configuration = try Configuration(text: text, file: "test")
      return Training(configuration: configuration, seed: 3, threads: 1).composePiece(episode: 0)
    }
    func hertz(_ piece: Piece) -> [Double] {
      piece.parts.flatMap(\.notes).map { piece.pitch(ofDegree: $0.degree).frequency }.sorted()
    }
    let (free, anchored) = (hertz(try song("")), hertz(try song(", reference_frequency: \(reference)")))
    // The same song, moved by less than a step of the tuning.
    let tuning = try song("").tuning
    let step = (1...tuning.degreeCount).map { tuning.cents(ofDegree: $0) - tuning.cents(ofDegree: $0 - 1) }.max() ?? 0
    #expect(free.count == anchored.count)
    let moved = zip(anchored, free).map { 1200 * log2($0 / $1) }
    #expect(moved.allSatisfy { abs($0 - moved[0]) < 1e-6 && abs($0) <= step / 2 + 1e-6 }, "\(moved[0])")
    let (lowest, highest) = (anchored[0], anchored[anchored.count - 1])
    #expect(lowest > 65 && highest < 1000, "\(lowest) to \(highest) Hz")
    for frequency in [lowest, highest] where !degrees.hasPrefix("ratios") {
      let cents = 1200 * log2(frequency / reference)
      #expect(abs(tuning.cents(ofDegree: tuning.degree(nearest: cents)) - cents) < 1e-6)
    }
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
