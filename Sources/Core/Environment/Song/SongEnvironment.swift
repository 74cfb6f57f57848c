internal import CSong

/// Pieces in parts with a form, as an environment: what is decided, under which masks, and what each decision earned.
///
/// A state is the piece so far with its plan. Decisions: how a returning bar changes what it returns to; a chord for every
/// span (half a bar of 4/4), one span ahead of the notes; every part's rhythm in the span, as one of sixteen patterns of
/// onsets; and at every onset a lane (a degree of the scale), the bass first, then the melody, then the inner parts from
/// above. Hard rules are masks: what breaks them cannot be chosen. Soft rules (`SongRuleRegistry`) reward. The policy is
/// log-linear: the logits of all that may be chosen are the sum of up to eleven rows of weights, picked by what the
/// decision is about (interval from the note before, to the bass, to the melody; member of the chord; degree and cadence;
/// register and tension; distance to what the motif predicts; and so on: `layout.inc.h` of CSong).
public struct SongEnvironment: PolicyEnvironment {
  let configuration: SongConfiguration
  let worlds: [SongWorld]

  /// How much freer decisions are where something new is due: melody and chords of bars without reference.
  static let freedomOfInvention: Float = 20

  /// An environment for this configuration.
  public init(_ configuration: SongConfiguration) {
    self.configuration = configuration
    worlds = configuration.worlds
  }

  /// As the kernels have it.
  public var weightCount: Int { Int(song_weight_count()) }

  /// Steps of all parts: each is an onset, a note that goes on, or a rest.
  public var stepsPerEpisode: Int {
    configuration.plan.bars * configuration.meter.steps * configuration.parts.count
  }

  /// A transformation a bar, a chord and every part's rhythm a span, a pitch a step and part.
  public var mostDecisions: Int {
    let bars = configuration.plan.bars
    let parts = configuration.parts.count
    return bars + bars * configuration.meter.spans.count * (1 + parts) + bars * configuration.meter.steps * parts + 1
  }

  /// Places in a phrase, not in time: plans differ.
  public var slotCount: Int { Int(SONG_SLOTS) }

  /// Pieces are long: two threads share a batch of eight.
  public var blockSize: Int { 4 }

  /// 2 MB an episode.
  public func hasMemory(capacity: Int) -> Bool { SystemMemory.has(bytes: max(1, capacity) << 21) }

  /// Something that composes.
  public func makeRunner(kernels: Kernels, capacity: Int) -> any EpisodeRunner {
    SongRunner(self, kernels: kernels, capacity: capacity)
  }

  /// With other coefficients of the soft rules.
  public func weighted(by coefficients: [String: Double]) -> any PolicyEnvironment {
    SongEnvironment(configuration.weighted(by: coefficients))
  }

  /// The world and the plan of an episode.
  func draw(_ random: inout RandomSource) -> (world: SongWorld, plan: SongPlan) {
    let world = worlds[Int(random.next() % UInt64(worlds.count))]
    let plan = SongPlanner.plan(configuration.plan, world: world, random: RandomSource(key: random.next()))
    return (world, plan)
  }
}
