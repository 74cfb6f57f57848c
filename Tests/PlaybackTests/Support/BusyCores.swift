#if Playback
  import CRealtime
  import Foundation
  import Synchronization

  /// Computes on every core at a low priority, as training does, until it is told to stop.
  final class BusyCores: Sendable {
    private let isOver = Atomic<Bool>(false)

    init() {
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
        let thread = Thread { [self] in
          lowerPriority()
          var x = 1.0
          while !isOver.load(ordering: .relaxed) { for _ in 0..<100_000 { x = x * 1.000001 + 1e-9 } }
          precondition(x != 0)
        }
        thread.start()
      }
    }

    private func lowerPriority() { rt_thread_be_nice(10) }

    func stop() { isOver.store(true, ordering: .relaxed) }
  }
#endif
