internal import CSong

/// Plays blocks of songs; all episodes of a block have one plan, so that what differs between them is what was decided.
final class SongRunner: EpisodeRunner {
  private let environment: SongEnvironment
  private let path: UnsafePointer<song_path>
  private let songs: [OpaquePointer]
  private let planTable: UnsafeMutablePointer<song_plan>
  private let decisionTable: UnsafeMutablePointer<Decision>
  private var weights: UnsafeMutablePointer<Float>
  private var count = 0
  private var world: SongWorld
  private var plan = SongPlan(sections: [], phrases: [], bars: [])

  /// How often a span is composed again before a fault is accepted, and how often a piece is.
  static let retries: Int32 = 40
  static let attempts = 6
  /// What the logits of accompaniment and of returning bars are multiplied by when a finished piece is composed.
  static let sharpness: Float = 2

  init(_ environment: SongEnvironment, kernels: Kernels, capacity: Int) {
    self.environment = environment
    path = kernels.song
    songs = (0..<max(1, capacity)).compactMap { _ in song_create() }
    precondition(songs.count == max(1, capacity), "out of memory")  // 2 MB each
    planTable = .allocate(capacity: 1)
    planTable.initialize(to: song_plan())
    decisionTable = .allocate(capacity: environment.mostDecisions)
    decisionTable.initialize(repeating: Decision(slot: 0, elapsed: 0, share: 0), count: environment.mostDecisions)
    weights = .allocate(capacity: environment.weightCount + 32)
    weights.initialize(repeating: 0, count: environment.weightCount + 32)
    world = environment.worlds[0]
  }

  deinit {
    songs.forEach(song_destroy)
    planTable.deallocate()
    decisionTable.deallocate()
    weights.deallocate()
  }

  func prepare(_ weights: UnsafeBufferPointer<Float>) {
    guard let base = weights.baseAddress else { return }
    self.weights.update(from: base, count: min(weights.count, environment.weightCount))
  }

  func play(_ key: EpisodeKey, count: Int) {
    var random = RandomSource(
      seed: key.seed, purpose: key.purpose, population: key.population, candidate: key.candidate, block: key.block)
    (world, plan) = environment.draw(&random)
    plan.fill(planTable, world: world)
    self.count = min(count, songs.count)
    let composes = key.purpose == .composition
    for episode in 0..<self.count { compose(episode, key: random.next(), finished: composes) }
  }

  /// A song by itself: with this plan, what is given of it, and weights from `prepare`.
  func compose(plan: SongPlan, world: SongWorld, key: UInt64, given: SongGiven?) {
    (self.plan, self.world) = (plan, world)
    plan.fill(planTable, world: world)
    count = 1
    compose(0, key: key, finished: true, given: given)
  }

  private func compose(_ episode: Int, key: UInt64, finished: Bool, given: SongGiven? = nil) {
    let task = song_task_of(songs[episode])!
    task.pointee = song_task(
      world: UnsafePointer(world.table), plan: UnsafePointer(planTable), weights: UnsafePointer(weights), key: key,
      sharpness: finished ? Self.sharpness : 1, record: finished ? 0 : 1, retries: finished ? Self.retries : 0,
      replay: 0, given: nil, bars: nil, bar_faults: nil)
    var best: (faults: Int32, key: UInt64)?
    var keys = RandomSource(key: key)
    func run(_ key: UInt64) {
      task.pointee.key = key
      if let given {
        given.write(to: song_grid_of(songs[episode]), world: world)
        given.mask.withUnsafeBufferPointer { mask in
          task.pointee.given = mask.baseAddress
          path.pointee.play(songs[episode])
          task.pointee.given = nil
        }
      } else {
        path.pointee.play(songs[episode])
      }
    }
    run(key)
    guard finished else { return }
    // Where taking back did not help, the whole piece is composed again.
    best = (song_result_of(songs[episode]).pointee.faults, key)
    for _ in 1..<Self.attempts {
      guard let found = best, found.faults > 0 else { return }
      let other = keys.next()
      run(other)
      let faults = song_result_of(songs[episode]).pointee.faults
      if faults < found.faults { best = (faults, other) }
    }
    if let best, song_result_of(songs[episode]).pointee.faults > best.faults { run(best.key) }
  }

  func reward(of episode: Int) -> Double { song_result_of(songs[episode]).pointee.total }

  func decisions(of episode: Int) -> UnsafeBufferPointer<Decision> {
    let recorded = min(Int(song_result_of(songs[episode]).pointee.recorded), environment.mostDecisions)
    guard let from = song_decisions_of(songs[episode]) else { return UnsafeBufferPointer(start: nil, count: 0) }
    for index in 0..<recorded {
      let step = Int(from[index].step)
      let next = index + 1 < recorded ? Int(from[index + 1].step) : step
      decisionTable[index] = Decision(
        slot: Int(from[index].slot), elapsed: max(0, min(8, next - step)), share: from[index].reward,
        freedom: from[index].invention != 0 ? SongEnvironment.freedomOfInvention : 1)
    }
    return UnsafeBufferPointer(start: decisionTable, count: recorded)
  }

  func accumulate(
    _ advantages: UnsafeBufferPointer<Float>, temperature: Float, into gradient: UnsafeMutableBufferPointer<Float>
  ) {
    guard let base = advantages.baseAddress, let sums = gradient.baseAddress else { return }
    for episode in 0..<count {
      path.pointee.accumulate(
        songs[episode], base + episode, Int64(episodesPerBlock), temperature, SongEnvironment.freedomOfInvention, sums)
    }
  }

  func piece(of episode: Int, provenance: Provenance) -> Piece {
    SongPieces.piece(
      song_grid_of(songs[episode]), plan: plan, world: world, environment: environment,
      faults: Int(song_result_of(songs[episode]).pointee.faults), provenance: provenance)
  }

  /// Scores a piece that exists: everything is given, nothing is drawn.
  func replay(_ given: SongGiven, plan: SongPlan, world: SongWorld) -> SongScore {
    (self.plan, self.world) = (plan, world)
    plan.fill(planTable, world: world)
    let bars = plan.bars.count
    var rewards = [Float](repeating: 0, count: Int(SONG_BARS * SONG_RULES))
    var faults = [UInt16](repeating: 0, count: Int(SONG_BARS))
    given.write(to: song_grid_of(songs[0]), world: world)
    rewards.withUnsafeMutableBufferPointer { rewards in
      faults.withUnsafeMutableBufferPointer { faults in
        song_task_of(songs[0]).pointee = song_task(
          world: UnsafePointer(world.table), plan: UnsafePointer(planTable), weights: UnsafePointer(weights), key: 0,
          sharpness: 1, record: 0, retries: 0, replay: 1, given: nil, bars: rewards.baseAddress,
          bar_faults: faults.baseAddress)
        path.pointee.play(songs[0])
      }
    }
    let rules = SongRuleRegistry.rules.count
    return SongScore(
      bars: (0..<bars).map { bar in (0..<rules).map { Double(rewards[bar * Int(SONG_RULES) + $0]) } },
      faults: (0..<bars).map { Int(faults[$0]) })
  }
}

extension Kernels {
  /// The song engine's path that goes with these; without one of its own, the nearest slower one.
  var song: UnsafePointer<song_path> {
    let paths = (0..<8).compactMap { song_path_at($0) }
    return (name == "portable" ? nil : paths.last) ?? paths[0]
  }
}

extension RandomSource {
  /// A stream that begins with a number drawn from another.
  init(key: UInt64) { self.init(seed: key, purpose: .composition, population: 0, candidate: 0) }
}
