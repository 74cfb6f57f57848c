import CKernels

/// Composes whole counterpoints: a line for every part, found by a policy, by search, or by both.
///
/// - Note: `@unchecked Sendable`: nothing in it changes after `init`.
public final class CounterpointComposer: @unchecked Sendable {
  /// What is composed.
  public let configuration: CounterpointConfiguration
  /// The first part's.
  let table: CounterpointTable
  let scoring: CounterpointScoring
  /// The policy that further parts are drawn from.
  private let generalWeights: [Float]

  /// A composer for a configuration.
  ///
  /// - Parameter policy: weights of a policy for any task; nil for the shipped one.
  /// - Throws: `ConfigurationError` if no line can finish.
  public init(_ configuration: CounterpointConfiguration, policy: [Float]? = nil) throws(ConfigurationError) {
    self.configuration = configuration
    generalWeights = policy ?? CounterpointPolicy.shipped
    let task = configuration.task
    guard let table = CounterpointTable(task, rules: configuration.rules) else {
      throw configuration.error(
        found: "more states than can be searched", allowed: "rules that limit motion and intervals")
    }
    guard table.canFinish else {
      throw configuration.error(
        found: "no line that keeps all rules from the first note to the last",
        allowed: "other first and last notes, a wider range, or fewer rules")
    }
    self.table = table
    scoring = CounterpointScoring(
      configuration.scores, table: table, isCrossingForbidden: configuration.isCrossingForbidden)
  }

  /// A composer for a whole configuration.
  ///
  /// - Throws: `ConfigurationError` if it is for another environment, or no line can finish.
  public convenience init(_ configuration: Configuration) throws(ConfigurationError) {
    guard let counterpoint = configuration.counterpoint else {
      throw ConfigurationError(
        file: "configuration", line: nil, keyPath: "environment.kind", found: configuration.kind.rawValue,
        allowed: EnvironmentKind.counterpoint.rawValue)
    }
    try self.init(counterpoint)
  }

  /// A composer for a configuration that `Configuration.checkComposable` has let through.
  convenience init(checked configuration: CounterpointConfiguration) {
    do {
      try self.init(configuration)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// How likely lines are to be searched for, and what they should differ from.
  struct Search {
    /// Splices to try for each part; 0 for none.
    var moves: Int
    /// Earlier pieces: their lines, part by part.
    var others: [[CounterpointLine]] = []
    /// First parts that are tried until one leaves room for the others.
    var attempts = 20
  }

  /// The share of its notes that a piece may have in common with another of the same run, part by part.
  public static let mostShared = 0.5
  /// Pieces in a row that differ so from each other.
  public static let distinctPieces = 8

  /// Temperatures of the search at its beginning and end, relative to the scores' coefficients.
  ///
  /// Tried on the default melody, 20 seeds, 800,000 moves: 0.08 to 0.005 ended at a median of 2.982, 0.02 to 0.003 at
  /// 2.986, 0.003 throughout at 2.988; with 60,000 moves the first two at 2.976 and 2.979.
  static let temperatures = (hot: 0.02, cold: 0.003)

  /// Composes by search alone, from a uniformly drawn line.
  ///
  /// - Parameters:
  ///   - seed: of all random numbers.
  ///   - moves: splices to try for each part.
  ///   - others: pieces that this one should differ from, part by part.
  /// - Returns: a line for every part.
  public func searched(seed: UInt64, moves: Int, unlike others: [[CounterpointLine]] = []) -> [CounterpointLine] {
    var random = RandomSource(seed: seed, purpose: .composition, population: 0, candidate: 0).key
    let buffer = LineBuffer()
    _ = ck_counterpoint_complete(table.table, &random, 1, buffer.line)
    return compose(first: buffer, search: Search(moves: moves, others: others), random: &random)
  }

  /// The original's search, at its start.
  public func beamSearch(seed: UInt64) -> BeamSearch {
    BeamSearch(
      configuration.agent.beam, table: table, scoring: scoring, deadEndReward: configuration.deadEndReward, seed: seed)
  }

  /// Composes with the shipped policy, one sample a part, and then so many splices.
  ///
  /// - Returns: a line for every part.
  public func drawn(seed: UInt64, moves: Int = 0) -> [CounterpointLine] {
    drawn(seed: seed, search: Search(moves: moves))
  }

  /// The same with any search.
  func drawn(seed: UInt64, search: Search) -> [CounterpointLine] {
    var random = RandomSource(seed: seed, purpose: .composition, population: 0, candidate: 0).key
    let buffer = LineBuffer()
    CounterpointPolicy.draw(generalWeights, isOwn: false, on: table, into: buffer, random: &random)
    return compose(first: buffer, search: search, random: &random)
  }

  /// What uniform play did.
  public struct UniformPlay: Sendable {
    /// Steps taken, episodes played, and how many of them finished.
    public var steps, episodes, finished: Int
    /// The sum of all rewards.
    public var total: Double
  }

  /// Plays whole episodes, each valid action being equally likely, dead ends included.
  public func playUniformly(seed: UInt64, episodes: Int) -> UniformPlay {
    var random = RandomSource(seed: seed, purpose: .actions, population: 0, candidate: 0).key
    var finished: Int64 = 0
    var total = 0.0
    let steps = ck_counterpoint_play(
      table.table, scoring.scoring, &random, Int64(episodes), configuration.deadEndReward, &finished, &total)
    return UniformPlay(steps: Int(steps), episodes: episodes, finished: Int(finished), total: total)
  }

  /// The rules that a composed part breaks, one entry a time; the part's number counts from 0.
  public func faults(in line: CounterpointLine, part: Int = 0) -> [String] {
    configuration.faults(in: line, part: part).map(\.rule) + (line.isFinished ? [] : ["dead end"])
  }

  /// The share of notes that two lines have in common, the given ones apart: same pitch, same onset.
  public static func sharedNotes(_ a: CounterpointLine, _ b: CounterpointLine) -> Double {
    func notes(_ line: CounterpointLine) -> [[Int]] {
      line.notes.dropFirst().dropLast().map { [$0.onset, $0.position] }
    }
    let own = Set(notes(a))
    let theirs = notes(b)
    let fewer = min(own.count, theirs.count)
    return fewer == 0 ? 0 : Double(theirs.count { own.contains($0) }) / Double(fewer)
  }

  /// Makes a line better by splices.
  func search(
    _ buffer: LineBuffer, on table: CounterpointTable, _ scoring: CounterpointScoring, moves: Int,
    unlike others: [CounterpointLine], random: inout UInt64
  ) {
    guard moves > 0, buffer.count > 0 else { return }
    var codes = [UInt8](repeating: 0, count: max(1, others.count) * Int(CK_STEPS))
    for (index, line) in others.enumerated() {
      for note in line.notes.dropFirst().dropLast() {
        codes[index * Int(CK_STEPS) + note.onset] = UInt8(note.position + 1)
      }
    }
    let counts = others.map { Int32(max(0, $0.notes.count - 2)) } + [0]
    let slope = PositionEntropy.logarithm(Self.temperatures.hot / Self.temperatures.cold)
    codes.withUnsafeBufferPointer { codes in
      counts.withUnsafeBufferPointer { counts in
        var annealing = ck_counterpoint_annealing(
          moves: Int64(moves), hot: Self.temperatures.hot * scoring.scale,
          cooling: exponential(-slope * min(1, 256 / Double(moves))), longest: 6, follow: 0.9,
          other_count: Int32(others.count), others: codes.baseAddress, other_notes: counts.baseAddress,
          most_shared: Self.mostShared, shared_cost: 20 * scoring.scale)
        _ = ck_counterpoint_anneal(table.table, scoring.scoring, &annealing, &random, buffer.line)
      }
    }
  }

  /// Composes all parts.
  ///
  /// - Parameters:
  ///   - first: the first part as a policy drew it.
  ///   - random: the state of the random numbers; what is drawn depends on nothing else.
  /// - Returns: a line for every part; the first alone if there is no room for the others.
  func compose(first: LineBuffer, search: Search, random: inout UInt64) -> [CounterpointLine] {
    let firstOthers = search.others.compactMap(\.first)
    // A first part that leaves no room for the others is composed again from a fresh line.
    var alone = first.line(of: table.task)
    for attempt in 0..<max(1, search.attempts) {
      let buffer = LineBuffer()
      if attempt == 0 {
        buffer.copy(from: first)
      } else {
        _ = ck_counterpoint_complete(table.table, &random, 1, buffer.line)
      }
      self.search(buffer, on: table, scoring, moves: search.moves, unlike: firstOthers, random: &random)
      let line = buffer.line(of: table.task)
      if let lines = furtherParts(after: [line], search: search, random: &random) { return lines }
      if attempt == 0 { alone = line }
    }
    return [alone]
  }

  /// A line that was played, and the parts that are missing as the policy draws them; it alone if there is no room for
  /// them.
  func withFurtherParts(_ line: CounterpointLine, key: EpisodeKey, episode: Int) -> [CounterpointLine] {
    guard configuration.sides.count > 1 else { return [line] }
    var source = RandomSource(
      seed: key.seed, purpose: .composition, population: key.population, candidate: key.candidate, block: key.block)
    for _ in 0..<episode { _ = source.next() }
    var random = source.next()
    return furtherParts(after: [line], search: Search(moves: 0), random: &random) ?? [line]
  }

  /// A first part that is finished already, and the parts that are missing; it alone if there is no room for them.
  func withFurtherParts(_ line: CounterpointLine, seed: UInt64) -> [CounterpointLine] {
    var random = RandomSource(seed: seed, purpose: .composition, population: 1, candidate: 0).key
    return furtherParts(after: [line], search: Search(moves: configuration.agent.searchMoves), random: &random) ?? [
      line
    ]
  }

  /// Adds the parts that are missing; nil if one has no line that finishes.
  private func furtherParts(
    after lines: [CounterpointLine], search: Search, random: inout UInt64
  ) -> [CounterpointLine]? {
    guard lines.count < configuration.sides.count else { return lines }
    for task in configuration.nextTasks(after: lines) {
      guard let table = CounterpointTable(task, rules: configuration.rules), table.canFinish else { continue }
      let scoring = CounterpointScoring(
        configuration.scores, table: table, isCrossingForbidden: configuration.isCrossingForbidden)
      let buffer = LineBuffer()
      CounterpointPolicy.draw(generalWeights, isOwn: false, on: table, into: buffer, random: &random)
      let others = search.others.compactMap { $0.count > lines.count ? $0[lines.count] : nil }
      self.search(buffer, on: table, scoring, moves: search.moves, unlike: others, random: &random)
      if let all = furtherParts(after: lines + [buffer.line(of: task)], search: search, random: &random) { return all }
    }
    return nil
  }
}

extension CounterpointConfiguration {
  /// An error about the piece as a whole.
  func error(found: String, allowed: String) -> ConfigurationError {
    ConfigurationError(file: file, line: nil, keyPath: "piece", found: found, allowed: allowed)
  }

  /// Whether the rules keep lines apart at all times.
  var isCrossingForbidden: Bool { rules.contains { ($0 as? AbsenceOfLinesCrossing)?.prohibitsUnisons == true } }

  /// Tasks for the next part after some lines, the one to be tried first at the beginning: with other first and last
  /// notes where the nearest ones leave no room.
  func nextTasks(after lines: [CounterpointLine]) -> [CounterpointTask] {
    let side = sides[lines.count]
    let sameSide = zip(lines, sides).filter { $0.1 == side }.map { $0.0 }
    let companions = lines.map(\.asGivenLine)
    let fit = MelodyFit(melody: task.melody, scale: task.scale, side: side, startPause: task.startPause)
    let neighbour = sameSide.last
    let range = fit.range(beyond: neighbour)
    let companionKeys = companions.map { $0.keysByStep(count: task.stepCount) }
    let starts = fit.starts(in: range, beside: companionKeys).prefix(4)
    let ends = fit.ends(in: range, beside: companionKeys).prefix(4)
    let pairs = starts.indices.flatMap { a in ends.indices.map { (a, $0) } }.sorted { $0.0 + $0.1 < $1.0 + $1.1 }
    return pairs.map { pair in
      CounterpointTask(
        scale: task.scale, melody: task.melody, companions: companions, start: starts[pair.0], end: ends[pair.1],
        range: range, startPause: task.startPause, maximumSkip: task.maximumSkip, isAbove: side == .above)
    }
  }
}
