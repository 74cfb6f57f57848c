/// Melodies by number, for training and for figures: all tonics and scale types, above and below, any length.
///
/// A melody begins and ends on the tonic, moves by steps mostly (six of ten; two of ten are thirds, then fourths and
/// fifths), stays within a fifth below and a seventh above its tonic, spans a fourth at least, and comes to its last note by
/// a step. What is composed against it is chosen by `MelodyFit`.
public struct RandomMelodies: Sendable {
  private let base: CounterpointConfiguration
  private let seed: UInt64
  private let bars: ClosedRange<Int>

  /// Melodies of so many bars, composed against as a configuration says.
  public init(_ base: CounterpointConfiguration, seed: UInt64, bars: ClosedRange<Int>) {
    self.base = base
    self.seed = seed
    self.bars = bars
  }

  /// A composer for the melody of this number; melodies that leave no room for a line are passed over.
  public func composer(_ number: Int) -> CounterpointComposer {
    var random = SplitMix(
      state: RandomSource(seed: seed, purpose: .session, population: number, candidate: 0).key)
    while true {
      if let composer = try? CounterpointComposer(configuration(&random)) { return composer }
    }
  }

  private func configuration(_ random: inout SplitMix) -> CounterpointConfiguration {
    let kinds = KeyboardScale.Kind.allCases
    let scale = KeyboardScale(
      tonic: Int.random(in: 0..<12, using: &random), kind: kinds[Int.random(in: 0..<kinds.count, using: &random)])
    let side: CounterpointSide = Bool.random(using: &random) ? .above : .below
    let count = Int.random(in: bars, using: &random)
    // The first tonic from G3, or C#4 below a counterpoint, up.
    let lowest = side == .above ? 55 : 62
    let tonic = scale.keys.firstIndex { $0 >= lowest && $0 % 12 == scale.tonic } ?? 0
    var positions = [tonic]
    repeat {
      positions = [tonic]
      while positions.count < count - 1 {
        let sizes = [1, 1, 1, 1, 1, 1, 2, 2, 3, 4]
        let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
        let next = (positions.last ?? tonic) + (Bool.random(using: &random) ? size : -size)
        if (tonic - 4...tonic + 6).contains(next) { positions.append(next) }
      }
    } while abs((positions.last ?? tonic) - tonic) != 1 || (positions.max() ?? 0) - (positions.min() ?? 0) < 3
    let melody = GivenLine(cantusFirmus: (positions + [tonic]).map { scale.keys[$0] })
    let fit = MelodyFit(melody: melody, scale: scale, side: side, startPause: base.task.startPause)
    let range = fit.range(beyond: nil)
    var configuration = base
    configuration.sides = [side]
    configuration.task = CounterpointTask(
      scale: scale, melody: melody, start: fit.starts(in: range)[0], end: fit.ends(in: range)[0], range: range,
      startPause: base.task.startPause, maximumSkip: base.task.maximumSkip, isAbove: side == .above)
    return configuration
  }
}
