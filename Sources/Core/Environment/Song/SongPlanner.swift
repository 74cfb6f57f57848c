internal import CSong

/// Draws the plan of a song.
struct SongPlanner {
  private let settings: SongPlanSettings
  private let world: SongWorld
  private var random: SongRandom
  private var plan = SongPlan(sections: [], phrases: [], bars: [])

  /// The plan of a song in this world; the same random source, the same plan.
  static func plan(_ settings: SongPlanSettings, world: SongWorld, random: RandomSource) -> SongPlan {
    var planner = SongPlanner(settings: settings, world: world, random: SongRandom(random))
    planner.setForm()
    planner.setBars()
    planner.setReturns()
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
      let isLast = index == plan.sections.count - 1
      let nextIsTheme = !isLast && plan.sections[index + 1].letter == "A"
      var first = section.first
      for (number, count) in phrases.enumerated() {
        let ends = number == phrases.count - 1
        var key = section.letter == "B" ? away : section.letter == "C" ? further : 0
        let cadence = SongForm.cadence(
          section, isLastOfSection: ends, nextIsTheme: nextIsTheme, bars: count, &random)
        if ends && nextIsTheme && section.letter != "A" { key = 0 }
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
    plan.phrases[last].cadence =
      settings.close ?? (random.chance(0.93) || plan.phrases[last].count < 3 ? .authentic : .plagal)
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
      let lead = random.pick([5, 2, 2, 1])
      let mostLead = phrase.arrival == 1 ? 1 : second >= 4 ? 3 : second == 3 ? 2 : 1
      phrase.lead = isLast ? 0 : min(lead, settings.pickups, mostLead)
      phrase.breath = 1 + random.integer(2)
      if index == 0 || plan.phrases[index - 1].section != phrase.section { texture = random.integer(4) }
      phrase.texture = isLast && random.chance(0.3) ? 0 : texture
      plan.phrases[index] = phrase
    }
  }

  // MARK: Bars

  private mutating func setBars() {
    let count = Double(settings.bars)
    for (number, phrase) in plan.phrases.enumerated() {
      let letter = plan.sections[phrase.section].letter
      for bar in phrase.first..<phrase.first + phrase.count {
        var row = SongPlan.Bar(phrase: number)
        // Tension rises to three quarters of the piece, and within every phrase to its middle.
        let place = (Double(bar) + 0.5) / count
        let within = (Double(bar - phrase.first) + 0.5) / Double(phrase.count)
        let whole = place < 0.75 ? place / 0.75 : (1 - place) / 0.25
        let level =
          0.2 + 0.9 * 4 * within * (1 - within) * (0.4 + 0.6 * whole) + (letter == "B" || letter == "C" ? 0.5 : 0)
          + 0.2 * random.normal()
        row.tension = bar == phrase.first + phrase.count - 1 ? 0 : max(0, min(2, Int(level.rounded())))
        if let given = settings.tension, bar < given.count { row.tension = given[bar] }
        plan.bars.append(row)
      }
    }
  }

  private mutating func refer(_ bar: Int, to other: Int, _ relation: SongPlan.Relation, _ likeness: Double) {
    guard other >= 0, other < bar, relation != .free else { return }
    plan.bars[bar].reference = other
    plan.bars[bar].relation = relation
    plan.bars[bar].likeness = likeness
  }

  /// Which bar returns to which, and how.
  private mutating func setReturns() {
    let theme = plan.sections[0]
    let lastTheme = plan.sections.lastIndex { $0.letter == "A" } ?? 0
    for bar in 1..<settings.bars {
      let phrase = plan.phrase(ofBar: bar)
      let section = plan.sections[phrase.section]
      if phrase.section == 0 {
        if plan.bars[bar].phrase == 0 { setFirstPhrase(bar, phrase) } else { setAnswer(bar, phrase) }
      } else if section.letter == "A" {
        setTheme(bar, phrase, section, theme, isLast: phrase.section == lastTheme)
      } else if section.letter == "K" {
        if !plan.isCadential(bar) {
          let relations: [SongPlan.Relation] = [.sequence, .varied, .development]
          refer(bar, to: random.integer(2), relations[random.pick([2, 1, 1])], 0.85)
        }
      } else {
        setMiddle(bar, phrase, section, theme)
      }
    }
  }

  /// The theme's own bars: new ones, and what they lead on to.
  private mutating func setFirstPhrase(_ bar: Int, _ phrase: SongPlan.Phrase) {
    if plan.isCadential(bar) {
      if bar > 1, random.chance(0.3) { refer(bar, to: bar - 1, .development, 0.6) }
    } else if bar == 1 {
      let choice = random.pick([5, 2, 2, 1])
      if choice == 1 { refer(bar, to: 0, .sequence, 0.9) }
      if choice == 2 { refer(bar, to: 0, .inversion, 0.85) }
      if choice == 3 { refer(bar, to: 0, .development, 0.7) }
    } else {
      let other = random.integer(min(bar, 2))
      switch random.pick([2, 2, 1, 1]) {
      case 0: refer(bar, to: other, .sequence, 0.9)
      case 1: refer(bar, to: other, .development, 0.75)
      case 2: refer(bar, to: other, .inversion, 0.85)
      default: break
      }
    }
  }

  /// Later phrases of the first section answer its first.
  private mutating func setAnswer(_ bar: Int, _ phrase: SongPlan.Phrase) {
    let question = plan.phrases[0]
    let place = bar - phrase.first
    let other = min(place, question.count - 1)
    if plan.isCadential(bar) {
      if random.chance(0.4) { refer(bar, to: question.count - 1, .varied, 0.7) }
    } else if place == 0 {
      switch random.pick([4, 2, 2]) {
      case 0: refer(bar, to: other, .exact, 1)
      case 1: refer(bar, to: other, .sequence, 0.95)
      default: refer(bar, to: other, .varied, 0.8)
      }
    } else if other < question.count - 1 {
      switch random.pick([1.5, 2, 2, 0.7]) {
      case 0: refer(bar, to: other, .exact, 1)
      case 1: refer(bar, to: other, .varied, 0.8)
      case 2: refer(bar, to: other, .sequence, 0.9)
      default: break
      }
    } else {
      refer(bar, to: random.integer(2), .development, 0.75)
    }
  }

  /// The theme returns: varied, and the last time as it was.
  private mutating func setTheme(
    _ bar: Int, _ phrase: SongPlan.Phrase, _ section: SongPlan.Section, _ theme: SongPlan.Section, isLast: Bool
  ) {
    let place = bar - section.first
    let other = theme.first + min(place, theme.count - 1)
    let cadential = plan.isCadential(bar)
    if cadential, !plan.isCadential(other) {
      refer(bar, to: phrase.first, .development, 0.6)
    } else if isLast, bar < settings.bars - 2 {
      if place >= theme.count {
        refer(bar, to: theme.first, .sequence, 0.85)
      } else if cadential {
        refer(bar, to: other, .varied, 0.85)
      } else if random.chance(6.0 / 7) {
        refer(bar, to: other, .exact, 1)
      } else {
        refer(bar, to: other, .varied, 0.85)
      }
    } else if bar < settings.bars - 1 {
      let likeness = 0.8 + 0.12 * random.uniform()
      refer(bar, to: other, random.chance(0.2) ? .exact : .varied, likeness)
      if plan.bars[bar].relation == .exact { plan.bars[bar].likeness = 1 }
    }
  }

  /// Middle sections develop the theme, or have an idea of their own that goes through the keys.
  private mutating func setMiddle(
    _ bar: Int, _ phrase: SongPlan.Phrase, _ section: SongPlan.Section, _ theme: SongPlan.Section
  ) {
    let first = section.first
    let place = bar - phrase.first
    if phrase.first > first {
      if plan.isCadential(bar) {
        if random.chance(0.5) { refer(bar, to: bar - 1, .development, 0.6) }
      } else {
        let before = plan.phrases[plan.bars[bar].phrase - 1]
        let relations: [SongPlan.Relation] = [.sequence, .varied, .inversion]
        refer(bar, to: first + min(place, max(0, before.count - 2)), relations[random.pick([4, 1, 1])], 0.9)
      }
    } else if place == 0 {
      switch random.pick([2.5, 1.5, 1.5, 1.5]) {
      case 1: refer(bar, to: theme.first, .inversion, 0.85)
      case 2: refer(bar, to: theme.first, .development, 0.7)
      case 3: refer(bar, to: theme.first + 1, .development, 0.7)
      default: break
      }
    } else if plan.isCadential(bar) {
      if random.chance(0.5) { refer(bar, to: theme.first + 1, .development, 0.6) }
    } else if place == 1 {
      switch random.pick([1.5, 3, 1]) {
      case 1: refer(bar, to: first, .sequence, 0.92)
      case 2: refer(bar, to: theme.first + 1, .inversion, 0.85)
      default: break
      }
    } else {
      switch random.pick([2, 2, 1]) {
      case 0: refer(bar, to: first + random.integer(2), .sequence, 0.9)
      case 1: refer(bar, to: theme.first + random.integer(2), .development, 0.7)
      default: refer(bar, to: first, .inversion, 0.85)
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
        plan.bars[bar].tension = 2
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
        plan.bars[bar].tension = 0
      }
    }
    let range = world.lanes(ofPart: 0)
    let width = range.count - 1
    plan.climaxLane = range.upperBound - random.integer(max(1, min(4, width - 8)))
    plan.nadirLane = max(range.lowerBound, plan.climaxLane - 9 - random.integer(3))
  }

  private mutating func setDensities() {
    let share = Double(world.meter.steps) / 8
    let parts = world.partCount
    for index in plan.bars.indices {
      let tension = plan.bars[index].tension
      let texture = plan.phrases[plan.bars[index].phrase].texture
      let melody = [4, 5, 6][tension] + (texture == 3 ? 1 : 0)
      var inner = texture == 1 ? [5, 4, 4, 3] : [3, 3, 3, 3]
      if tension == 2 { inner[0] += 1 }
      let bass = [3, 2, 4, 2][texture]
      let onsets = [melody] + inner.prefix(max(0, parts - 2)) + [bass]
      plan.bars[index].density = onsets.map { max(1, min(8, Int((Double($0) * share).rounded()))) }
    }
  }

  // MARK: Chords

  private mutating func setChords() {
    let spans = world.meter.spans.count
    plan.chords = Array(repeating: 0, count: settings.bars * spans)
    for (index, phrase) in plan.phrases.enumerated() {
      let harmony = world.keys[phrase.key].harmony
      let isLast = index == plan.phrases.count - 1
      let arrival = (phrase.first + phrase.count - 1) * spans + phrase.arrival
      for span in phrase.first * spans..<(phrase.first + phrase.count) * spans {
        var mask =
          world.scale.quality == nil
          ? freeChords(harmony, phrase, toArrival: arrival - span, isLast: isLast)
          : chords(
            harmony, phrase, toArrival: arrival - span, startsBar: span % spans == 0, spans: spans, isLast: isLast)
        if span == phrase.first * spans, arrival - span > 2 {
          mask = opening(harmony, index, phrase) & harmony.all
        }
        plan.chords[span] = mask == 0 ? harmony.all : mask
      }
    }
  }

  /// What a phrase may begin with.
  private func opening(_ harmony: SongHarmony, _ index: Int, _ phrase: SongPlan.Phrase) -> UInt32 {
    guard world.scale.quality != nil else { return index == 0 || phrase.key == 0 ? 3 : harmony.all }
    if index == 0 { return harmony.mask(["I"]) }
    if phrase.first == plan.sections[phrase.section].first, plan.sections[phrase.section].letter == "A" {
      return harmony.mask(["I", "I6"])
    }
    return plan.phrases[index - 1].key != phrase.key
      ? harmony.mask(["I", "I6", "V", "V6", "V65", "IV", "vi", "V7"])
      : harmony.mask(["I", "I6", "vi", "IV", "ii6", "V", "V6", "V65", "iii"])
  }

  /// What the cadence wants, so many spans before its last chord.
  private func chords(
    _ harmony: SongHarmony, _ phrase: SongPlan.Phrase, toArrival distance: Int, startsBar: Bool, spans: Int,
    isLast: Bool
  ) -> UInt32 {
    let all = harmony.all & ~harmony.mask(["I64"])
    let falls = phrase.cadence == .authentic || phrase.cadence == .deceptive
    switch distance {
    case ..<0:
      if isLast { return harmony.mask(["I"]) }
      return harmony.mask(phrase.cadence == .half ? ["V"] : phrase.cadence == .deceptive ? ["vi", "IV"] : ["I", "I6"])
    case 0: return harmony.mask([phrase.cadence == .half ? "V" : phrase.cadence == .deceptive ? "vi" : "I"])
    case 1:
      switch phrase.cadence {
      case .half: return harmony.mask(["I", "I6", "ii", "ii6", "IV", "IV6", "vi", "V65/V", "V7/V", "IV7"])
      case .plagal: return harmony.mask(["IV", "ii65", "ii6", "IV7"])
      case .imperfect: return harmony.mask(["V", "V7", "V65", "V43", "vii6"])
      default: return harmony.mask(isLast ? ["V"] : ["V", "V7"])
      }
    case 2 where falls:
      return harmony.mask(
        ["ii", "ii6", "IV", "ii65", "V65/V", "V7/V", "ii7", "IV7", "IV6", "vi"] + (startsBar ? ["I64"] : []))
    case 3 where falls && !startsBar:
      return all & ~harmony.mask(["V", "V7", "V65", "V43", "V42", "vii6"])
    default: return all
    }
  }

  /// The same where tradition has no chords: the dominant closes what goes on, the tonic what ends.
  private func freeChords(
    _ harmony: SongHarmony, _ phrase: SongPlan.Phrase, toArrival distance: Int, isLast: Bool
  ) -> UInt32 {
    let dominant = UInt32(1) << UInt32(2 * world.scale.dominant)
    let tonic: UInt32 = 1
    switch distance {
    case ...0: return phrase.cadence == .half ? dominant : tonic
    case 1: return phrase.cadence == .half ? harmony.all & ~(dominant | dominant << 1) : dominant
    case 2: return harmony.all & ~(dominant | dominant << 1)
    default: return harmony.all
    }
  }

  // MARK: Tastes

  private mutating func setTastes() {
    let opening = random.pick([0.65, 0.12, 0.23])
    let members = world.keys[0].harmony.members
    plan.opening = opening == 0 ? 0 : members[opening] % world.degreeCount
    let variety = settings.variety
    plan.rhythmTaste = (0..<16).map { _ in Float(3 * variety * random.normal()) }
    plan.stepTaste = (0..<16).map { _ in Float(1.2 * variety * random.normal()) }
  }
}
