internal import CSong

/// Bars of a melody as what is given of a song: its lanes and rhythms, and the chords that suit it.
///
/// A chord a span. The cheapest way through the spans is taken (dynamic programming): a note outside of the chord costs its
/// length, twice as much on a strong step; a chord that the plan does not have there costs 2, one that may not follow the
/// chord before 3, an alteration, a seventh or an inversion 0.4, and the first chord 1 if it is not the tonic's.
struct PhraseHarmony {
  let given: SongGiven

  init(_ notes: [PartNote], bars: Range<Int>, world: SongWorld, plan: SongPlan) {
    let (steps, spans) = (plan.bars.count * world.meter.steps, world.meter.spans.count)
    var lanes = [[Int]](repeating: [Int](repeating: -1, count: steps), count: world.partCount)
    var onsets: Set<Int> = []
    for note in notes {
      let lane = Self.lane(ofKey: note.degree, in: world)
      onsets.insert(note.onset)
      for step in note.onset..<min(steps, note.end) { lanes[0][step] = lane }
    }
    var rhythms = [[Int]](
      repeating: [Int](repeating: 0, count: plan.bars.count * spans), count: world.partCount)
    for bar in bars {
      for (span, range) in world.meter.spans.enumerated() {
        let begin = bar * world.meter.steps + range.lowerBound
        let later = (1..<range.count).reduce(0) { onsets.contains(begin + $1) ? $0 | 1 << ($1 - 1) : $0 }
        rhythms[0][bar * spans + span] = onsets.contains(begin) ? later : 8 + later
      }
    }
    var chords = [Int](repeating: 0, count: plan.bars.count * spans)
    let chosen = Self.chords(lanes[0], bars: bars, world: world, plan: plan)
    for (span, chord) in chosen.enumerated() { chords[bars.lowerBound * spans + span] = chord }
    let record = SongRecord(
      plan: plan, tonic: world.lowestNote.number % 12, isMinor: nil, chords: chords, chordNames: [], roots: [],
      transformations: [Int](repeating: 14, count: plan.bars.count), rhythms: rhythms, lanes: lanes, faults: 0,
      spanStarts: world.meter.spans.map(\.lowerBound))
    var given = SongGiven(record: record, pitches: lanes.map { row in row.map { _ in -1 } })
    given.keep(part: 0, bars: bars)
    self.given = given
  }

  /// The lane whose key is nearest, the lower of two.
  static func lane(ofKey key: Int, in world: SongWorld) -> Int {
    let lanes = world.lanes(ofPart: 0)
    return lanes.min { a, b in
      let (first, second) = (distance(a, key, world), distance(b, key, world))
      return (first, a) < (second, b)
    } ?? lanes.lowerBound
  }

  private static func distance(_ lane: Int, _ key: Int, _ world: SongWorld) -> Int {
    abs(world.lowestNote.number + world.degreeOfScale(lane) - key)
  }

  private static func chords(_ lanes: [Int], bars: Range<Int>, world: SongWorld, plan: SongPlan) -> [Int] {
    let (home, spans) = (world.keys[0].harmony, world.meter.spans)
    let all = home.chords
    var costs: [Double] = []
    var ways: [[Int]] = []
    for at in bars.lowerBound * spans.count..<bars.upperBound * spans.count {
      let range = spans[at % spans.count]
      let begin = at / spans.count * world.meter.steps
      let own = all.map { chord in
        let members = (chord.hasSeventh ? home.members : Array(home.members.prefix(3))).map {
          (chord.root + $0) % world.degreeCount
        }
        var cost = plan.chords[at] >> UInt32(chord.index) & 1 == 1 ? 0.0 : 2
        if chord.alteration != .none { cost += 0.4 }
        if chord.hasSeventh { cost += 0.4 }
        if chord.bass > 0 { cost += 0.4 }
        for step in range where lanes[begin + step] >= 0 && !members.contains(lanes[begin + step] % world.degreeCount) {
          cost += world.meter.weights[step] == 2 ? 2 : 1
        }
        return cost
      }
      if ways.isEmpty {
        costs = zip(all, own).map { $1 + ($0.name == "I" ? 0 : 1) }
        ways.append(Array(all.indices))
        continue
      }
      var (next, way) = ([Double](), [Int]())
      for (chord, cost) in zip(all, own) {
        var best = (cost: Double.infinity, from: 0)
        for (index, before) in all.enumerated() {
          let follows = before.next?.contains(chord.name) ?? true
          let sum = costs[index] + (follows || before.index == chord.index ? 0 : 3)
          if sum < best.cost { best = (sum, index) }
        }
        next.append(best.cost + cost)
        way.append(best.from)
      }
      costs = next
      ways.append(way)
    }
    guard var last = costs.indices.min(by: { costs[$0] < costs[$1] }) else { return [] }
    var chosen: [Int] = []
    for way in ways.reversed() {
      chosen.append(all[last].index)
      last = way[last]
    }
    return chosen.reversed()
  }
}
