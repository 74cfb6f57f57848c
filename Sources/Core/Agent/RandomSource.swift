/// Random numbers by key: what is drawn depends on the key alone, never on threads or order.
///
/// A run's numbers are addressed by (seed, purpose, population, candidate, block of episodes). Each key is hashed to the
/// start of a stream of its own (splitmix64, Steele et al. 2014).
public struct RandomSource: RandomNumberGenerator, Sendable {
  /// What a stream is for; streams of different purposes never meet.
  public enum Purpose: UInt64, Sendable {
    /// The weights of a candidate.
    case weights = 1
    /// The actions of a candidate's episodes.
    case actions = 2
    /// The actions of the returned agent's test episodes.
    case composition = 3
    /// How a daemon's session begins.
    case session = 4
    /// The actions of the episodes that rewards are measured by before anything is learnt.
    case scale = 5
    /// How a piece's onsets stray from the beat.
    case performance = 6
  }

  /// The largest integer of which JSON's readers are sure: `jq` and JavaScript keep numbers as `Double`.
  public static let largestExactSeed: UInt64 = 1 << 53

  /// A seed that nobody chose, drawn so that every reader of JSON can give it back.
  public static func drawSeed() -> UInt64 { UInt64.random(in: 0..<largestExactSeed) }

  private var state: UInt64

  /// What the kernels' generators are started from.
  var key: UInt64 { state }

  /// The stream of this key.
  public init(seed: UInt64, purpose: Purpose, population: Int, candidate: Int, block: Int = 0) {
    state = seed
    for part in [purpose.rawValue, UInt64(population), UInt64(candidate), UInt64(block)] {
      state = next() ^ part
    }
    state = next()
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
