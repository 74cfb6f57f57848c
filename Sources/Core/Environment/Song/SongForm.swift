/// The grammar of forms: which sections a song has, which phrases they have, how these end.
///
///     song    -> A A' B A | A B A' coda | A B C A | A A' B A'' A | A B A' C A | A B A     (24 bars and more)
///              | A B A | A A' B A                                                        (14 bars and more)
///              | A A'                                                                    (8 bars and more)
///     section -> phrase...; 8 bars -> 4 4 | 3 5 | 5 3 | 8 | 2 2 4, 6 -> 3 3 | 6 | 2 4 | 4 2, others from the left
///     phrase  -> bars up to a cadence; two phrases of A are question and answer (half, then authentic cadence)
enum SongForm {
  /// Sections with their sizes relative to each other; `K` is the coda.
  private static let large: [(weight: Double, sections: [(String, Double)])] = [
    (2.5, [("A", 8), ("A'", 8), ("B", 8), ("A", 8)]),
    (2.0, [("A", 8), ("B", 10), ("A'", 8), ("K", 6)]),
    (1.5, [("A", 8), ("B", 8), ("C", 8), ("A", 8)]),
    (1.2, [("A", 6), ("A'", 6), ("B", 6), ("A''", 6), ("A", 8)]),
    (1.0, [("A", 6), ("B", 7), ("A'", 6), ("C", 7), ("A", 6)]),
    (1.0, [("A", 10), ("B", 12), ("A", 10)]),
  ]
  private static let middle: [(weight: Double, sections: [(String, Double)])] = [
    (1, [("A", 5), ("B", 5), ("A", 6)]), (1, [("A", 4), ("A'", 4), ("B", 4), ("A", 4)]),
  ]

  /// The sections of a song.
  static func sections(_ settings: SongPlanSettings, _ random: inout SongRandom) -> [SongPlan.Section] {
    let chosen: [(String, Double)]
    if let form = settings.form {
      chosen = form.map { ($0, 1) }
    } else {
      switch settings.bars {
      case 24...: chosen = large[random.pick(large.map(\.weight))].sections
      case 14...: chosen = middle[random.pick(middle.map(\.weight))].sections
      default: chosen = [("A", 1), ("A'", 1)]
      }
    }
    let whole = chosen.reduce(0) { $0 + $1.1 }
    var sections: [SongPlan.Section] = []
    var reached = 0.0
    var first = 0
    for (index, (name, size)) in chosen.enumerated() {
      reached += size * Double(settings.bars) / whole
      let end = index == chosen.count - 1 ? settings.bars : Int(reached.rounded())
      sections.append(SongPlan.Section(name: name, first: first, count: end - first))
      first = end
    }
    return sections
  }

  private static let divisions: [Int: [(weight: Double, phrases: [Int])]] = [
    6: [(2, [3, 3]), (2, [6]), (1, [2, 4]), (1, [4, 2])],
    7: [(1, [4, 3]), (1, [3, 4])],
    8: [(4, [4, 4]), (1.2, [3, 5]), (1.2, [5, 3]), (0.6, [8]), (0.6, [2, 2, 4])],
  ]

  /// The phrases of a section of so many bars.
  static func phrases(_ bars: Int, _ random: inout SongRandom) -> [Int] {
    if bars <= 5 { return [bars] }
    if let choices = divisions[bars] { return choices[random.pick(choices.map(\.weight))].phrases }
    let first = 3 + random.pick([1, 2, 1.2, 0.6])
    return [first] + phrases(bars - first, &random)
  }

  /// The phrases of a section that returns: those of the first time, made to fit.
  static func fitted(_ phrases: [Int], to bars: Int) -> [Int] {
    var phrases = phrases
    var sum = phrases.reduce(0, +)
    if sum < bars {
      phrases[phrases.count - 1] += bars - sum
      return phrases
    }
    while sum > bars, let last = phrases.last {
      let less = last > 2 && sum - bars < last ? min(sum - bars, last - 2) : last
      sum -= less
      if less == last { phrases.removeLast() } else { phrases[phrases.count - 1] -= less }
    }
    if sum < bars { phrases.isEmpty ? phrases.append(bars) : (phrases[phrases.count - 1] += bars - sum) }
    return phrases
  }

  /// How a phrase ends.
  static func cadence(
    _ section: SongPlan.Section, isLastOfSection: Bool, nextIsTheme: Bool, bars: Int, isAway: Bool,
    _ random: inout SongRandom
  ) -> SongPlan.Cadence {
    let all = SongPlan.Cadence.allCases  // open, half, authentic, deceptive, plagal, imperfect
    if section.letter != "A" {
      if isLastOfSection && nextIsTheme { return .half }
      return all[random.pick(isAway ? [0, 0.4, 2, 0.2, 0, 1] : [0, 0.8, 1.2, 0.4, 0.1, 0.8])]
    }
    if isLastOfSection { return all[random.pick([0, 0.5, 3, 0.4, 0, 0.6])] }
    return bars <= 2 ? .half : all[random.pick([0, 3, 0.3, 0.5, 0.1, 1])]
  }
}

/// Random choices of a plan, with additions and multiplications only: the same on every machine.
struct SongRandom {
  private var source: RandomSource

  /// Choices from this stream on.
  init(_ source: RandomSource) { self.source = source }

  /// 0..<1.
  mutating func uniform() -> Double { Double(source.next() >> 11) * 0x1p-53 }

  /// True so often.
  mutating func chance(_ share: Double) -> Bool { uniform() < share }

  /// 0..<count.
  mutating func integer(_ count: Int) -> Int { Int(source.next() % UInt64(max(1, count))) }

  /// An index, as often as its weight says.
  mutating func pick(_ weights: [Double]) -> Int {
    var rest = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      if rest < weight { return index }
      rest -= weight
    }
    return weights.count - 1
  }

  /// Nearly normal, mean 0, deviation 1: the sum of twelve uniforms less six.
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}
