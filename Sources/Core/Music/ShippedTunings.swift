import Foundation

/// A tuning that comes with the program.
public struct ShippedTuning: Sendable {
  /// What the configuration and `rlmusician tunings` call it.
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  /// Where its numbers come from.
  public let source: String
  /// Its degrees.
  public let tuning: Tuning

  /// All of them, in the order in which they are listed.
  public static let all: [ShippedTuning] =
    [12, 19, 22, 31, 53].map(equal) + [justMajor, pythagorean, meantone, bohlenPierce, slendro, pelog]

  /// The one of this name.
  public static func named(_ name: String) -> ShippedTuning? { all.first { $0.name == name } }

  private static func equal(_ divisions: Int) -> ShippedTuning {
    let sources = [
      12: "the keyboard's own", 19: "Costeley, about 1570; Yasser, A Theory of Evolving Tonality, 1932",
      22: "Bosanquet, On the Hindoo Division of the Octave, 1877",
      31: "Huygens, Lettre touchant le cycle harmonique, 1691",
      53: "Mercator, about 1650; Holder, A Treatise on Harmony, 1694",
    ]
    return ShippedTuning(
      name: "\(divisions)edo", summary: "\(divisions) equal divisions of the octave",
      source: sources[divisions] ?? "", tuning: .equal(divisions: divisions))
  }

  private static let justMajor = ShippedTuning(
    name: "just-major", summary: "the major scale in small whole numbers",
    source: "Ptolemy's intense diatonic; Zarlino, 1558",
    tuning: ratios("just-major", [(9, 8), (5, 4), (4, 3), (3, 2), (5, 3), (15, 8)]))

  private static let pythagorean = ShippedTuning(
    name: "pythagorean", summary: "twelve tones in pure fifths, from E flat to G sharp when degree 0 is C",
    source: "chain of 3/2; the wolf lies between G sharp and E flat",
    tuning: chain("pythagorean", fifth: 1200 * log2(1.5)))

  private static let meantone = ShippedTuning(
    name: "meantone", summary: "quarter-comma meantone, twelve tones with eight pure major thirds",
    source: "Aaron, Toscanello in musica, 1523; chain of fifths of the fourth root of 5",
    tuning: chain("meantone", fifth: 1200 * log2(5) / 4))

  private static let bohlenPierce = ShippedTuning(
    name: "bohlen-pierce", summary: "13 equal divisions of 3/1, the tritave: no octaves at all",
    source: "Bohlen, Acustica 39, 1978; Mathews, Pierce, Reeves and Roberts, JASA 84, 1988",
    tuning: .equal(divisions: 13, periodInCents: 1200 * log2(3), name: "bohlen-pierce"))

  private static let slendro = ShippedTuning(
    name: "slendro", summary: "a Javanese slendro as measured: five tones an octave",
    source: "Ellis in Helmholtz, On the Sensations of Tone, 2nd ed. 1885, app. XX, no. 94",
    tuning: Tuning(name: "slendro", degreesInCents: [0, 228, 484, 728, 960], periodInCents: 1200))

  private static let pelog = ShippedTuning(
    name: "pelog", summary: "a Javanese pelog as measured: seven unequal tones an octave",
    source: "Ellis in Helmholtz, On the Sensations of Tone, 2nd ed. 1885, app. XX, no. 95",
    tuning: Tuning(name: "pelog", degreesInCents: [0, 137, 446, 575, 687, 820, 1098], periodInCents: 1200))

  /// Degrees above 1/1 as ratios, repeated at the octave.
  private static func ratios(_ name: String, _ ratios: [(Double, Double)]) -> Tuning {
    Tuning(name: name, degreesInCents: [0] + ratios.map { 1200 * log2($0.0 / $0.1) }, periodInCents: 1200)
  }

  /// Twelve tones of a chain of fifths, three below degree 0 and eight above it, brought into the octave.
  private static func chain(_ name: String, fifth: Double) -> Tuning {
    let degrees = (-3...8).map { position in
      let cents = Double(position) * fifth
      return cents - 1200 * (cents / 1200).rounded(.down)
    }
    return Tuning(name: name, degreesInCents: degrees.sorted(), periodInCents: 1200)
  }
}
