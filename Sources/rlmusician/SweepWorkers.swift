import Core
import Foundation
import Synchronization

/// Threads that train, one training each at a time.
final class SweepWorkers: Sendable {
  /// A training that a thread is through with; `bytes` are nil if it was stopped.
  struct Outcome: Sendable {
    var index: Int
    var bytes: [UInt8]?
  }

  private struct Desk {
    var orders: [Int] = []
    var outcomes: [Outcome] = []
    /// Trainings that were ordered and are not collected.
    var open = 0
    var isClosed = false
  }

  private let trainings: [SweepTraining]
  private let desk = Mutex(Desk())
  private let bell = DispatchSemaphore(value: 0)
  /// How many work.
  let threadCount: Int

  /// Starts the threads; where the system refuses some, fewer work.
  init(_ trainings: [SweepTraining], threads: Int) {
    self.trainings = trainings
    let worker = Worker()
    var count = 0
    for _ in 0..<threads {
      guard SystemThread.start({ worker.serve() }) else { break }
      count += 1
    }
    threadCount = count
    worker.employ(self)
  }

  /// Hands threads their employer once there is one.
  private final class Worker: Sendable {
    private let employer = Mutex<SweepWorkers?>(nil)
    private let door = DispatchSemaphore(value: 0)

    func employ(_ workers: SweepWorkers) {
      employer.withLock { $0 = workers }
      for _ in 0..<workers.threadCount { door.signal() }
    }

    func serve() {
      door.wait()
      employer.withLock { $0 }?.work()
    }
  }

  /// Threads without work.
  var idleCount: Int { desk.withLock { threadCount - $0.open } }

  /// Has a thread do a training.
  func start(_ index: Int) {
    desk.withLock {
      $0.orders.append(index)
      $0.open += 1
    }
    bell.signal()
  }

  /// Trainings that have ended since the last time.
  func collect() -> [Outcome] {
    desk.withLock { desk in
      defer { desk.outcomes = [] }
      desk.open -= desk.outcomes.count
      return desk.outcomes
    }
  }

  /// Nothing more will come.
  func close() {
    desk.withLock { $0.isClosed = true }
    for _ in 0..<threadCount { bell.signal() }
  }

  private func work() {
    while true {
      bell.wait()
      let order = desk.withLock { desk -> Int? in desk.orders.isEmpty ? nil : desk.orders.removeFirst() }
      guard let order else {
        if desk.withLock({ $0.isClosed }) { return }
        continue
      }
      let result = trainings[order].run { StopSignal.current != nil }
      desk.withLock { $0.outcomes.append(Outcome(index: order, bytes: result?.bytes)) }
    }
  }
}
