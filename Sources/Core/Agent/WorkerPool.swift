internal import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A few threads that share numbered pieces of work; the caller is one of them.
///
/// Between two runs a training's gap is some ten microseconds, which a waiting thread spends spinning: to wake it would
/// take longer. After that it sleeps, so that an idle training costs nothing.
final class WorkerPool {
  /// Does piece `index` on worker `worker`.
  typealias Work = @Sendable (_ worker: Int, _ index: Int) -> Void

  private let shared = Shared()
  private var threads: [pthread_t] = []
  /// How many work, the caller included.
  let threadCount: Int

  /// Starts `threads - 1` threads. Where the system refuses one, fewer work: the results are the same.
  init(threads: Int, threadStart: (@Sendable () -> Void)?) {
    for worker in 1..<max(2, threads) where threads > 1 {
      let thread = SystemThread.launch { [shared] in
        threadStart?()
        shared.serve(worker: worker)
      }
      guard let thread else { break }
      self.threads.append(thread)
    }
    threadCount = self.threads.count + 1
  }

  deinit {
    shared.signal { $0.isStopping = true }
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Does pieces 0..<count, each once, on all threads; returns when all are done.
  func run(_ count: Int, _ work: @escaping Work) {
    guard !threads.isEmpty, count > 1 else {
      for index in 0..<count { work(0, index) }
      return
    }
    shared.next.store(0, ordering: .relaxed)
    shared.busy.store(threads.count, ordering: .relaxed)
    shared.signal {
      $0.work = work
      $0.count = count
    }
    shared.drain(worker: 0, count: count, work: work)
    // The others are inside their last piece.
    var spins = 0
    while shared.busy.load(ordering: .acquiring) > 0 {
      spins += 1
      if spins > 2 * Shared.spinCount {
        usleep(200)  // a piece may take minutes
      } else if spins > Shared.spinCount {
        sched_yield()
      } else {
        ck_pause()
      }
    }
  }
}

/// What the threads of a pool share.
private final class Shared: Sendable {
  struct Order {
    var work: WorkerPool.Work?
    var count = 0
    var isStopping = false
  }

  /// A pause takes 10 to 40 nanoseconds: about 100 microseconds, then sleep.
  static let spinCount = 5000

  /// The next piece nobody has taken.
  let next = Atomic(0)
  /// Threads that have not finished this run.
  let busy = Atomic(0)
  /// Counts orders; a waiting thread watches it.
  let generation = Atomic(0)
  private let order = Mutex(Order())
  private let bell = Bell()

  func signal(_ change: (inout sending Order) -> Void) {
    order.withLock { change(&$0) }
    generation.add(1, ordering: .releasing)
    bell.ring()
  }

  /// Takes pieces until none is left.
  func drain(worker: Int, count: Int, work: WorkerPool.Work) {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      work(worker, index)
    }
  }

  /// A worker's life.
  func serve(worker: Int) {
    var seen = 0
    while true {
      var spins = 0
      while generation.load(ordering: .acquiring) == seen {
        spins += 1
        if spins > Shared.spinCount {
          bell.wait { self.generation.load(ordering: .acquiring) != seen }
        } else {
          ck_pause()
        }
      }
      seen = generation.load(ordering: .acquiring)
      let (work, count, isStopping) = order.withLock { ($0.work, $0.count, $0.isStopping) }
      if isStopping { return }
      if let work { drain(worker: worker, count: count, work: work) }
      busy.subtract(1, ordering: .releasing)
    }
  }
}

/// A condition variable.
///
/// - Note: `@unchecked Sendable`: the two handles are made for use from several threads.
private final class Bell: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func ring() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  func wait(until holds: () -> Bool) {
    pthread_mutex_lock(mutex)
    while !holds() { pthread_cond_wait(condition, mutex) }
    pthread_mutex_unlock(mutex)
  }
}
