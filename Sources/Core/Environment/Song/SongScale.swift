/// The scale that a song is composed on: degrees of a tuning for the lanes of one period, and what its chords are.
///
/// A *lane* is a degree of the scale counted on without end; lane 0 is a tonic below the lowest part. Where the tuning has
/// the diatonic scale (each degree of the just scale within 48 cents), that is the scale. Elsewhere it is derived: the
/// tuning's own degrees if there are at most nine (slendro, pelog), else those that are most consonant with the tonic in
/// the timbre that sounds, none next to another as long as that is possible; for thirteen equal divisions of 3/1 the
/// Lambda scale (Bohlen 1978).
struct SongScale: Sendable, Hashable {
  /// The two scales that tradition has chords for; every other mode is treated as the one that shares its third.
  enum Quality: Int, Sendable { case major, minor }

  /// Cents of the degrees above the tonic, ascending from 0.
  var cents: [Double]
  /// Cents of the period.
  var period: Double
  /// Whether there is traditional harmony for it; nil if there is none.
  var quality: Quality?
  /// What its key signature says; nil if there is no traditional harmony for it.
  var mode: KeySignature.Mode? {
    guard let quality else { return nil }
    switch quality {
    case .major: return cents[3] > 550 ? .lydian : cents[6] < 1050 ? .mixolydian : .major
    case .minor: return cents[1] < 150 ? .phrygian : cents[5] > 850 ? .dorian : .minor
    }
  }
  /// Degrees from a chord's root to its members.
  var shape: [Int]
  /// The degree whose chord closes a phrase that goes on.
  var dominant: Int

  /// The just major and natural minor scales in cents.
  static let major = [0, 203.91, 386.31, 498.04, 701.96, 884.36, 1088.27]
  static let minor = [0, 203.91, 315.64, 498.04, 701.96, 813.69, 1017.6]

  /// How far a degree may be from where the scale wants it, in cents.
  static let tolerance = 48.0

  /// A scale of seven degrees with traditional chords.
  static func diatonic(_ cents: [Double]) -> SongScale {
    SongScale(
      cents: cents, period: 1200, quality: cents[2] > 350 ? .major : .minor, shape: [0, 2, 4, 6], dominant: 4)
  }

  /// A scale for a tuning that has none of tradition's, with chords by consonance.
  static func derived(from tuning: Tuning, consonance: TimbreConsonance) -> SongScale {
    let period = abs(tuning.periodInCents)
    var degrees = Array(Set(tuning.degreesInCents.map { $0 - period * ($0 / period).rounded(.down) })).sorted()
    if tuning.degreeCount == 13, abs(period - 1901.955) < 1 {
      degrees = [0, 2, 3, 4, 6, 7, 9, 10, 12].map { tuning.cents(ofDegree: $0) }
    } else if degrees.count > 9 {
      let ranked = degrees.dropFirst().sorted {
        (consonance.consonance(cents: $0), -$0) > (consonance.consonance(cents: $1), -$1)
      }
      var chosen = [0.0]
      for spacing in [period / 9, 0] {
        for degree in ranked where chosen.count < 7 && !chosen.contains(degree) {
          if chosen.allSatisfy({ abs($0 - degree) >= spacing }), period - degree >= spacing { chosen.append(degree) }
        }
      }
      degrees = chosen.sorted()
    }
    let count = degrees.count
    func cents(_ lane: Int) -> Double { degrees[lane % count] + period * Double(lane / count) }
    func value(_ root: Int, _ shape: [Int]) -> Double {
      var sum = 0.0
      for (index, a) in shape.enumerated() {
        for b in shape[..<index] { sum += consonance.consonance(cents: cents(root + a) - cents(root + b)) }
      }
      return sum
    }
    var best = (value: -Double.infinity, shape: [0, min(2, count - 1), min(3, count)])
    for third in max(1, count / 5)..<max(2, count - 1) {
      for fifth in (third + 1)..<max(third + 2, count) {
        let mean = (0..<count).reduce(0) { $0 + value($1, [0, third, fifth]) }
        if mean > best.value { best = (mean, [0, third, fifth]) }
      }
    }
    // The dominant: a chord with the degree below the tonic in it, but not the tonic, whose root agrees best with it.
    let candidates = (1..<max(2, count)).filter { root in
      let members = best.shape.map { (root + $0) % count }
      return members.contains(count - 1) && !members.contains(0)
    }
    let dominant = (candidates.isEmpty ? Array(1..<max(2, count)) : candidates).max {
      consonance.consonance(cents: cents($0)) < consonance.consonance(cents: cents($1))
    }
    return SongScale(cents: degrees, period: period, quality: nil, shape: best.shape, dominant: dominant ?? 1)
  }

  /// Its chords.
  var harmony: SongHarmony {
    switch quality {
    case .major: .traditional(isMinor: false)
    case .minor: .traditional(isMinor: true)
    case nil: .uniform(degrees: cents.count, shape: shape, dominant: dominant)
    }
  }

  /// Cents of the degrees when something is altered; nil if this scale has no such alteration.
  func altered(_ alteration: SongHarmony.Alteration) -> [Double]? {
    guard let quality else { return alteration == .none ? cents : nil }
    var cents = cents
    switch alteration {
    case .none: break
    case .leadingTone: cents[6] = 1088.27
    case .dominantOfFifth: (cents[3], cents[5]) = (590.22, 884.36)
    case .dominantOfSixth: cents[4] = 772.63
    case .dominantOfFourth: if quality == .major { cents[6] = 996.09 } else { cents[2] = 386.31 }
    case .dominantOfSecond: cents[0] = 92.18
    }
    return cents
  }
}
