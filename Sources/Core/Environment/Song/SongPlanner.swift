internal import CSong

/// Draws the plan of a song.
struct SongPlanner {
  let settings: SongPlanSettings
  let world: SongWorld
  var random: SongRandom
  var plan = SongPlan(sections: [], phrases: [], bars: [])

  /// The plan of a song in this world; the same random source, the same plan.
  static func plan(_ settings: SongPlanSettings, world: SongWorld, random: RandomSource) -> SongPlan {
    var planner = SongPlanner(settings: settings, world: world, random: SongRandom(random))
    planner.setUpbeat()
    planner.setForm()
    planner.setBars()
    planner.setReturns()
    planner.setHarmonicRhythm()
    planner.setExtremes()
    planner.setDensities()
    planner.setChords()
    planner.setTastes()
    return planner.plan
  }

  private init(settings: SongPlanSettings, world: SongWorld, random: SongRandom) {
    (self.settings, self.world, self.random) = (settings, world, random)
  }

  // MARK: Phrases

  private mutating func setUpbeat() {
    let upbeat = settings.upbeat ?? random.pick([2, 2, 2, 1])
    plan.upbeat = min(upbeat, world.mostUpbeat)
  }

  private mutating func setForm() {
    plan.sections = SongForm.sections(settings, &random)
    // Middle sections go to another key and come back before the theme does.
    let keys = world.keys.count
    let away = settings.modulation && keys > 1 ? 1 + random.pick([2, 2, 1].prefix(keys - 1).map { $0 }) : 0
    let further = away == 0 ? 0 : 1 + (away + random.integer(2)) % (keys - 1)
    var lengths: [Character: [Int]] = [:]
    for (index, section) in plan.sections.enumerated() {
      var phrases: [Int]
      if let known = lengths[section.letter] {
        phrases = SongForm.fitted(known, to: section.count)
      } else {
        phrases = SongForm.phrases(section.count, &random)
        lengths[section.letter] = phrases
      }
      if settings.phrases != nil { phrases = [section.count] }
      // A journey has a cadence away from home before it comes back.
      if section.letter != "A", away > 0, phrases.count == 1, section.count >= 4, settings.phrases == nil {
        phrases = [section.count - section.count / 2, section.count / 2]
      }
      let isLast = index == plan.sections.count - 1
      let nextIsTheme = !isLast && plan.sections[index + 1].letter == "A"
      var first = section.first
      for (number, count) in phrases.enumerated() {
        let ends = number == phrases.count - 1
        var key = section.letter == "B" ? away : section.letter == "C" ? further : 0
        if ends && nextIsTheme && section.letter != "A" { key = 0 }
        var cadence = SongForm.cadence(
          section, isLastOfSection: ends, nextIsTheme: nextIsTheme, bars: count, isAway: key != 0, &random)
        // The theme's phrases end as they did; only its last one may end otherwise.
        if section.letter == "A", index > 0, !ends,
          let first = plan.phrases.first(where: {
            $0.section == 0 && $0.first == first - section.first && $0.count == count
          })
        {
          cadence = first.cadence
        }
        plan.phrases.append(
          SongPlan.Phrase(first: first, count: count, section: index, cadence: cadence, key: key))
        first += count
      }
    }
    if let given = settings.phrases { regroup(given) }
    for (index, cadence) in (settings.cadences ?? []).enumerated() where index < plan.phrases.count {
      plan.phrases[index].cadence = cadence
    }
    let last = plan.phrases.count - 1
    plan.phrases[last].key = 0
    let drawn: SongPlan.Cadence = random.chance(0.98) || plan.phrases[last].count < 3 ? .authentic : .plagal
    let given = settings.cadences.flatMap { $0.indices.contains(last) ? $0[last] : nil }
    plan.phrases[last].cadence = settings.close ?? given ?? drawn
    setPhraseEnds()
  }

  /// Phrases of given lengths in the place of those that were drawn.
  private mutating func regroup(_ lengths: [Int]) {
    let drawn = plan.phrases
    plan.phrases = []
    var first = 0
    for count in lengths where first < settings.bars {
      let count = min(count, settings.bars - first)
      var phrase = drawn.last { $0.first <= first } ?? drawn[0]
      (phrase.first, phrase.count) = (first, count)
      phrase.section = plan.sections.lastIndex { $0.first <= first } ?? 0
      plan.phrases.append(phrase)
      first += count
    }
    if first < settings.bars { plan.phrases[plan.phrases.count - 1].count += settings.bars - first }
  }

  private mutating func setPhraseEnds() {
    let second = world.meter.spans.last.map(\.count) ?? 4
    var texture = 0
    for index in plan.phrases.indices {
      let isLast = index == plan.phrases.count - 1
      var phrase = plan.phrases[index]
      phrase.arrival = second >= 3 && !isLast && random.chance(0.4) ? 1 : 0
      if !isLast, let model = rhyme(index) { phrase.arrival = plan.phrases[model].arrival }
      let lead = random.pick([5, 2, 2, 1])
      let mostLead = phrase.arrival == 1 ? 0 : second >= 4 ? 3 : second == 3 ? 2 : 1
      phrase.lead = isLast ? 0 : min(lead, settings.pickups, mostLead)
      // The theme comes back with the pickup that it began with.
      if plan.upbeat > 0, !isLast, isBeforeTheme(phrase) { phrase.lead = min(plan.upbeat, mostLead) }
      phrase.breath = 1 + random.integer(2)
      if index == 0 || plan.phrases[index - 1].section != phrase.section {
        texture = isWaltz && world.partCount > 2 && random.chance(0.65) ? 4 : random.integer(4)
      }
      phrase.texture = isLast && random.chance(0.3) ? 0 : texture
      plan.phrases[index] = phrase
    }
  }

  private func isBeforeTheme(_ phrase: SongPlan.Phrase) -> Bool {
    plan.sections.contains { $0.first == phrase.first + phrase.count && $0.letter == "A" }
  }

  /// The phrase whose cadence a phrase's own is to be like: the same one of the theme's first time, or in other sections
  /// mostly the phrase before; nil for none.
  private mutating func rhyme(_ index: Int) -> Int? {
    let phrase = plan.phrases[index]
    guard phrase.section > 0 else { return nil }
    let section = plan.sections[phrase.section]
    if section.letter == "A" {
      return plan.phrases.indices.prefix(index).first {
        let other = plan.phrases[$0]
        return other.section == 0 && other.first == phrase.first - section.first && other.count == phrase.count
      }
    }
    return plan.phrases[index - 1].section == phrase.section && random.chance(0.6) ? index - 1 : nil
  }

  private var isWaltz: Bool { world.meter.meter == Meter(3, 4) }

  // MARK: Bars

  private mutating func setBars() {
    let count = Double(settings.bars)
    for (number, phrase) in plan.phrases.enumerated() {
      let section = plan.sections[phrase.section]
      for bar in phrase.first..<phrase.first + phrase.count {
        var row = SongPlan.Bar(phrase: number)
        // Tension rises to three quarters of the piece, and within every phrase to its middle.
        let place = (Double(bar) + 0.5) / count
        let within = (Double(bar - phrase.first) + 0.5) / Double(phrase.count)
        let whole = place < 0.75 ? place / 0.75 : (1 - place) / 0.25
        let level =
          0.2 + 0.9 * 4 * within * (1 - within) * (0.4 + 0.6 * whole) + (section.isMiddle ? 0.5 : 0)
          + 0.2 * random.normal()
        row.tension = bar == phrase.first + phrase.count - 1 ? 0 : max(0, min(2, Int(level.rounded())))
        if let given = settings.tension, bar < given.count { row.tension = given[bar] }
        plan.bars.append(row)
      }
    }
  }

  /// Chords come slowly at a phrase's beginning and quicken towards its end; in a bar of three beats mostly one a bar.
  private mutating func setHarmonicRhythm() {
    for bar in plan.bars.indices {
      let phrase = plan.phrase(ofBar: bar)
      let left = phrase.first + phrase.count - 1 - bar
      let share = left == 0 ? 0 : isWaltz ? (left == 1 ? 0.4 : 0.9) : bar - phrase.first < 2 && left > 1 ? 0.5 : 0.1
      plan.bars[bar].isSlow = random.chance(share)
      if plan.bars[bar].relation == .exact, let other = plan.bars[bar].reference {
        plan.bars[bar].isSlow = plan.bars[other].isSlow
      }
    }
  }

  /// Where the melody's highest and lowest notes may come: once each, not in bars that return as they were.
  private mutating func setExtremes() {
    let count = settings.bars
    let copied = Set(plan.bars.compactMap { $0.relation == .exact ? $0.reference : nil })
    func isOpen(_ bar: Int) -> Bool {
      (1..<count - 1).contains(bar) && !copied.contains(bar) && plan.bars[bar].relation != .exact
        && !plan.isCadential(bar)
    }
    var climax: (bar: Int, value: Double)?
    for bar in 1..<max(2, count - 2) where isOpen(bar) {
      let place = Double(bar) / Double(count)
      let value = 1 - 2 * abs(place - 0.66) + 0.25 * random.uniform() + (plan.bars[bar].tension == 2 ? 0.2 : 0)
      if climax.map({ value > $0.value }) ?? true { climax = (bar, value) }
    }
    if let climax {
      for bar in climax.bar - 1...climax.bar + 1 where isOpen(bar) {
        plan.bars[bar].allowsClimax = true
        if settings.tension == nil { plan.bars[bar].tension = 2 }
      }
    }
    var nadir: (bar: Int, value: Double)?
    for bar in 2..<max(3, count - 2) where isOpen(bar) && !plan.bars[bar].allowsClimax {
      let value = random.uniform() - (climax.map { abs(bar - $0.bar) < 3 } ?? false ? 0.5 : 0)
      if nadir.map({ value > $0.value }) ?? true { nadir = (bar, value) }
    }
    if let nadir {
      for bar in nadir.bar - 1...nadir.bar + 1 where isOpen(bar) && !plan.bars[bar].allowsClimax {
        plan.bars[bar].allowsNadir = true
        if settings.tension == nil { plan.bars[bar].tension = 0 }
      }
    }
    let range = world.lanes(ofPart: 0)
    let width = range.count - 1
    plan.climaxLane = range.upperBound - random.integer(max(1, min(4, width - 8)))
    plan.nadirLane = max(range.lowerBound, plan.climaxLane - 9 - random.integer(3))
  }

  private mutating func setDensities() {
    // Some songs are calmer than others.
    let temper = random.pick([1, 1.5, 1]) - 1
    // Middle sections move more, or less.
    let contrast = [-1.5, 0, 1.5][random.pick([1, 0.5, 1])]
    let share = Double(world.meter.steps) / 8
    let parts = world.partCount
    for index in plan.bars.indices {
      let tension = plan.bars[index].tension
      let phrase = plan.phrase(ofBar: index)
      let texture = phrase.texture
      let isMiddle = plan.sections[phrase.section].isMiddle
      let melody = Double([4, 5, 6][tension] + temper + (texture == 3 ? 1 : 0)) + (isMiddle ? contrast : 0)
      var inner = texture == 1 ? [5, 4, 4, 3] : [3, 3, 3, 3]
      if texture == 4 { inner = [2, 2, 2, 2] }
      if tension == 2 { inner[0] += 1 }
      let bass = [3, 2, 4, 2, 1][texture]
      let onsets = [melody] + inner.prefix(max(0, parts - 2)).map(Double.init) + [Double(bass)]
      plan.bars[index].density = onsets.map { max(1, min(8, Int(($0 * share).rounded()))) }
    }
  }

  // MARK: Tastes

  private mutating func setTastes() {
    let opening = random.pick([0.72, 0.1, 0.18])
    let members = world.keys[0].harmony.members
    plan.opening = opening == 0 ? 0 : members[opening] % world.degreeCount
    plan.rhythmTaste = rhythmTaste()
    plan.middleRhythmTaste = rhythmTaste()
    plan.stepTaste = (0..<16).map { _ in Float(1.2 * settings.variety * random.normal()) }
    // Nobody likes a melody that stays where it is.
    plan.stepTaste[7] = min(0, plan.stepTaste[7])
  }

  /// Syncopation is liked now and then: where beats are halved, a note from the half over the next beat.
  private mutating func rhythmTaste() -> [Float] {
    let isBinary = world.meter.spans[0].count == 4
    return (0..<16).map { pattern in
      let isSyncopated = isBinary && pattern & 3 == 1
      return Float(settings.variety * (4.5 * random.normal() - (isSyncopated ? 2 : 0)))
    }
  }
}
