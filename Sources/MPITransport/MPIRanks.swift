#if MPI
  import CMPI
  public import Core
  import Glibc

  /// The processes that `mpirun` started, over MPI.
  ///
  /// Everything is asked for without blocking and then waited for, so that waiting can be given up: a rank that has died
  /// or hangs is named (`MPIRanks+Waiting`), instead of all others waiting for it without end.
  ///
  /// - Note: `@unchecked Sendable`: one thread at a time makes calls, as `Collective` demands (`MPI_THREAD_SERIALIZED`).
  public final class MPIRanks: Collective, @unchecked Sendable {
    /// What a run does when it cannot go on, and when it ought to stop.
    public struct Hooks: Sendable {
      /// Whether this process has been asked to stop.
      public var isStopRequested: @Sendable () -> Bool
      /// Says why the run cannot go on and ends the process.
      public var fail: @Sendable (_ reason: String) -> Never
      /// Says that the run is being ended from outside in the middle of a population, and ends the process.
      public var stopUnfinished: @Sendable () -> Never

      /// Hooks of these functions.
      public init(
        isStopRequested: @escaping @Sendable () -> Bool, fail: @escaping @Sendable (String) -> Never,
        stopUnfinished: @escaping @Sendable () -> Never
      ) {
        self.isStopRequested = isStopRequested
        self.fail = fail
        self.stopUnfinished = stopUnfinished
      }
    }

    /// This process's number.
    public let rank: Int
    /// How many processes there are.
    public let size: Int
    /// Whether some rank had been asked to stop when the last sum was taken.
    public private(set) var isStopping = false
    /// What sums have cost.
    public private(set) var traffic = CollectiveTraffic()
    /// Seconds after which a rank that is waited for counts as lost; nil for any time.
    public var timeLimit: Double? = 300

    let hooks: Hooks
    let world: MPI_Comm?
    /// For messages of `send`, and for asking who is there: apart from the sums.
    let mail: MPI_Comm?
    let control: MPI_Comm?
    var waiting = Waiting()
    private var numbers: [Int64] = []

    /// Whether this process was started by `mpirun` or what does the same (`srun --mpi=pmix`).
    public static var isLaunched: Bool { getenv("OMPI_COMM_WORLD_SIZE") != nil || getenv("PMIX_RANK") != nil }

    /// Finds the other ranks.
    public init(hooks: Hooks) throws(MPIError) {
      self.hooks = hooks
      // Sums of some kilobytes: log2 of the ranks in rounds is what counts. The choice of whoever set one stands.
      setenv("OMPI_MCA_coll_libnbc_iallreduce_algorithm", "4", 0)
      var provided: Int32 = 0
      try Self.require(MPI_Init_thread(nil, nil, Int32(MPI_THREAD_SERIALIZED), &provided), "MPI_Init_thread")
      guard provided >= Int32(MPI_THREAD_SERIALIZED) else {
        throw MPIError("MPI_Init_thread", reason: "this MPI can only be called by the main thread")
      }
      world = cmpi_world()
      MPI_Comm_set_errhandler(world, cmpi_errors_return())
      var (rank, size): (Int32, Int32) = (0, 1)
      try Self.require(MPI_Comm_rank(world, &rank), "MPI_Comm_rank")
      try Self.require(MPI_Comm_size(world, &size), "MPI_Comm_size")
      (self.rank, self.size) = (Int(rank), Int(size))
      var copies: (MPI_Comm?, MPI_Comm?) = (nil, nil)
      try Self.require(MPI_Comm_dup(world, &copies.0), "MPI_Comm_dup")
      try Self.require(MPI_Comm_dup(world, &copies.1), "MPI_Comm_dup")
      (mail, control) = copies
      for communicator in [mail, control] { MPI_Comm_set_errhandler(communicator, cmpi_errors_return()) }
    }

    private static func require(_ code: Int32, _ function: String) throws(MPIError) {
      if code != MPI_SUCCESS { throw MPIError(function, code: code) }
    }

    /// Ends the run where an MPI function fails.
    func check(_ code: Int32, _ function: String) {
      if code != MPI_SUCCESS { hooks.fail("\(MPIError(function, code: code))") }
    }

    /// Every number's sum over all ranks; one number more says who has been asked to stop.
    public func sum(_ numbers: UnsafeMutableBufferPointer<Int64>) {
      let begin = Self.now
      if self.numbers.count != numbers.count + 1 { self.numbers = Array(repeating: 0, count: numbers.count + 1) }
      self.numbers.withUnsafeMutableBufferPointer { all in
        guard let memory = all.baseAddress else { return }
        for index in numbers.indices { memory[index] = numbers[index] }
        memory[numbers.count] = hooks.isStopRequested() ? 1 : 0
        var request: MPI_Request?
        check(
          MPI_Iallreduce(cmpi_in_place(), memory, Int32(all.count), cmpi_int64(), cmpi_sum(), world, &request),
          "MPI_Iallreduce")
        wait(for: &request, limit: timeLimit)
        for index in numbers.indices { numbers[index] = memory[index] }
        isStopping = isStopping || memory[numbers.count] > 0
      }
      traffic.sums += 1
      traffic.bytes += (numbers.count + 1) * 8
      traffic.seconds += Self.now - begin
    }

    /// Rank 0's bytes.
    public func broadcast(_ bytes: [UInt8]) -> [UInt8] { broadcast(bytes, limit: timeLimit) }

    /// The same with another limit: nil for any time.
    public func broadcast(_ bytes: [UInt8], limit: Double?) -> [UInt8] {
      var count = Int64(bytes.count)
      var request: MPI_Request?
      withUnsafeMutablePointer(to: &count) { count in
        check(MPI_Ibcast(count, 1, cmpi_int64(), 0, world, &request), "MPI_Ibcast")
        wait(for: &request, limit: limit)
      }
      var all = rank == 0 ? bytes : Array(repeating: 0, count: Int(count))
      all.withUnsafeMutableBytes { all in
        check(MPI_Ibcast(all.baseAddress, Int32(count), cmpi_byte(), 0, world, &request), "MPI_Ibcast")
        wait(for: &request, limit: limit)
      }
      return all
    }

    /// Every rank's bytes.
    public func gather(_ bytes: [UInt8]) -> [[UInt8]] {
      var counts = [Int32](repeating: 0, count: size)
      counts[rank] = Int32(bytes.count)
      var own = [Int64](repeating: 0, count: size)
      own[rank] = Int64(bytes.count)
      own.withUnsafeMutableBufferPointer { sum($0) }
      counts = own.map { Int32(clamping: $0) }
      let starts = counts.reduce(into: [Int32(0)]) { $0.append(($0.last ?? 0) + $1) }
      var all = [UInt8](repeating: 0, count: Int(starts.last ?? 0))
      var request: MPI_Request?
      // The buffers have to stay where they are until the request is done.
      bytes.withUnsafeBytes { bytes in
        all.withUnsafeMutableBytes { all in
          counts.withUnsafeBufferPointer { counts in
            starts.withUnsafeBufferPointer { starts in
              check(
                MPI_Iallgatherv(
                  bytes.baseAddress, Int32(bytes.count), cmpi_byte(), all.baseAddress, counts.baseAddress,
                  starts.baseAddress, cmpi_byte(), world, &request), "MPI_Iallgatherv")
              wait(for: &request, limit: timeLimit)
            }
          }
        }
      }
      return (0..<size).map { Array(all[Int(starts[$0])..<Int(starts[$0 + 1])]) }
    }

    /// Sends a message; it has left when this returns.
    public func send(_ bytes: [UInt8], to rank: Int) {
      var request: MPI_Request?
      bytes.withUnsafeBytes { bytes in
        check(
          MPI_Isend(bytes.baseAddress, Int32(bytes.count), cmpi_byte(), Int32(rank), 0, mail, &request), "MPI_Isend")
        wait(for: &request, limit: timeLimit)
      }
    }

    /// The next message, if one has come.
    public func receive() -> (rank: Int, bytes: [UInt8])? {
      var (flag, status): (Int32, MPI_Status) = (0, MPI_Status())
      attend()
      check(MPI_Iprobe(MPI_ANY_SOURCE, 0, mail, &flag, &status), "MPI_Iprobe")
      guard flag != 0 else { return nil }
      var count: Int32 = 0
      check(MPI_Get_count(&status, cmpi_byte(), &count), "MPI_Get_count")
      var bytes = [UInt8](repeating: 0, count: Int(max(0, count)))
      bytes.withUnsafeMutableBytes { bytes in
        check(
          MPI_Recv(bytes.baseAddress, count, cmpi_byte(), status.MPI_SOURCE, 0, mail, cmpi_status_ignore()), "MPI_Recv")
      }
      return (Int(status.MPI_SOURCE), bytes)
    }

    /// Says goodbye to the other ranks, all of which do the same.
    public func finish() { MPI_Finalize() }

    /// Ends all ranks with this exit code, at once.
    public func abort(_ code: Int32) -> Never {
      MPI_Abort(world, code)
      _exit(code)
    }

    /// Seconds from some moment on.
    static var now: Double {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
  }
#endif
