internal import CRealtime
internal import Foundation
internal import Synchronization

/// Which threads have to wait for one.
public enum ThreadPriority: Sendable {
  /// All but those that make sound, where the system allows that: for short work that somebody waits for.
  case first
  /// None.
  case ordinary
  /// It waits for all of them, and so do those that it starts.
  case last

  /// The lowest real-time priority but a few: far below any thread that makes sound.
  private static let firstPriority: Int32 = 5
  private static let lastNiceness: Int32 = 10

  /// Gives it to the calling thread.
  public func adopt() {
    switch self {
    case .first: _ = rt_thread_go_first(Self.firstPriority)
    case .ordinary: break
    case .last: rt_thread_be_nice(Self.lastNiceness)
    }
  }
}

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

  /// Starts the thread.
  init(name: String, priority: ThreadPriority) {
    let thread = Thread { [queue, weak self] in
      rt_thread_name(name)
      priority.adopt()
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

/// A thread of its own for what takes long or blocks, one thing after another.
public actor WorkThread {
  private let executor: ThreadExecutor
  /// The thread's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Starts it.
  public init(name: String, priority: ThreadPriority) { executor = ThreadExecutor(name: name, priority: priority) }

  /// Does this there.
  public func perform<Result: Sendable>(_ work: @Sendable () throws -> Result) rethrows -> Result { try work() }
}
