#if Playback
  import CRealtime
  import Core
  import Foundation
  import Synchronization

  /// The real trainer on every core, as niced as the program nices it, until it is told to stop.
  final class TrainingCores: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let steps = Atomic<Int>(0)

    init() throws {
      let configuration = try Configuration(text: "", file: "default")
      let thread = Thread { [self] in
        rt_thread_be_nice(10)  // the pool's threads inherit it
        let training = Training(
          configuration: configuration, seed: 1, threads: ProcessInfo.processInfo.activeProcessorCount)
        while !isOver.load(ordering: .relaxed) {
          steps.store(training.trainPopulation().environmentSteps, ordering: .relaxed)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }

    /// Steps of the environment that were taken.
    var environmentSteps: Int { steps.load(ordering: .relaxed) }

    func stop() { isOver.store(true, ordering: .relaxed) }
  }
#endif
