import Core
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM: the first asks for a clean stop, the second leaves at once. On several ranks SIGUSR1, too: mpirun
/// hands it on, and batch systems can send it before the time is up.
///
/// Leaving at once is safe: everything that is written appears by a rename or not at all.
enum StopSignal {
  /// The signal's number, 0 while none has come.
  private static let received = Atomic<Int32>(0)
  private static let isInstalled = Atomic<Bool>(false)

  /// The signal that asked for a stop; nil while none has.
  static var current: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Whoever reads the output may leave; the files are the product.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// A limit on the size of files is a full disk: a write that fails and says why, not the end of the program.
  static func ignoreFileSizeLimit() { signal(SIGXFSZ, SIG_IGN) }

  /// Starts listening; called when somebody is about to look at `current`, so that until then a signal ends the program,
  /// whatever it waits for. Doing it again changes nothing. A handler may only touch what is async-signal-safe: one atomic and `_exit`.
  static func install() {
    // Reading it once makes sure that the handler never is the one to initialise it.
    _ = current
    guard !isInstalled.exchange(true, ordering: .relaxed) else { return }
    let ranked = RankSession.ranks.size > 1 ? [SIGUSR1] : []
    for number in [SIGINT, SIGTERM, SIGHUP] + ranked {
      signal(number) { number in
        if StopSignal.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
    }
  }
}
