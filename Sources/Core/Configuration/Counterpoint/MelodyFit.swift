/// What a composed line begins with, ends with and may use, where nobody says: chosen to fit a melody.
///
/// - Scale: of the 36 (twelve tonics, three types) the one that holds most of the melody's time; then the one whose
///   tonic is the last note's pitch class, then whose triad has the first note; then major before natural before
///   harmonic minor.
/// - Range: above the melody 14 degrees from its median note up, as far as a major tenth above its highest; below it
///   the same downwards.
/// - First note: of the tonic triad, consonant with what the melody has there, nearest to a fifth away.
/// - Last note: of the tonic triad, the tonic first, consonant with the melody's last note, nearest to an octave away.
/// Where no note of the triad is consonant, any consonant one is taken; where none is at all, the nearest.
struct MelodyFit {
  let melody: GivenLine
  let scale: KeyboardScale
  let side: CounterpointSide
  var startPause = 4

  /// The scale that fits best.
  static func scale(_ melody: GivenLine) -> KeyboardScale {
    let scales = KeyboardScale.Kind.allCases.flatMap { kind in
      (0..<12).map { KeyboardScale(tonic: $0, kind: kind) }
    }
    func isIn(_ key: Int, _ scale: KeyboardScale) -> Bool {
      scale.kind.semitones.contains((key - scale.tonic + 120) % 12)
    }
    func rank(_ scale: KeyboardScale) -> Int {
      let steps = melody.notes.reduce(0) { $0 + (isIn($1.key, scale) ? $1.end - $1.onset : 0) }
      let (first, last) = (melody.notes.first?.key ?? 0, melody.notes.last?.key ?? 0)
      let triad = [0, 2, 4].map { scale.kind.semitones[$0] }
      return 8 * steps + (last % 12 == scale.tonic ? 4 : 0) + (triad.contains((first - scale.tonic + 120) % 12) ? 2 : 0)
        + (triad.contains((last - scale.tonic + 120) % 12) ? 1 : 0)
    }
    var best = scales[0]
    for scale in scales where rank(scale) > rank(best) { best = scale }
    return best
  }

  /// Start, end, lowest and highest position, those that are given among them.
  func completed(start: Int?, end: Int?, lowest: Int?, highest: Int?) -> [Int?] {
    let fitted = range(beyond: nil)
    let low = lowest ?? min(fitted.lowerBound, (highest ?? .max) - 1)
    let high = highest ?? max(fitted.upperBound, low + 1)
    guard low < high, scale.keys.indices.contains(low), scale.keys.indices.contains(high) else {
      return [start, end, low, high]
    }
    return [start ?? starts(in: low...high).first, end ?? ends(in: low...high).first, low, high]
  }

  /// The range that suits the melody, or a part that lies beyond another one.
  func range(beyond neighbour: CounterpointLine?) -> ClosedRange<Int> {
    let keys = melody.notes.map(\.key).sorted()
    let top = scale.keys.count - 1
    var median = keys[keys.count / 2]
    var (lowest, highest) = (keys.first ?? median, keys.last ?? median)
    if let neighbour {
      let own = neighbour.notes.map { neighbour.task.key($0.position) }.sorted()
      median = own[own.count / 2]
      (lowest, highest) = (own.first ?? median, own.last ?? median)
    }
    switch side {
    case .above:
      let low = min(nearest(atLeast: median), top - 7)
      let reach = nearest(atMost: highest + 16)
      return low...max(low + 7, min(low + 13, reach, top))
    case .below:
      let high = max(nearest(atMost: median), 7)
      let reach = nearest(atLeast: lowest - 16)
      return min(high - 7, max(high - 13, reach, 0))...high
    }
  }

  private func nearest(atLeast key: Int) -> Int { scale.keys.firstIndex { $0 >= key } ?? scale.keys.count - 1 }

  private func nearest(atMost key: Int) -> Int { scale.keys.lastIndex { $0 <= key } ?? 0 }

  /// First notes, the one that fits best first.
  func starts(in range: ClosedRange<Int>, beside companions: [[Int]] = []) -> [Int] {
    let keys = melody.keysByStep(count: max(melody.end, CounterpointTask.stepsPerBar))
    let steps = startPause..<CounterpointTask.stepsPerBar
    let sounding = steps.first { keys[$0] >= 0 }.map { keys[$0] }
    let others = companions.compactMap { line in steps.first { line[$0] >= 0 }.map { line[$0] } }
    return best(in: range, against: sounding ?? melody.notes[0].key, beside: others, distance: 7) {
      scale.isStable($0) ? 0 : 1
    }
  }

  /// Last notes, the one that fits best first.
  func ends(in range: ClosedRange<Int>, beside companions: [[Int]] = []) -> [Int] {
    let others = companions.compactMap(\.last).filter { $0 >= 0 }
    return best(in: range, against: melody.notes.last?.key ?? 60, beside: others, distance: 12) { position in
      scale.degree(at: position) == 1 ? 0 : scale.isStable(position) ? 1 : 2
    }
  }

  /// The positions in order: those with the fewest faults, then the least `rank`, then nearest to a distance from a key
  /// of the melody.
  private func best(
    in range: ClosedRange<Int>, against key: Int, beside others: [Int], distance: Int, rank: (Int) -> Int
  ) -> [Int] {
    func cost(_ position: Int) -> [Int] {
      let own = scale.keys[position]
      func gap(_ other: Int) -> Int { side == .above ? own - other : other - own }
      let isBeyond = ([key] + others).allSatisfy { gap($0) > 0 }
      let isConsonant = ([key] + others).allSatisfy { KeyboardScale.isConsonant(own, $0) }
      // Beyond another part the distance is that part's.
      let nearest = others.map(gap).filter { $0 > 0 }.min() ?? gap(key)
      return [
        isBeyond ? 0 : 1, isConsonant ? 0 : 1, nearest <= 16 ? 0 : 1, rank(position),
        abs((others.isEmpty ? gap(key) : nearest) - distance), position,
      ]
    }
    return range.map { (cost: cost($0), position: $0) }.sorted { $0.cost.lexicographicallyPrecedes($1.cost) }.map(
      \.position)
  }
}
