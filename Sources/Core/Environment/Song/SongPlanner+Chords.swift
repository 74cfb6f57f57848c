/// Which chords are possible where: cadences, openings, and what is free between them.
extension SongPlanner {
  mutating func setChords() {
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
    setCommonChords()
  }

  /// What returns as it was has chords that are possible in both places; where there are none, it is varied.
  private mutating func setCommonChords() {
    let spans = world.meter.spans.count
    var isNarrower = true
    // A bar that returns may be what another returns to: until nothing changes any more.
    while isNarrower {
      isNarrower = false
      for bar in plan.bars.indices where plan.bars[bar].relation == .exact {
        guard let other = plan.bars[bar].reference else { continue }
        let common = (0..<spans).map { plan.chords[bar * spans + $0] & plan.chords[other * spans + $0] }
        guard !common.contains(0) else {
          plan.bars[bar].relation = .varied
          plan.bars[bar].likeness = 0.9
          continue
        }
        for (span, mask) in common.enumerated() {
          isNarrower =
            isNarrower || plan.chords[bar * spans + span] != mask || plan.chords[other * spans + span] != mask
          plan.chords[bar * spans + span] = mask
          plan.chords[other * spans + span] = mask
        }
      }
    }
  }

  /// What a phrase may begin with.
  private func opening(_ harmony: SongHarmony, _ index: Int, _ phrase: SongPlan.Phrase) -> UInt32 {
    guard world.scale.quality != nil else { return index == 0 || phrase.key == 0 ? 3 : harmony.all }
    // The theme begins at home, every time.
    if phrase.first == plan.sections[phrase.section].first, plan.sections[phrase.section].letter == "A" {
      return harmony.mask(["I"])
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
      if isLast, phrase.cadence != .half { return harmony.mask(["I"]) }
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
}
