/// What a performer reads in a score beside its notes: phrases, harmony, dynamics, and which part leads.
public struct ScoreAnalysis: Sendable, Hashable {
  /// A chord, from its step until the next one's.
  public struct Harmony: Sendable, Hashable {
    /// The first step it holds for.
    public var step: Int
    /// Degree of its root; only its place in the tuning's period counts.
    public var root: Int
    /// Degrees of its notes, the root's among them; only their places in the period count.
    public var members: [Int]

    /// A chord of these parts.
    public init(step: Int, root: Int, members: [Int]) {
      self.step = step
      self.root = root
      self.members = members
    }
  }

  /// How loud it is at a step, on a line to the next one's.
  public struct Dynamic: Sendable, Hashable {
    /// The step.
    public var step: Int
    /// Decibels above the parts' own loudness.
    public var decibels: Double

    /// A dynamic of these parts.
    public init(step: Int, decibels: Double) {
      self.step = step
      self.decibels = decibels
    }
  }

  /// Phrases as ranges of steps, ascending; none means that the whole piece is one.
  public var phrases: [Range<Int>] = []
  /// Parts of phrases, likewise; none means that phrases are not divided.
  public var subphrases: [Range<Int>] = []
  /// Chords in ascending order of step; where there is none, the tonic stands for the root.
  public var harmonies: [Harmony] = []
  /// Degree of the tonic; only its place in the period counts. Nil if nobody said.
  public var tonic: Int?
  /// Degrees of the chord of the tonic.
  public var tonicChord: [Int] = []
  /// Dynamics in ascending order of step.
  public var dynamics: [Dynamic] = []
  /// The part that leads, in the order of the piece's parts.
  public var leadingPart = 0

  /// One that knows nothing: one phrase, no harmony, even dynamics, the first part leads.
  public init() {}

  /// The chord at a step; nil before the first.
  func harmony(at step: Int) -> Harmony? { harmonies.last { $0.step <= step } }

  /// Decibels at a step: on the lines between the dynamics, level before the first and after the last.
  func decibels(at step: Int) -> Double {
    guard let after = dynamics.firstIndex(where: { $0.step > step }) else { return dynamics.last?.decibels ?? 0 }
    guard after > 0 else { return dynamics[0].decibels }
    let (a, b) = (dynamics[after - 1], dynamics[after])
    return a.decibels + (b.decibels - a.decibels) * Double(step - a.step) / Double(b.step - a.step)
  }
}
