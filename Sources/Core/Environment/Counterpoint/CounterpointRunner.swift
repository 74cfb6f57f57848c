internal import CKernels

/// Plays blocks of lines against one melody with the kernels. What is played for composing is a finished piece: a line of
/// the policy, made better by search, unlike the pieces before.
final class CounterpointRunner: EpisodeRunner {
  private let environment: CounterpointPolicyEnvironment
  private let composers: [CounterpointComposer]
  /// Of the melody that is played against.
  private var number = 0
  private let lines: [LineBuffer]
  private var rewards: [Double]
  private var weights: [Float]
  private let decisionTable: UnsafeMutableBufferPointer<Decision>
  private var shares: [Float]
  private var advantages: [Float]
  private var temperatures: [Float]
  private var key = EpisodeKey(seed: 0, purpose: .actions, population: 0, candidate: 0, block: 0)
  private var count = 0
  /// What was composed to its end; nil where episodes were only played.
  private var finished: [CounterpointLine]?

  init(_ environment: CounterpointPolicyEnvironment, capacity: Int) {
    self.environment = environment
    composers = environment.composers
    lines = (0..<max(1, capacity)).map { _ in LineBuffer() }
    rewards = Array(repeating: 0, count: lines.count)
    weights = Array(repeating: 0, count: environment.weightCount)
    decisionTable = .allocate(capacity: environment.mostDecisions)
    decisionTable.initialize(repeating: Decision(slot: 0, elapsed: 0, share: 0))
    shares = Array(repeating: 0, count: Int(CK_STEPS))
    advantages = shares
    temperatures = shares
  }

  deinit { decisionTable.deallocate() }

  private var composer: CounterpointComposer { composers[number] }

  func prepare(_ weights: UnsafeBufferPointer<Float>) { self.weights = Array(weights) }

  func play(_ key: EpisodeKey, count: Int) {
    self.key = key
    self.count = min(count, lines.count)
    var source = RandomSource(
      seed: key.seed, purpose: key.purpose, population: key.population, candidate: key.candidate, block: key.block)
    number = Int(source.next() % UInt64(composers.count))
    var random = source.next()
    finished = nil
    if key.purpose == .composition { return compose() }
    for (episode, line) in lines[..<self.count].enumerated() {
      CounterpointPolicy.draw(weights, isOwn: environment.isOwn, on: composer.table, into: line, random: &random)
      rewards[episode] = composer.scoring.score(line, on: composer.table)
    }
  }

  func reward(of episode: Int) -> Double { rewards[episode] }

  func decisions(of episode: Int) -> UnsafeBufferPointer<Decision> {
    let line = lines[episode]
    ck_counterpoint_shares(composer.table.table, composer.scoring.scoring, line.line, &shares)
    var step = 0
    let first = number * environment.slotsPerMelody
    for index in 0..<line.count {
      let duration = Int(line.notes[index].duration)
      decisionTable[index] = Decision(slot: first + step / 4, elapsed: duration, share: shares[index])
      step += duration
    }
    return UnsafeBufferPointer(rebasing: decisionTable[..<line.count])
  }

  func accumulate(
    _ advantages: UnsafeBufferPointer<Float>, temperature: Float, into gradient: UnsafeMutableBufferPointer<Float>
  ) {
    guard let sums = gradient.baseAddress else { return }
    for index in temperatures.indices { temperatures[index] = temperature }
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      CounterpointPolicy.withPolicy(weights, isOwn: environment.isOwn, on: composer.table) { policy in
        for (episode, line) in lines[..<count].enumerated() {
          for index in 0..<line.count { self.advantages[index] = advantages[index * episodesPerBlock + episode] }
          ck_counterpoint_learn(composer.table.table, policy, line.line, self.advantages, temperatures, sums)
        }
      }
    }
  }

  func piece(of episode: Int, provenance: Provenance) -> Piece {
    let lines =
      finished ?? composer.withFurtherParts(lines[episode].line(of: composer.table.task), key: key, episode: episode)
    return composer.configuration.piece(lines, provenance: provenance)
  }

  // MARK: Composing

  /// The piece of the block's number: those before it that it has to differ from are composed first, if they are not
  /// known.
  private func compose() {
    let first = key.block / CounterpointComposer.distinctPieces * CounterpointComposer.distinctPieces
    var pieces: [[CounterpointLine]] = []
    for block in first...key.block {
      var key = key
      key.block = block
      pieces.append(environment.pieces.piece(key, weights: weights) { [pieces] in piece(key, unlike: pieces) })
    }
    count = 1
    finished = pieces.last
    if let line = finished?.first { lines[0].load(line, on: composer.table) }
    rewards[0] = composer.scoring.score(lines[0], on: composer.table)
  }

  private func piece(_ key: EpisodeKey, unlike others: [[CounterpointLine]]) -> [CounterpointLine] {
    var random =
      RandomSource(
        seed: key.seed, purpose: key.purpose, population: key.population, candidate: key.candidate, block: key.block
      ).key
    let line = LineBuffer()
    CounterpointPolicy.draw(weights, isOwn: environment.isOwn, on: composer.table, into: line, random: &random)
    let search = CounterpointComposer.Search(moves: composer.configuration.agent.searchMoves, others: others)
    return composer.compose(first: line, search: search, random: &random)
  }
}
