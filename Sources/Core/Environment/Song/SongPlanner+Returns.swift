/// Which bar returns to which, and how.
extension SongPlanner {
  private mutating func refer(_ bar: Int, to other: Int, _ relation: SongPlan.Relation, _ likeness: Double) {
    // What goes on does not copy how a phrase ended.
    let stops = plan.isCadential(other) && !plan.isCadential(bar)
    let other = stops ? plan.phrase(ofBar: other).first : other
    guard other >= 0, other < bar, relation != .free else { return }
    plan.bars[bar].reference = other
    plan.bars[bar].relation = stops && relation == .exact ? .sequence : relation
    plan.bars[bar].likeness = likeness
  }

  /// Which bar returns to which, and how.
  mutating func setReturns() {
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
      if bar > 1, random.chance(0.4) { refer(bar, to: bar - 1, .development, 0.7) }
    } else if bar == 1 {
      let choice = random.pick([6, 2, 1.5, 1.5])
      if choice == 1 { refer(bar, to: 0, .sequence, 0.9) }
      if choice == 2 { refer(bar, to: 0, .inversion, 0.85) }
      if choice == 3 { refer(bar, to: 0, .development, 0.8) }
    } else {
      let other = random.integer(min(bar, 2))
      switch random.pick([2.5, 1.5, 1, 2]) {
      case 0: refer(bar, to: other, .sequence, 0.9)
      case 1: refer(bar, to: other, .development, 0.8)
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
    // From 0.95 the rhythm stays.
    let likeness = 0.9 + 0.1 * random.uniform()
    if plan.isCadential(bar) {
      // Question and answer mostly rhyme.
      if random.chance(0.7) { refer(bar, to: question.count - 1, .varied, 0.8) }
    } else if place == 0 {
      switch random.pick([4, 2, 2]) {
      case 0: refer(bar, to: other, .exact, 1)
      case 1: refer(bar, to: other, .sequence, 0.95)
      default: refer(bar, to: other, .varied, likeness)
      }
    } else if other < question.count - 1 {
      switch random.pick([2, 2.5, 2, 0.4]) {
      case 0: refer(bar, to: other, .exact, 1)
      case 1: refer(bar, to: other, .varied, likeness)
      case 2: refer(bar, to: other, .sequence, 0.9)
      default: break
      }
    } else {
      refer(bar, to: random.integer(2), .development, 0.8)
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
      refer(bar, to: phrase.first, .development, 0.7)
    } else if place >= theme.count, !cadential {
      refer(bar, to: theme.first + place % 2, .sequence, 0.85)
    } else if isLast, bar < settings.bars - 2 {
      if cadential {
        refer(bar, to: other, .varied, 0.85)
      } else if random.chance(6.0 / 7) {
        refer(bar, to: other, .exact, 1)
      } else {
        refer(bar, to: other, .varied, 0.85)
      }
    } else if bar < settings.bars - 1 {
      let likeness = 0.9 + 0.1 * random.uniform()
      refer(bar, to: other, random.chance(0.55) ? .exact : .varied, likeness)
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
        if random.chance(0.7) { refer(bar, to: bar - 1, .development, 0.7) }
      } else if !random.chance(0.05) {
        let before = plan.phrases[plan.bars[bar].phrase - 1]
        let relations: [SongPlan.Relation] = [.sequence, .varied, .inversion]
        refer(bar, to: first + min(place, max(0, before.count - 2)), relations[random.pick([4, 1, 1])], 0.9)
      }
    } else if place == 0 {
      switch random.pick([5, 1.2, 1.2, 1.2]) {
      case 1: refer(bar, to: theme.first, .inversion, 0.85)
      case 2: refer(bar, to: theme.first, .development, 0.8)
      case 3: refer(bar, to: theme.first + 1, .development, 0.8)
      default: break
      }
    } else if plan.isCadential(bar) {
      if random.chance(0.7) { refer(bar, to: theme.first + 1, .development, 0.7) }
    } else if place == 1 {
      switch random.pick([2.5, 2.5, 1]) {
      case 1: refer(bar, to: first, .sequence, 0.92)
      case 2: refer(bar, to: theme.first + 1, .inversion, 0.85)
      default: break
      }
    } else {
      switch random.pick([2, 2, 1, 0.7]) {
      case 0: refer(bar, to: first + random.integer(2), .sequence, 0.9)
      case 1: refer(bar, to: theme.first + random.integer(2), .development, 0.8)
      case 2: refer(bar, to: first, .inversion, 0.85)
      default: break
      }
    }
  }
}
