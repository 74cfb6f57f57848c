/// How remarkable an interval above the root of a chord is: the melodic charge C.
///
/// In twelve equal divisions, by semitones, Sundberg's table (Friberg et al. 2006). It follows the circle of fifths, so
/// it has no meaning where there is none: in other tunings an interval is as remarkable as it is dissonant with the
/// timbre at hand (`TimbreConsonance`), from 0 for the root itself to 6.5, the table's highest, for the least consonant
/// of the tuning's intervals.
struct MelodicChargeTable: Sendable {
  static let twelveTone: [Double] = [0, 6.5, 2, 4.5, 4, 2.5, 6, 1, 5.5, 3, 3.5, 5]
  static let highest = 6.5

  /// For every degree of a period as a root, the charge of every degree above it.
  private let charges: [[Double]]

  init(tuning: Tuning, spectrum: Spectrum) {
    if tuning.hasTwelveEqualDegrees {
      charges = [Self.twelveTone]
      return
    }
    let consonance = TimbreConsonance(spectrum: spectrum)
    let count = tuning.degreeCount
    // Equal steps: all roots are alike.
    charges = (0..<(tuning.isEqual ? 1 : count)).map { root in
      let values = (0..<count).map { step -> Double in
        let cents = tuning.cents(ofDegree: root + step) - tuning.cents(ofDegree: root)
        return consonance.consonance(cents: abs(cents))
      }
      let (best, worst) = (values.dropFirst().max() ?? 0, values.dropFirst().min() ?? 0)
      return values.enumerated().map { step, value in
        step == 0 || best == worst ? 0 : Self.highest * ((best - value) / (best - worst))
      }
    }
  }

  /// The charge of a degree above a root.
  func charge(_ degree: Int, above root: Int) -> Double {
    let table = charges[Self.modulo(root, charges.count)]
    return table[Self.modulo(degree - root, table.count)]
  }

  /// The charge of a chord: twice what its notes' mean charge above the tonic exceeds that of the tonic's own chord by,
  /// at least 0. In major that is 0, 1.7, 3.3, 0.3, 2, 1.3, 3 for the seven triads.
  func charge(ofChord members: [Int], tonic: Int, tonicChord: [Int]) -> Double {
    func mean(_ degrees: [Int]) -> Double {
      degrees.isEmpty ? 0 : degrees.reduce(0) { $0 + charge($1, above: tonic) } / Double(degrees.count)
    }
    return max(0, 2 * (mean(members) - mean(tonicChord)))
  }

  private static func modulo(_ a: Int, _ n: Int) -> Int { (a % n + n) % n }
}
