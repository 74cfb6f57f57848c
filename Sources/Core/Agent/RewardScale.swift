/// How large rewards are, so that the temperature of the entropy can be relative to them.
///
/// The scale is what one decision's share of the reward typically deviates by while nothing has been learnt:
///
///     scale^2 = (sum over slots of the variance of the shares + variance of what no decision had a share in)
///               / decisions of an episode,
///
/// over a few hundred episodes of the policy whose weights are all 0, played for this purpose alone. It is a function of
/// the environment, its rules and the seed, not of the training's course: a scale that followed the learner would fall
/// as the learner settles, the temperature with it, and the pieces would all become the same one. When the rules'
/// coefficients are changed it is taken again. Multiplying all coefficients by a power of two multiplies every number on
/// the way by it, exactly.
///
/// Rewards are handed on in a `unit`, the power of two at or below the scale: dividing by it rounds nothing, and what the
/// learner calculates with is of the order of 1 whatever the rewards are.
struct RewardScale: Sendable, Hashable {
  /// A power of two.
  let unit: Double
  /// The scale in that unit, 1..<2.
  let scale: Double

  /// For a scale of any size; 1 where nothing makes a difference to the rewards.
  init(_ scale: Double) {
    let scale = scale.isNormal && scale > 0 ? scale : 1
    unit = Double(sign: .plus, exponent: scale.exponent, significand: 1)
    self.scale = scale / unit
  }

  /// The deviations of the shares of episodes that have been played.
  struct Sample {
    private var counts: [Double]
    private var sums: [Double]
    private var squares: [Double]
    private var rests: [Double] = []
    private var decisions = 0

    init(slotCount: Int) {
      counts = Array(repeating: 0, count: slotCount)
      sums = counts
      squares = counts
    }

    mutating func add(_ decisions: UnsafeBufferPointer<Decision>, reward: Double) {
      var rest = reward
      for decision in decisions {
        let (slot, share) = (Int(decision.slot), Double(decision.share))
        counts[slot] += 1
        sums[slot] += share
        squares[slot] += share * share
        rest -= share
      }
      rests.append(rest)
      self.decisions += decisions.count
    }

    var scale: RewardScale {
      guard decisions > 0 else { return RewardScale(0) }
      let episodes = Double(rests.count)
      var variance = 0.0
      for slot in counts.indices where counts[slot] > 0 {
        let mean = sums[slot] / counts[slot]
        // A slot that few episodes have counts so much less.
        variance += max(0, squares[slot] / counts[slot] - mean * mean) * (counts[slot] / episodes)
      }
      let mean = rests.mean
      variance += rests.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / episodes
      return RewardScale((variance / (Double(decisions) / episodes)).squareRoot())
    }
  }
}
