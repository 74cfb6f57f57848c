internal import Foundation
internal import Synchronization

/// Runs an actor on one thread of its own, so that long computations leave the few threads of Swift concurrency free.
final class ThreadExecutor: SerialExecutor {
  private final class Queue: Sendable {
    private let waiting = Mutex<(jobs: [UnownedJob], isOver: Bool)>(([], false))
    private let signal = DispatchSemaphore(value: 0)

    func add(_ job: UnownedJob) {
      waiting.withLock { $0.jobs.append(job) }
      signal.signal()
    }

    func end() {
      waiting.withLock { $0.isOver = true }
      signal.signal()
    }

    /// nil when it is over.
    func next() -> UnownedJob? {
      while true {
        signal.wait()
        let (job, isOver) = waiting.withLock { state in
          (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isOver)
        }
        if let job { return job }
        if isOver { return nil }
      }
    }
  }

  private let queue = Queue()

  /// - Parameter priority: `nice` value of the thread; what it starts inherits it.
  init(name: String, priority: Int32) {
    let thread = Thread { [queue, weak self] in
      // From inside, or the system does not hear of it.
      Thread.current.name = name
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, priority)
      while let job = queue.next() {
        // Jobs keep their actor alive, and it keeps us.
        guard let self else { return }
        job.runSynchronously(on: self.asUnownedSerialExecutor())
      }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit { queue.end() }

  func enqueue(_ job: consuming ExecutorJob) { queue.add(UnownedJob(job)) }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
