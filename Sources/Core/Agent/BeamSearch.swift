import CKernels

/// The original's Monte Carlo beam search (version 0.4.6), with a seed.
///
/// Beginnings of lines (*stubs*) are followed by random play-outs, dead ends included; the best play-outs give the next,
/// longer stubs. One iteration:
///
/// 1. For each stub: `estimationWidth` random walks of at most `estimationDepth` steps multiply the numbers of options
///    that they meet; the mean product times `trialFactor`, rounded half to even, at least 1, is the number of uniform
///    play-outs from the stub. Each becomes a record.
/// 2. The records are sorted by reward, kept ones first among equals.
/// 3. Stubs become one action longer. Through the sorted records: a beginning that is taken already is skipped, a line
///    that is no longer than a stub lowers the number of wanted stubs by one, any other gives a stub, until there are
///    enough. At first `width` are wanted.
/// 4. The `recordCount` best records that differ in actions or reward are kept.
///
/// It ends when no stub is left.
public struct BeamSearch {
  /// The original's keys of `agent`.
  public struct Settings: Sendable, Hashable {
    /// `beam_width`: beginnings that are followed at a time.
    public var width = 5
    /// `n_records_to_keep`.
    public var recordCount = 10
    /// `n_trials_estimation_depth`: steps of a walk that estimates.
    public var estimationDepth = 3
    /// `n_trials_estimation_width`: walks of an estimate.
    public var estimationWidth = 10
    /// `n_trials_factor`: play-outs for each option that such a walk meets.
    public var trialFactor = 3.0

    /// The default settings.
    public init() {}
  }

  /// A play-out.
  struct Record: Hashable {
    var actions: [ck_counterpoint_edge]
    var reward: Double
    var isFinished: Bool

    static func == (a: Self, b: Self) -> Bool { a.reward == b.reward && a.key == b.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }
    private var key: [UInt32] { Self.key(actions[...]) }
    /// A beginning by its actions.
    static func key(_ actions: ArraySlice<ck_counterpoint_edge>) -> [UInt32] {
      actions.map { UInt32(UInt8(bitPattern: $0.movement)) << 8 | UInt32($0.duration) }
    }
  }

  private let settings: Settings
  private let table: CounterpointTable
  private let scoring: CounterpointScoring
  private let deadEndReward: Double
  private var random: UInt64
  private var wanted: Int
  private var stubs: [[ck_counterpoint_edge]] = [[]]
  private var stubLength = 0
  private(set) var records: [Record] = []
  private let buffer = LineBuffer()

  /// Play-outs so far.
  public private(set) var playOuts = 0
  /// Environment steps so far, those of stubs and estimates among them.
  public private(set) var steps = 0
  /// Iterations done.
  public private(set) var iterations = 0

  /// A search at its start.
  init(
    _ settings: Settings, table: CounterpointTable, scoring: CounterpointScoring, deadEndReward: Double, seed: UInt64
  ) {
    self.settings = settings
    self.table = table
    self.scoring = scoring
    self.deadEndReward = deadEndReward
    random = RandomSource(seed: seed, purpose: .composition, population: 0, candidate: 0).key
    wanted = settings.width
  }

  /// Whether no stub is left.
  public var isOver: Bool { stubs.isEmpty }

  /// The highest reward so far.
  public var best: Double { records.first?.reward ?? deadEndReward }

  /// The rewards of the kept records, highest first.
  public var keptRewards: [Double] { records.map(\.reward) }

  /// The best `width` finished lines among the records, the best first; there may be fewer.
  public func results() -> [CounterpointLine] {
    records.filter(\.isFinished).prefix(settings.width).map { record in
      load(record.actions)
      return buffer.line(of: table.task)
    }
  }

  /// One iteration.
  public mutating func iterate() {
    for stub in stubs {
      steps += stub.count
      let trials = trialCount(stub)
      for _ in 0..<trials { records.append(playOut(stub)) }
    }
    // Swift's sort is stable, so kept records come before new ones of the same reward.
    records.sort { $0.reward > $1.reward }
    stubLength += 1
    stubs = []
    var taken: Set<[UInt32]> = []
    var wanted = settings.width
    for record in records where stubs.count < wanted {
      if record.actions.count <= stubLength {
        let isTaken = record.actions.count == stubLength && taken.contains(Record.key(record.actions[...]))
        if !isTaken { wanted -= 1 }
        continue
      }
      let beginning = record.actions[..<stubLength]
      if taken.insert(Record.key(beginning)).inserted { stubs.append(Array(beginning)) }
    }
    var seen: Set<Record> = []
    var kept: [Record] = []
    for record in records where kept.count < settings.recordCount {
      if seen.insert(record).inserted { kept.append(record) }
    }
    records = kept
    iterations += 1
  }

  private func load(_ actions: [ck_counterpoint_edge]) {
    buffer.count = 0
    for action in actions { buffer.append(action) }
  }

  private mutating func trialCount(_ stub: [ck_counterpoint_edge]) -> Int {
    var sum = 0.0
    for _ in 0..<settings.estimationWidth {
      var product = 1.0
      var state = stub.last?.to ?? 0
      for _ in 0..<settings.estimationDepth {
        let options = table.continuations(of: state)
        guard !options.isEmpty else { break }
        product *= Double(options.count)
        state = options[below(options.count)].to
        steps += 1
      }
      sum += product
    }
    let mean = sum / Double(settings.estimationWidth) * settings.trialFactor
    return max(1, Int(min(1e9, mean.rounded(.toNearestOrEven))))
  }

  private mutating func playOut(_ stub: [ck_counterpoint_edge]) -> Record {
    load(stub)
    let isFinished = ck_counterpoint_complete(table.table, &random, 0, buffer.line) != 0
    playOuts += 1
    steps += buffer.count - stub.count
    return Record(
      actions: Array(UnsafeBufferPointer(start: buffer.notes, count: buffer.count)),
      reward: isFinished ? scoring.score(buffer, on: table) : deadEndReward, isFinished: isFinished)
  }

  private mutating func below(_ count: Int) -> Int {
    var source = SplitMix(state: random)
    defer { random = source.state }
    return Int((source.next() >> 32) * UInt64(count) >> 32)
  }
}

/// splitmix64 as the kernels have it.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
