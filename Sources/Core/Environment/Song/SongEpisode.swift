internal import CSong

/// A song that somebody else composes, decision by decision: the environment for programs with learners of their own.
///
/// The kernels compose whole pieces; here they do so again for every decision, with those taken so far as a script, and
/// say what stands where the script ends. That takes the time of a piece a decision (milliseconds) and is the very code
/// that the program's own learner plays with. What has one choice only is decided at once.
public final class SongEpisode {
  /// What a decision is about.
  public enum Kind: Int, Sendable, CaseIterable {
    /// How a returning bar changes what it returns to: 0 to 6 moved by -3 to 3 degrees, 7 to 13 also upside down, 14 only
    /// its rhythm.
    case transformation
    /// A chord, by its number in the vocabulary.
    case chord
    /// A part's rhythm in a span: one of sixteen patterns; those below 8 begin with an onset, the bits are onsets at the
    /// second, third and fourth step.
    case rhythm
    /// A part's next note: 7 is the note before, 8 the next degree above it.
    case pitch
  }

  /// Numbers of actions.
  public static let actionCount = Int(SONG_CHORDS)

  private let environment: SongEnvironment
  private let song: OpaquePointer
  private let plan: UnsafeMutablePointer<song_plan>
  private let weights: UnsafeMutablePointer<Float>
  private var world: SongWorld
  private var script: [UInt8] = []
  /// The plan of this episode.
  public private(set) var songPlan: SongPlan
  /// What the soft rules have given so far.
  public private(set) var total = 0.0

  /// An episode's first decision.
  ///
  /// - Returns: nil if there is no memory.
  public init?(_ configuration: SongConfiguration, seed: UInt64) {
    guard let song = song_create() else { return nil }
    self.song = song
    environment = SongEnvironment(configuration)
    plan = .allocate(capacity: 1)
    plan.initialize(to: song_plan())
    weights = .allocate(capacity: environment.weightCount + 32)
    weights.initialize(repeating: 0, count: environment.weightCount + 32)
    world = environment.worlds[0]
    songPlan = SongPlan(sections: [], phrases: [], bars: [])
    reset(seed: seed)
  }

  deinit {
    song_destroy(song)
    plan.deallocate()
    weights.deallocate()
  }

  /// Steps of the piece.
  public var stepCount: Int { songPlan.bars.count * world.meter.steps }
  /// Parts of the piece.
  public var partCount: Int { world.partCount }

  /// Begins a piece; its plan is drawn by the seed.
  public func reset(seed: UInt64) {
    var random = RandomSource(seed: seed, purpose: .composition, population: 0, candidate: 3)
    (world, songPlan) = environment.draw(&random)
    songPlan.fill(plan, world: world)
    script = []
    play()
    total = sum
  }

  /// Takes a decision.
  ///
  /// - Returns: what the soft rules gave for it; nil, and nothing changes, if it may not be chosen or nothing is to be
  ///   decided any more.
  public func step(_ action: Int) -> Double? {
    guard validActions.contains(action) else { return nil }
    script.append(UInt8(action))
    play()
    let before = total
    total = sum
    return total - before
  }

  private func play() {
    script.withUnsafeBufferPointer { script in
      // An empty script is one, too.
      var none: UInt8 = 0
      withUnsafePointer(to: &none) { none in
        song_task_of(song).pointee = song_task(
          world: UnsafePointer(world.table), plan: UnsafePointer(plan), weights: UnsafePointer(weights), key: 0,
          sharpness: 1, record: 0, retries: 0, given_retries: 0, budget: 0, replay: 0, given: nil, bars: nil,
          bar_faults: nil,
          script: script.baseAddress ?? none, script_length: Int32(script.count))
        song_begin_script(song)
        Kernels.best.song.pointee.play(song)
        song_task_of(song).pointee.script = nil
      }
    }
  }

  private var asked: song_asked { song_asked_of(song).pointee }

  /// What the rules have given up to the decision that is due.
  private var sum: Double {
    if isOver { return song_result_of(song).pointee.total }
    return withUnsafeBytes(of: asked.rule) { $0.bindMemory(to: Double.self).reduce(0, +) }
  }

  /// Whether the piece is complete.
  public var isOver: Bool { asked.mask == 0 }

  /// What may be chosen, ascending.
  public var validActions: [Int] { (0..<Self.actionCount).filter { asked.mask >> UInt32($0) & 1 == 1 } }

  /// What is to be decided; nil at the end.
  public var kind: Kind? {
    if isOver { return nil }
    let (kind, role) = (Int(asked.slot) / 72 % 3, Int(asked.slot) / 18 % 4)
    return kind == 1 ? .rhythm : kind == 2 ? .pitch : role == 0 ? .transformation : .chord
  }

  /// For whom: 0 the melody, 1 the bass, 2 the second part, 3 one below it.
  public var role: Int { Int(asked.slot) / 18 % 4 }

  /// The step that it is about.
  public var stepIndex: Int { isOver ? stepCount : Int(asked.step) }

  /// Times that a hard rule was broken because nothing else was left.
  public var faults: Int { isOver ? Int(song_result_of(song).pointee.faults) : Int(asked.faults) }

  /// What sounds at every step, part by part: a degree of the scale, -1 for silence, -2 for what is not decided yet.
  public var lanes: [[Int]] {
    let decided = isOver ? stepCount : Int(asked.decided)
    return (0..<partCount).map { part in
      guard let row = song_grid_lane(song_grid_of(song), Int32(part)) else { return [] }
      return (0..<stepCount).map { $0 < decided ? Int(row[$0]) : -2 }
    }
  }

  /// What sounds now, part by part, likewise.
  public var sounding: [Int] {
    withUnsafeBytes(of: asked.lane) { lanes in (0..<partCount).map { Int(Int8(bitPattern: lanes[$0])) } }
  }

  /// The piece; nil as long as something is to be decided.
  public func piece(provenance: Provenance) -> Piece? {
    guard isOver else { return nil }
    return SongPieces.piece(
      song_grid_of(song), plan: songPlan, world: world, environment: environment, faults: faults,
      provenance: provenance)
  }
}
