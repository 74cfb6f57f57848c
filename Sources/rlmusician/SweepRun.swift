import Core
import Foundation

/// A sweep from its first training to its last, on rank 0: hands out trainings to its own threads and to the other ranks,
/// each as soon as it has nothing to do, and writes down what comes back.
struct SweepRun {
  private let trainings: [SweepTraining]
  private var store: SweepStore
  private let workers: SweepWorkers
  private let ranks: any Collective
  private let timeLimit: Double?
  /// Trainings that nobody does, the next one last.
  private var waiting: [Int]
  /// Threads of other ranks that have nothing to do, by rank.
  private var idle: [Int: Int] = [:]
  /// When each of the other ranks was last heard of.
  private var heard: [Int: ContinuousClock.Instant] = [:]

  init(
    trainings: [SweepTraining], store: SweepStore, workers: SweepWorkers, ranks: any Collective, timeLimit: Double?
  ) {
    self.trainings = trainings
    self.store = store
    self.workers = workers
    self.ranks = ranks
    self.timeLimit = timeLimit
    waiting = trainings.indices.filter { store.results[$0] == nil }.reversed()
    for rank in 1..<max(1, ranks.size) { heard[rank] = .now }
  }

  /// By training; nil for those that are not done.
  var results: [SweepResult?] { store.results }

  /// Whether all trainings are done.
  var isComplete: Bool { store.results.allSatisfy { $0 != nil } }

  /// Returns when all is done, or the run was asked to stop.
  ///
  /// - Throws: `FileError` if a result cannot be written; those before stay.
  mutating func run() throws {
    let done = trainings.count - waiting.count
    StandardError.writeLine(
      "\(trainings.count) trainings" + (done > 0 ? ", \(done) of them done before" : "")
        + ", \(workers.threadCount) thread\(workers.threadCount == 1 ? "" : "s")"
        + (ranks.size > 1 ? " and \(ranks.size - 1) other ranks" : ""))
    defer { workers.close() }
    while !isComplete, StopSignal.current == nil {
      var isQuiet = true
      while workers.idleCount > 0, let next = waiting.popLast() { workers.start(next) }
      for outcome in workers.collect() {
        isQuiet = false
        try take(outcome)
      }
      while let (rank, bytes) = ranks.receive() {
        isQuiet = false
        try hear(SweepMessage(bytes), from: rank)
      }
      for rank in idle.keys.sorted() {
        while let count = idle[rank], count > 0, let next = waiting.popLast() {
          ranks.send(SweepMessage.train(next).bytes, to: rank)
          idle[rank] = count - 1
        }
      }
      try requireAlive()
      if isQuiet { usleep(1000) }
    }
    if StandardError.isDrawable { StandardError.write("\n") }
    for rank in heard.keys { ranks.send(SweepMessage.end.bytes, to: rank) }
    // What a rank is just sending has to be taken before it can hear that.
    while !heard.isEmpty {
      while let (rank, bytes) = ranks.receive() { try hear(SweepMessage(bytes), from: rank) }
      try requireAlive()
      usleep(1000)
    }
  }

  private mutating func take(_ outcome: SweepWorkers.Outcome) throws {
    guard let bytes = outcome.bytes else { return }
    try store.save(bytes, outcome.index, trainings[outcome.index])
    if StandardError.isDrawable {
      let done = store.results.count { $0 != nil }
      StandardError.rewriteLine("training \(done) of \(trainings.count)")
    }
  }

  private mutating func hear(_ message: SweepMessage?, from rank: Int) throws {
    heard[rank] = .now
    switch message {
    case .idle: idle[rank, default: 0] += 1
    case .result(let index, let bytes) where trainings.indices.contains(index):
      try take(.init(index: index, bytes: bytes))
    case .returned(let index) where trainings.indices.contains(index): waiting.append(index)
    case .alive: break
    case .gone: heard[rank] = nil
    default: throw DataError(file: "rank \(rank)", reason: "sent a message that is none")
    }
  }

  private func requireAlive() throws {
    guard let timeLimit else { return }
    for (rank, time) in heard where ContinuousClock.now - time > .seconds(timeLimit) {
      throw Fault(.temporary, "rank \(rank) was not heard of for \(Int(timeLimit)) s; the same command goes on")
    }
  }
}

/// What every other rank does in a sweep: it asks for trainings, does them, and sends what comes out.
struct SweepHelper {
  let workers: SweepWorkers
  let ranks: any Collective

  /// Returns when rank 0 says that it is over.
  func run() {
    defer { workers.close() }
    for _ in 0..<workers.threadCount { ranks.send(SweepMessage.idle.bytes, to: 0) }
    var told = ContinuousClock.now
    while true {
      while let (_, bytes) = ranks.receive() {
        switch SweepMessage(bytes) {
        case .train(let index): workers.start(index)
        case .end: return ranks.send(SweepMessage.gone.bytes, to: 0)
        default: break
        }
      }
      for outcome in workers.collect() {
        guard let bytes = outcome.bytes else {
          // This rank was asked to stop; whether the others go on is rank 0's affair.
          ranks.send(SweepMessage.returned(outcome.index).bytes, to: 0)
          continue
        }
        ranks.send(SweepMessage.result(outcome.index, bytes).bytes, to: 0)
        ranks.send(SweepMessage.idle.bytes, to: 0)
      }
      if ContinuousClock.now - told > .seconds(1) {
        ranks.send(SweepMessage.alive.bytes, to: 0)
        told = .now
      }
      usleep(1000)
    }
  }
}

/// What ranks tell each other in a sweep: a byte that says what, a training's number in eight, and a result.
enum SweepMessage: Equatable {
  /// To rank 0: a thread has nothing to do.
  case idle
  /// To rank 0: what a training came to.
  case result(Int, [UInt8])
  /// To rank 0: a training that was begun and stopped.
  case returned(Int)
  /// To rank 0: nothing new.
  case alive
  /// To rank 0: nothing more will come.
  case gone
  /// From rank 0: do this training.
  case train(Int)
  /// From rank 0: it is over.
  case end

  var bytes: [UInt8] {
    func head(_ kind: UInt8, _ index: Int = 0) -> [UInt8] {
      [kind] + withUnsafeBytes(of: UInt64(index).littleEndian, Array.init)
    }
    return switch self {
    case .idle: head(0)
    case .result(let index, let bytes): head(1, index) + bytes
    case .returned(let index): head(2, index)
    case .alive: head(3)
    case .train(let index): head(4, index)
    case .end: head(5)
    case .gone: head(6)
    }
  }

  /// nil for what is no message.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 9 else { return nil }
    let number = bytes[1..<9].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let index = Int(exactly: number) else { return nil }
    switch bytes[0] {
    case 0: self = .idle
    case 1: self = .result(index, Array(bytes[9...]))
    case 2: self = .returned(index)
    case 3: self = .alive
    case 4: self = .train(index)
    case 5: self = .end
    case 6: self = .gone
    default: return nil
    }
  }
}
