internal import CSong

/// Plays blocks of songs; all episodes of a block have one plan, so that what differs between them is what was decided.
final class SongRunner: EpisodeRunner {
  private let environment: SongEnvironment
  private let path: UnsafePointer<song_path>
  private let songs: [OpaquePointer]
  private let planTable: UnsafeMutablePointer<song_plan>
  /// Every episode's decisions, as many as the first array says; filled when they are first asked for.
  private let decisionTable: UnsafeMutablePointer<Decision>
  private var decisionCounts: [Int?]
  private let ownWeights: UnsafeMutablePointer<Float>
  /// Whose weights are played with; nil: its own.
  private var model: SongRunner?
  private var count = 0
  /// What the episodes' random numbers were drawn with, and whether they are finished pieces.
  private var keys: [UInt64] = []
  private var isFinished = false
  private var world: SongWorld
  private var plan = SongPlan(sections: [], phrases: [], bars: [])

  /// How much is tried until a finished piece is without faults.
  struct Effort {
    /// How often a span is composed again before a fault is accepted.
    var retries: Int32 = 40
    /// The same where the first part is given: its own faults stay, whatever is tried.
    var givenRetries: Int32 = 40
    /// How often the piece is composed.
    var attempts = 6
    /// Spans that are composed again in all; nil for any number.
    var mostRetries: Int32?
  }

  /// What the logits of accompaniment and of returning bars are multiplied by when a finished piece is composed.
  static let sharpness: Float = 2

  init(_ environment: SongEnvironment, kernels: Kernels, capacity: Int) {
    self.environment = environment
    path = kernels.song
    songs = (0..<max(1, capacity)).compactMap { _ in song_create() }
    precondition(songs.count == max(1, capacity), "out of memory")  // 2 MB each
    planTable = .allocate(capacity: 1)
    planTable.initialize(to: song_plan())
    let most = songs.count * environment.mostDecisions
    decisionTable = .allocate(capacity: most)
    decisionTable.initialize(repeating: Decision(slot: 0, elapsed: 0, share: 0), count: most)
    decisionCounts = Array(repeating: nil, count: songs.count)
    ownWeights = .allocate(capacity: environment.weightCount + 32)
    ownWeights.initialize(repeating: 0, count: environment.weightCount + 32)
    world = environment.worlds[0]
  }

  deinit {
    songs.forEach(song_destroy)
    planTable.deallocate()
    decisionTable.deallocate()
    ownWeights.deallocate()
  }

  func prepare(_ weights: UnsafeBufferPointer<Float>) {
    guard let base = weights.baseAddress else { return }
    model = nil
    ownWeights.update(from: base, count: min(weights.count, environment.weightCount))
  }

  func prepare(like other: any EpisodeRunner) -> Bool {
    guard let other = other as? SongRunner, other !== self else { return false }
    model = other
    return true
  }

  private var weights: UnsafePointer<Float> { UnsafePointer((model ?? self).ownWeights) }

  func play(_ key: EpisodeKey, count: Int) {
    isFinished = key.purpose == .composition
    func source(block: Int) -> RandomSource {
      RandomSource(
        seed: key.seed, purpose: key.purpose, population: key.population, candidate: key.candidate, block: block)
    }
    // All blocks of a batch have one plan.
    var random = source(block: isFinished ? key.block : 0)
    (world, plan) = environment.draw(&random)
    if !isFinished, key.block > 0 { random = source(block: key.block) }
    self.count = min(count, songs.count)
    composeAll(&random)
    // A few plans leave no way out, however often they are tried: then another one is drawn.
    var otherPlans = isFinished ? 3 : 0
    while otherPlans > 0, (0..<self.count).contains(where: { song_result_of(songs[$0]).pointee.faults > 0 }) {
      (world, plan) = environment.draw(&random)
      composeAll(&random)
      otherPlans -= 1
    }
  }

  private func composeAll(_ random: inout RandomSource) {
    plan.fill(planTable, world: world)
    keys = (0..<count).map { _ in random.next() }
    for (episode, key) in keys.enumerated() {
      compose(episode, key: key, finished: isFinished, sharpness: isFinished ? Self.sharpness : 1)
    }
  }

  /// A song by itself: with this plan, what is given of it, and weights from `prepare`.
  func compose(plan: SongPlan, world: SongWorld, key: UInt64, given: SongGiven?, effort: Effort = Effort()) {
    (self.plan, self.world) = (plan, world)
    plan.fill(planTable, world: world)
    count = 1
    (keys, isFinished) = ([key], true)
    compose(0, key: key, finished: true, sharpness: Self.sharpness, given: given, effort: effort)
  }

  private func compose(
    _ episode: Int, key: UInt64, finished: Bool, sharpness: Float, given: SongGiven? = nil,
    effort: Effort = Effort()
  ) {
    let task = song_task_of(songs[episode])!
    decisionCounts[episode] = nil
    task.pointee = song_task(
      world: UnsafePointer(world.table), plan: UnsafePointer(planTable), weights: weights, key: key,
      sharpness: sharpness, record: finished ? 0 : 1, retries: finished ? effort.retries : 0,
      given_retries: finished ? effort.givenRetries : 0, budget: 0, replay: 0, given: nil, bars: nil,
      bar_faults: nil, script: nil, script_length: 0)
    var keys = RandomSource(key: key)
    var left = effort.mostRetries
    /// - Returns: the faults.
    func run(_ key: UInt64, budget: Int32) -> Int32 {
      (task.pointee.key, task.pointee.budget) = (key, budget)
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
      return song_result_of(songs[episode]).pointee.faults
    }
    var best = (faults: run(key, budget: left ?? 0), key: key, budget: left ?? 0)
    guard finished else { return }
    // Where taking back did not help, the whole piece is composed again.
    var faults = best.faults
    for _ in 1..<max(1, effort.attempts) {
      if best.faults == 0 { return }
      if let rest = left {
        left = rest - song_result_of(songs[episode]).pointee.taken_back
        if left ?? 0 <= 0 { break }
      }
      let other = keys.next()
      faults = run(other, budget: left ?? 0)
      if faults < best.faults { best = (faults, other, left ?? 0) }
    }
    if faults > best.faults { _ = run(best.key, budget: best.budget) }
  }

  func reward(of episode: Int) -> Double { song_result_of(songs[episode]).pointee.total }

  func decisions(of episode: Int) -> UnsafeBufferPointer<Decision> {
    let out = decisionTable + episode * environment.mostDecisions
    if let count = decisionCounts[episode] { return UnsafeBufferPointer(start: out, count: count) }
    let recorded = min(Int(song_result_of(songs[episode]).pointee.recorded), environment.mostDecisions)
    guard let from = song_decisions_of(songs[episode]) else { return UnsafeBufferPointer(start: nil, count: 0) }
    for index in 0..<recorded {
      let step = Int(from[index].step)
      let next = index + 1 < recorded ? Int(from[index + 1].step) : step
      out[index] = Decision(
        slot: Int(from[index].slot), elapsed: max(0, min(8, next - step)), share: from[index].reward,
        freedom: from[index].invention != 0 ? SongEnvironment.freedomOfInvention : 1)
    }
    decisionCounts[episode] = recorded
    return UnsafeBufferPointer(start: out, count: recorded)
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

  /// An episode that was played to learn from has the faults that an agent makes while it learns: as a piece, it is
  /// composed once more from the same random numbers, and taken back where they lead into a fault.
  func piece(of episode: Int, provenance: Provenance) -> Piece {
    if !isFinished, song_result_of(songs[episode]).pointee.faults > 0 {
      compose(episode, key: keys[episode], finished: true, sharpness: 1)
    }
    return SongPieces.piece(
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
          world: UnsafePointer(world.table), plan: UnsafePointer(planTable), weights: weights, key: 0,
          sharpness: 1, record: 0, retries: 0, given_retries: 0, budget: 0, replay: 1, given: nil,
          bars: rewards.baseAddress, bar_faults: faults.baseAddress, script: nil, script_length: 0)
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
    return paths.first { String(cString: $0.pointee.name) == name } ?? paths[paths.count - 1]
  }
}

extension RandomSource {
  /// A stream that begins with a number drawn from another.
  init(key: UInt64) { self.init(seed: key, purpose: .composition, population: 0, candidate: 0) }
}
