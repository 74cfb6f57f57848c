internal import CSong

/// Takes a theme into another world: another meter, scale, tuning or other parts.
///
/// Its contour stays, degree by degree of the scale (by the nearest cents where the scales differ in size), its rhythm is
/// scaled to the new bar, and the whole is moved by periods into the middle of the new melody's range. Chords for it are
/// found by dynamic programming: of all successions that the new plan allows, the one in which most of the melody, strong
/// steps twice, belongs to its chord.
struct SongTransfer {
  private let study: SongStudy
  private let environment: SongEnvironment
  private let keepsTheme: Bool

  init(_ study: SongStudy, kept: [SongKeep], to environment: SongEnvironment) {
    self.study = study
    self.environment = environment
    keepsTheme = kept.contains { $0 != .plan }
  }

  /// A plan of the new world with what is kept in it.
  func draw(_ random: inout RandomSource) -> (SongWorld, SongPlan, SongGiven?) {
    // A theme in minor stays in minor if there is a choice.
    let like = environment.worlds.filter { $0.scale.quality == study.world.scale.quality }
    let alike = like.isEmpty ? environment.worlds : like
    // And on its tonic.
    let home = alike.filter { $0.lowestNote.number % 12 == study.record.tonic }
    let worlds = home.isEmpty ? alike : home
    let world = worlds[Int(random.next() % UInt64(worlds.count))]
    var plan = SongPlanner.plan(environment.configuration.plan, world: world, random: RandomSource(key: random.next()))
    guard keepsTheme else { return (world, plan, nil) }
    let bars = min(study.record.plan.sections[0].count, plan.sections[0].count)
    var record = SongRecord(
      plan: plan, tonic: world.lowestNote.number % 12, isMinor: nil,
      chords: Array(repeating: 0, count: plan.chords.count), chordNames: [], roots: [],
      transformations: Array(repeating: 14, count: plan.bars.count),
      rhythms: Array(repeating: Array(repeating: 0, count: plan.chords.count), count: world.partCount),
      lanes: Array(
        repeating: Array(repeating: -1, count: plan.bars.count * world.meter.steps), count: world.partCount),
      faults: 0, spanStarts: world.meter.spans.map(\.lowerBound))
    plan.upbeat = min(study.record.plan.upbeat, world.mostUpbeat)
    // The pickup is moved with the theme, and loses its beginning where the meter has no room for all of it.
    let sung = shifted(
      (study.record.upbeat.lanes + melody(in: world, bars: bars)).map { $0 < 0 ? -1 : lane($0, in: world) }, into: world
    )
    record.upbeat = upbeat(sung.prefix(study.record.plan.upbeat).suffix(plan.upbeat), in: world)
    record.lanes[0] =
      Array(sung.dropFirst(study.record.plan.upbeat)) + record.lanes[0].dropFirst(bars * world.meter.steps)
    let patterns = rhythms(record.lanes[0], bars: bars, world)
    record.rhythms[0] = patterns + record.rhythms[0].dropFirst(patterns.count)
    makeRoom(for: record.lanes[0].prefix(bars * world.meter.steps), in: &plan, world)
    let chords = chords(record.lanes[0], plan, world, bars: bars)
    record.lanes[0] = settled(record.lanes[0], on: chords, plan, world)
    for (span, chord) in chords.enumerated() {
      plan.chords[span] = 1 << UInt32(chord)
      record.chords[span] = chord
    }
    record.plan = plan
    let silence = [Int](repeating: -1, count: record.lanes[0].count)
    var given = SongGiven(record: record, pitches: Array(repeating: silence, count: world.partCount))
    given.keep(part: 0, bars: 0..<bars)
    return (world, plan, given)
  }

  /// The new step of a step of an old bar.
  private func place(_ step: Int, _ world: SongWorld) -> Int {
    let (old, new) = (study.world.meter.steps, world.meter.steps)
    return (step * new + old / 2) / old
  }

  /// Steps of the bars at which the theme's notes begin.
  private func theme(bars: Int) -> [Int] {
    study.piece.parts[0].notes.map { $0.onset - study.record.plan.upbeat }
      .filter { (0..<bars * study.world.meter.steps).contains($0) }
  }

  /// The pickup with its lanes in the new world.
  private func upbeat(_ lanes: some Collection<Int>, in world: SongWorld) -> SongRecord.Upbeat {
    let (old, new) = (study.world.meter.spans[0].count - lanes.count, world.meter.spans[0].count - lanes.count)
    let onsets = (0..<lanes.count).filter { $0 == 0 || SongRhythm.hasOnset(study.record.upbeat.rhythm, at: old + $0) }
    return .init(rhythm: SongRhythm.pattern(onsets.map { new + $0 }), lanes: Array(lanes))
  }

  /// Steps at which the theme's notes begin in the new world.
  private func onsets(in world: SongWorld, bars: Int) -> Set<Int> {
    let (old, new) = (study.world.meter.steps, world.meter.steps)
    return Set(theme(bars: bars).map { $0 / old * new + min(new - 1, place($0 % old, world)) })
  }

  /// The theme's lanes, step by step of the new world's bars.
  private func melody(in world: SongWorld, bars: Int) -> [Int] {
    let (old, new) = (study.world.meter.steps, world.meter.steps)
    var row = [Int](repeating: -1, count: bars * new)
    for step in row.indices {
      // The last note that has begun by now; the first of its place wins.
      let source = step / new * old + min(old - 1, (0..<old).last { min(new - 1, place($0, world)) <= step % new } ?? 0)
      row[step] = study.record.lanes[0][source]
    }
    let begun = onsets(in: world, bars: bars)
    for onset in theme(bars: bars).reversed() {
      let step = onset / old * new + min(new - 1, place(onset % old, world))
      if begun.contains(step) { row[step] = study.record.lanes[0][onset] }
    }
    return row
  }

  /// The lane of the new world that sounds like a lane of the old one, a tonic staying a tonic.
  private func lane(_ lane: Int, in world: SongWorld) -> Int {
    let (old, new) = (study.world.scale, world.scale)
    if old.cents.count == new.cents.count { return lane }
    let (period, degree) = Tuning.divide(lane, by: old.cents.count)
    let cents = old.cents[degree] + Double(period) * old.period
    let lanes = 0..<Int(SONG_LANES)
    func distance(_ lane: Int) -> Double {
      let (period, degree) = Tuning.divide(lane, by: new.cents.count)
      return abs(new.cents[degree] + Double(period) * new.period - cents)
    }
    return lanes.min { distance($0) < distance($1) } ?? 0
  }

  /// Moved by whole periods into the middle of the melody's range, and note by note where that is not enough.
  private func shifted(_ row: [Int], into world: SongWorld) -> [Int] {
    let range = world.lanes(ofPart: 0)
    let sung = row.filter { $0 >= 0 }
    guard let low = sung.min(), let high = sung.max() else { return row }
    let count = world.degreeCount
    let shift = (-8...8).map { $0 * count }.min { first, second in
      func outside(_ shift: Int) -> (Int, Int) {
        (
          max(0, range.lowerBound - low - shift) + max(0, high + shift - range.upperBound),
          abs(low + high + 2 * shift - range.lowerBound - range.upperBound)
        )
      }
      return outside(first) < outside(second)
    }
    return row.map { lane in
      guard lane >= 0 else { return -1 }
      var lane = lane + (shift ?? 0)
      while lane > range.upperBound, lane - count >= range.lowerBound { lane -= count }
      while lane < range.lowerBound, lane + count <= range.upperBound { lane += count }
      return min(range.upperBound, max(range.lowerBound, lane))
    }
  }

  /// The patterns of the theme's spans.
  private func rhythms(_ row: [Int], bars: Int, _ world: SongWorld) -> [Int] {
    let (onsets, steps) = (onsets(in: world, bars: bars), world.meter.steps)
    return (0..<bars).flatMap { bar in
      world.meter.spans.map { span in
        SongRhythm.pattern(
          span.filter { onsets.contains(bar * steps + $0) && row[bar * steps + $0] >= 0 }.map { $0 - span.lowerBound })
      }
    }
  }

  /// The highest and the lowest note of the piece lie outside the theme, if the range has room.
  private func makeRoom(for row: some Sequence<Int>, in plan: inout SongPlan, _ world: SongWorld) {
    let sung = row.filter { $0 >= 0 }
    let range = world.lanes(ofPart: 0)
    guard let low = sung.min(), let high = sung.max() else { return }
    plan.climaxLane = min(range.upperBound, max(plan.climaxLane, high + 1))
    plan.nadirLane = max(range.lowerBound, min(plan.nadirLane, low - 1))
  }

  /// Chords for the theme.
  private func chords(_ row: [Int], _ plan: SongPlan, _ world: SongWorld, bars: Int) -> [Int] {
    let (steps, spans) = (world.meter.steps, world.meter.spans.count)
    var best: [[Int: (value: Double, before: Int)]] = []
    for span in 0..<bars * spans {
      let harmony = world.keys[plan.phrase(ofBar: span / spans).key].harmony
      let allowed = harmony.chords.filter { plan.chords[span] >> UInt32($0.index) & 1 == 1 }
      var column: [Int: (value: Double, before: Int)] = [:]
      for chord in allowed.isEmpty ? harmony.chords : allowed {
        let tonic = world.keys[plan.phrase(ofBar: span / spans).key].tonic
        let members = harmony.members.prefix(chord.hasSeventh ? 4 : 3).map {
          (tonic + chord.root + $0) % world.degreeCount
        }
        var value = chord.hasSeventh ? -0.3 : 0
        for step in world.meter.spans[span % spans] {
          let lane = row[span / spans * steps + step]
          guard lane >= 0, members.contains(lane % world.degreeCount) else { continue }
          value += world.meter.weights[step] == 2 ? 2 : 1
        }
        // The chord it had, where that is one here too.
        if spans == study.world.meter.spans.count, span < study.record.chordNames.count,
          study.record.chordNames[span] == chord.name
        {
          value += 0.5
        }
        guard let earlier = best.last else {
          column[chord.index] = (value, -1)
          continue
        }
        let before = earlier.max { a, b in
          (a.value.value + bonus(a.key, chord, span, plan, world, spans), -a.key)
            < (b.value.value + bonus(b.key, chord, span, plan, world, spans), -b.key)
        }
        if let before {
          let total = before.value.value + bonus(before.key, chord, span, plan, world, spans) + value
          column[chord.index] = (total, before.key)
        }
      }
      best.append(column)
    }
    var chosen: [Int] = []
    var at = best.last?.max { ($0.value.value, -$0.key) < ($1.value.value, -$1.key) }?.key ?? 0
    for column in best.reversed() {
      chosen.append(at)
      at = column[at]?.before ?? 0
    }
    return chosen.reversed()
  }

  /// The theme with its notes on strong steps moved onto the chord, where that is one step away.
  private func settled(_ row: [Int], on chords: [Int], _ plan: SongPlan, _ world: SongWorld) -> [Int] {
    var row = row
    let (steps, spans, range) = (world.meter.steps, world.meter.spans.count, world.lanes(ofPart: 0))
    for (span, number) in chords.enumerated() {
      let key = world.keys[plan.phrase(ofBar: span / spans).key]
      guard let chord = key.harmony.chords.first(where: { $0.index == number }) else { continue }
      let members = key.harmony.members.prefix(chord.hasSeventh ? 4 : 3).map {
        (key.tonic + chord.root + $0) % world.degreeCount
      }
      let step = span / spans * steps + world.meter.spans[span % spans].lowerBound
      let lane = row[step]
      guard lane >= 0, !members.contains(lane % world.degreeCount) else { continue }
      let near = [lane - 1, lane + 1].filter { range.contains($0) && members.contains($0 % world.degreeCount) }
      // Towards the note before, so that no leap grows.
      let before = step > 0 ? row[step - 1] : -1
      guard let moved = near.min(by: { abs($0 - before) < abs($1 - before) }) else { continue }
      var end = step
      while end < row.count, row[end] == lane { end += 1 }
      for place in step..<end { row[place] = moved }
    }
    return row
  }

  /// What a succession of two chords is worth: much less than nothing if it is none of those that there are.
  private func bonus(
    _ before: Int, _ chord: SongHarmony.Chord, _ span: Int, _ plan: SongPlan, _ world: SongWorld, _ spans: Int
  ) -> Double {
    let key = plan.phrase(ofBar: (span - 1) / spans).key
    guard key == plan.phrase(ofBar: span / spans).key else { return 0 }
    let harmony = world.keys[key].harmony
    guard let former = harmony.chords.first(where: { $0.index == before }) else { return -8 }
    if former.index == chord.index { return span % spans == 0 ? -1 : 0 }
    return former.next.map { $0.contains(chord.name) ? 0 : -8 } ?? 0
  }
}
