import ArgumentParser
import Core
import Foundation
import Synchronization

#if MPI
  import MPITransport
#endif

/// The ranks of this run: `mpirun -n 4 rlmusician ...` starts the program four times, and the four find each other here.
///
/// Before anything is computed the ranks agree, once, on what they are about to do (`RankCard`); whatever is wrong with
/// any of them until then is said by rank 0, once, and all leave. Afterwards a fault ends all ranks at once, which is
/// safe at any moment: files appear whole or not at all. Rank 0 prints, writes and plays; the others compute.
enum RankSession {
  private enum Stage {
    /// Not started by mpirun, or over.
    case alone
    /// The ranks have not agreed yet.
    case open
    /// They compute together.
    case working
    /// What they computed together is done; rank 0 composes and writes, the others wait for its exit code.
    case done
  }

  private struct State {
    var ranks: any Collective = SingleProcess()
    var stage = Stage.alone
  }

  private static let state = Mutex(State())

  /// The ranks; a single process where nobody started more.
  static var ranks: any Collective { state.withLock { $0.ranks } }

  /// Whether this process prints, writes and plays.
  static var isFirst: Bool { ranks.rank == 0 }

  /// Processors that this rank may use: those of the machine, shared with the ranks that are on it.
  static var processors: Int {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    guard ranks.size > 1, let neighbours = number("OMPI_COMM_WORLD_LOCAL_SIZE") else { return processors }
    return max(1, min(processors, ProcessInfo.processInfo.processorCount / max(1, neighbours)))
  }

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap(Int.init)
  }

  /// Finds the other ranks, if there are any.
  static func join() throws {
    #if MPI
      guard MPIRanks.isLaunched else { return }
      let hooks = MPIRanks.Hooks(
        isStopRequested: { StopSignal.current != nil },
        fail: { reason in
          StandardError.writeLine("rank \(ranks.rank): \(reason)")
          abort(Fault.Code.temporary.rawValue)
        },
        stopUnfinished: {
          StandardError.writeLine("stopped in the middle of a population; --resume goes on from the last checkpoint")
          _exit(128 + (StopSignal.current ?? SIGTERM))
        })
      do {
        let ranks = try MPIRanks(hooks: hooks)
        state.withLock { $0 = State(ranks: ranks, stage: ranks.size > 1 ? .open : .alone) }
      } catch {
        throw Fault(.temporary, "\(error)")
      }
    #else
      guard let size = number("OMPI_COMM_WORLD_SIZE") ?? number("PMI_SIZE"), size > 1 else { return }
      // The package for MPI puts its program beside this one.
      if let folder = Bundle.main.executableURL?.deletingLastPathComponent().path {
        execv("\(folder)/rlmusician_mpi", CommandLine.unsafeArgv)
      }
      if let rank = number("OMPI_COMM_WORLD_RANK") ?? number("PMI_RANK"), rank > 0 {
        throw ExitCode(Fault.Code.unavailable.rawValue)
      }
      throw Fault(
        .unavailable,
        "started \(size) times by mpirun, but this program was built without MPI; the package rl-musician-mpi or"
          + " `make build TRAITS=MPI` has one that was built with it")
    #endif
  }

  /// Refuses commands that several ranks would only repeat.
  static func require(_ command: any ParsableCommand) throws {
    guard ranks.size > 1, !(command is any RankedCommand) else { return }
    throw Fault(.usage, "found \(ranks.size) ranks; allowed: one, except for train, sweep and policies")
  }

  /// Waits for all ranks to say what they are about to do.
  ///
  /// - Throws: `ExitCode` if they cannot do it together; rank 0 has said why then.
  static func agree(_ settings: [RankCard.Setting], timeLimit: Double?) throws {
    guard isOpen else { return }
    #if MPI
      (ranks as? MPIRanks)?.timeLimit = timeLimit
    #endif
    if let code = compare(RankCard(settings: settings)) { throw ExitCode(code) }
    state.withLock { $0.stage = .working }
  }

  private static var isOpen: Bool { state.withLock { $0.stage } == .open }

  /// - Returns: the exit code, if the ranks cannot work together; they have left each other then.
  private static func compare(_ card: RankCard) -> Int32? {
    let disagreement = RankDisagreement(ranks.gather(card.bytes).map { RankCard(bytes: $0) })
    guard let disagreement else { return nil }
    if isFirst { for line in disagreement.lines { StandardError.writeLine(line) } }
    close()
    return disagreement.code
  }

  /// What the ranks do together is done.
  static func finishTogether() { state.withLock { if $0.stage == .working { $0.stage = .done } } }

  /// Says what went wrong, once for all ranks; where the ranks are in the middle of something, it does not return.
  static func report(_ fault: Fault) {
    switch state.withLock({ $0.stage }) {
    case .alone: StandardError.write(fault.line)
    case .open: _ = compare(RankCard(fault: .init(code: fault.code.rawValue, text: fault.text)))
    case .working:
      StandardError.writeLine("rank \(ranks.rank): \(fault.text)")
      abort(fault.code.rawValue)
    case .done: StandardError.writeLine("rank \(ranks.rank): \(fault.text)")
    }
  }

  /// The end: all ranks leave with rank 0's exit code.
  static func leave(_ code: Int32) -> Int32 {
    switch state.withLock({ $0.stage }) {
    case .alone: return code
    case .open:
      // Nothing was computed: help, for instance.
      let other = compare(RankCard(settings: [.init("exit code", "\(code)")]))
      close()
      return other ?? code
    case .working where code != 0: abort(code)
    case .working, .done:
      var code = code
      #if MPI
        // However long it composes.
        let bytes = (ranks as? MPIRanks)?.broadcast([UInt8(truncatingIfNeeded: code)], limit: nil)
        code = bytes?.first.map(Int32.init) ?? code
      #endif
      close()
      return code
    }
  }

  private static func close() {
    #if MPI
      (ranks as? MPIRanks)?.finish()
    #endif
    state.withLock { $0.stage = .alone }
  }

  private static func abort(_ code: Int32) -> Never {
    #if MPI
      (ranks as? MPIRanks)?.abort(code)
    #endif
    _exit(code)
  }
}

/// A command that several ranks do together.
protocol RankedCommand {}

/// Options of commands that several ranks do together.
struct RankOptions: ParsableArguments {
  #if MPI
    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "With mpirun: how long a rank waits for another before it gives up; 0 for any time. Not while --pace listen "
          + "has rank 0 wait for a piece's end.", valueName: "seconds"))
    var rankTimeout = 300.0
  #endif

  func validate() throws {
    #if MPI
      guard (0...1e6).contains(rankTimeout) else {
        throw ValidationError("--rank-timeout: found \(rankTimeout); allowed: 0 to 1000000")
      }
    #endif
  }

  /// Seconds; nil for any time.
  var timeLimit: Double? {
    #if MPI
      rankTimeout > 0 ? rankTimeout : nil
    #else
      nil
    #endif
  }
}
