import Testing

@testable import Core

/// What plans have, and that it is heard.
@Suite struct SongPlanTests {
  @Test func plansHaveAllThereIs() throws {
    let configuration = try SongTests.configuration()
    var relations = Set<SongPlan.Relation>()
    var cadences = Set<SongPlan.Cadence>()
    var (keys, leads, lengths, forms) = (Set<Int>(), Set<Int>(), Set<Int>(), Set<[String]>())
    for seed in 0..<120 {
      let plan = SongPlanner.plan(
        configuration.plan, world: configuration.worlds[0], random: RandomSource(key: UInt64(seed)))
      relations.formUnion(plan.bars.map(\.relation))
      cadences.formUnion(plan.phrases.map(\.cadence))
      keys.formUnion(plan.phrases.map(\.key))
      leads.formUnion(plan.phrases.map(\.lead))
      lengths.formUnion(plan.phrases.map(\.count))
      forms.insert(plan.sections.map(\.name))
      #expect(plan.phrases.first?.key == 0 && plan.phrases.last?.key == 0)
    }
    #expect(relations == Set(SongPlan.Relation.allCases))
    #expect(cadences == [.half, .authentic, .deceptive, .plagal, .imperfect])
    #expect(keys.count == configuration.worlds[0].keys.count)
    #expect(leads == [0, 1, 2, 3] && lengths.count >= 5 && forms.count >= 6)
  }

  @Test func cadencesAreHeard() throws {
    let text = """
      piece: {bars: 16, scale: major, plan: {form: A, phrases: [4, 4, 4, 4], modulation: false,
        close: authentic, cadences: [deceptive, plagal, half, authentic]}}
      """
    for piece in SongTests.pieces(try SongTests.configuration(text), count: 3) {
      let song = try #require(piece.song)
      let ends = song.plan.phrases.map { 2 * ($0.first + $0.count - 1) + $0.arrival }
      #expect(ends.map { song.chordNames[$0] } == ["vi", "I", "V", "I"])
      #expect(song.chordNames[ends[0] - 1].hasPrefix("V"))
      #expect(["IV", "ii65", "ii6", "IV7"].contains(song.chordNames[ends[1] - 1]))
      #expect(song.chordNames[ends[3] - 1].hasPrefix("V"))
    }
  }

  @Test func minorHasItsRaisedDegrees() throws {
    var leading = 0
    for piece in SongTests.pieces(
      try SongTests.configuration("piece: {bars: 16, scale: minor, plan: {modulation: false}}"), count: 4)
    {
      let song = try #require(piece.song)
      let rows = SongTests.sounding(piece)
      for (span, name) in song.chordNames.enumerated() where ["V", "V6", "V7", "V65"].contains(name) {
        let step = span / 2 * piece.stepsPerBar + song.spanStarts[span % 2]
        let classes = rows.compactMap { $0[step] }.map { ($0 + piece.lowestNote.number - song.tonic + 120) % 12 }
        leading += classes.contains(11) ? 1 : 0
        if song.faults == 0 { #expect(!classes.contains(10), "\(name) at \(step)") }
      }
    }
    #expect(leading >= 8)
  }

  @Test func keysChangeInTheMiddle() throws {
    let text = "piece: {bars: 32, scale: major, plan: {form: A B A}}"
    var away = 0
    for piece in SongTests.pieces(try SongTests.configuration(text), count: 3) {
      let song = try #require(piece.song)
      let (first, last) = (song.plan.phrases[0], song.plan.phrases[song.plan.phrases.count - 1])
      #expect(first.key == 0 && last.key == 0)
      // A note of another key's scale is heard in a section that is in it.
      let own = [0, 2, 4, 5, 7, 9, 11]
      for phrase in song.plan.phrases where phrase.key != 0 {
        let steps = phrase.first * piece.stepsPerBar..<(phrase.first + phrase.count) * piece.stepsPerBar
        let classes = piece.parts.flatMap(\.notes).filter { steps.contains($0.onset) }
          .map { ($0.degree + piece.lowestNote.number - song.tonic + 120) % 12 }
        away += classes.contains { !own.contains($0) } ? 1 : 0
      }
    }
    #expect(away >= 1)
  }

  @Test func theThemeReturnsAsItWas() throws {
    let configuration = try Configuration(text: "", file: "test", style: Style.named("song"))
    let training = Training(configuration: configuration, seed: 9, threads: 1, policy: configuration.shippedPolicy)
    var (bars, same, steps, equal) = (0, 0, 0, 0)
    for piece in (0..<8).map({ training.composePiece(episode: $0) }) {
      let song = try #require(piece.song)
      let melody = SongTests.sounding(piece)[0]
      let count = piece.stepsPerBar
      for (bar, row) in song.plan.bars.enumerated() where row.relation == .exact {
        let other = row.reference ?? bar
        let alike = (0..<count).filter { melody[bar * count + $0] == melody[other * count + $0] }.count
        (bars, steps, equal) = (bars + 1, steps + count, equal + alike)
        if alike == count { same += 1 }
      }
    }
    #expect(bars > 20 && 2 * same > bars && 4 * equal > 3 * steps)
  }

  @Test func whatReturnsCanReturn() throws {
    let configuration = try SongTests.configuration()
    for seed in 0..<80 {
      let plan = SongPlanner.plan(
        configuration.plan, world: configuration.worlds[0], random: RandomSource(key: UInt64(seed)))
      for (bar, row) in plan.bars.enumerated() {
        guard let other = row.reference else { continue }
        // What goes on does not copy how a phrase stopped.
        #expect(plan.isCadential(bar) || !plan.isCadential(other), "seed \(seed), bar \(bar)")
        guard row.relation == .exact else { continue }
        #expect(plan.chords[2 * bar..<2 * bar + 2] == plan.chords[2 * other..<2 * other + 2])
        #expect(row.isSlow == plan.bars[other].isSlow)
      }
      // A journey has a cadence away from home.
      let away = plan.phrases.filter { $0.key != 0 }
      for section in plan.sections where section.letter == "B" && section.count >= 4 && !away.isEmpty {
        let phrases = plan.phrases.filter { plan.sections[$0.section] == section }
        #expect(phrases.count > 1 && phrases[0].key != 0)
      }
    }
  }

  @Test func aWaltzHasItsBassOnTheFirstBeat() throws {
    let configuration = try SongTests.configuration("piece: {bars: 16, meter: 3/4}")
    var (bars, after, slow) = (0, 0, 0)
    for piece in SongTests.pieces(configuration, count: 8) {
      let song = try #require(piece.song)
      for bar in song.plan.bars.indices where song.plan.phrase(ofBar: bar).texture == 4 && !song.plan.isCadential(bar) {
        func onsets(_ part: Int) -> [Int] {
          piece.parts[part].notes.map { $0.onset - 6 * bar }.filter { (0..<6).contains($0) }
        }
        bars += 1
        after += onsets(3).first == 0 && onsets(1) == [2, 4] && onsets(2) == [2, 4] ? 1 : 0
        slow += song.chords[2 * bar] == song.chords[2 * bar + 1] ? 1 : 0
      }
    }
    #expect(bars > 20 && after == bars && 2 * slow > bars)
  }

  @Test func thePieceEndsOnItsTonic() throws {
    let configuration = try Configuration(text: "", file: "test", style: Style.named("song"))
    let training = Training(configuration: configuration, seed: 11, threads: 1, policy: configuration.shippedPolicy)
    var home = 0
    for piece in (0..<12).map({ training.composePiece(episode: $0) }) {
      let (song, last) = (try #require(piece.song), try #require(piece.parts[0].notes.last))
      home += (last.degree + piece.lowestNote.number - song.tonic + 120) % 12 == 0 ? 1 : 0
      // The highest note is heard once, and is no passing one.
      let top = piece.parts[0].notes.map(\.degree).max()
      let summits = piece.parts[0].notes.filter { $0.degree == top }
      #expect(summits.count == 1)
    }
    #expect(home >= 11)
  }
}
