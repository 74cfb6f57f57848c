#if MPI
  import CMPI
  import Glibc

  /// Waiting that can be given up, and finding out for whom one has waited in vain.
  extension MPIRanks {
    /// What waiting remembers.
    struct Waiting {
      /// Another rank has asked whether this one is there: it has waited too long.
      var isAsked = false
      /// Who has answered since this rank asked.
      var answers: Set<Int> = []
      /// When waiting first saw that the process is to stop.
      var stopSeen: Double?
    }

    private static let question: Int32 = 1
    private static let answer: Int32 = 2
    /// Seconds within which a rank that is waiting answers.
    private static let patience = 2.0

    /// Returns when a request is done. Between two batches that takes microseconds, which are spent asking; then other
    /// processes get the processor, for on an oversubscribed machine they are what is waited for; in the end it sleeps.
    func wait(for request: inout MPI_Request?, limit: Double?) {
      let begin = Self.now
      var deadline = limit.map { begin + $0 }
      var asked = 0
      while true {
        if isDone(&request) { return }
        asked += 1
        if asked < 200 { continue }
        let now = Self.now
        if now - begin < 0.002 {
          sched_yield()
          continue
        }
        usleep(now - begin < 0.1 ? 50 : 500)
        attend()
        giveWay()
        if rank == 0, waiting.isAsked || deadline.map({ now > $0 }) ?? false {
          nameTheLost(&request, seconds: now - begin)
          deadline = limit.map { Self.now + $0 }
        } else if let passed = deadline, now > passed {
          askRankZero(&request, seconds: now - begin)
          deadline = limit.map { Self.now + $0 }
        }
      }
    }

    private func isDone(_ request: inout MPI_Request?) -> Bool {
      var done: Int32 = 0
      check(MPI_Test(&request, &done, cmpi_status_ignore()), "MPI_Test")
      return done != 0
    }

    /// Answers who asks, and notes who answers.
    func attend() {
      while true {
        var (flag, status): (Int32, MPI_Status) = (0, MPI_Status())
        check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, control, &flag, &status), "MPI_Iprobe")
        guard flag != 0 else { return }
        check(
          MPI_Recv(nil, 0, cmpi_byte(), status.MPI_SOURCE, status.MPI_TAG, control, cmpi_status_ignore()), "MPI_Recv")
        if status.MPI_TAG == Self.question {
          waiting.isAsked = true
          tell(Self.answer, to: status.MPI_SOURCE)
        } else {
          waiting.answers.insert(Int(status.MPI_SOURCE))
        }
      }
    }

    /// Sends a tag without contents; whether it arrives is not waited for.
    private func tell(_ tag: Int32, to rank: Int32) {
      var request: MPI_Request?
      guard MPI_Isend(nil, 0, cmpi_byte(), rank, tag, control, &request) == MPI_SUCCESS else { return }
      MPI_Request_free(&request)
    }

    /// Asks ranks whether they are there.
    ///
    /// - Returns: those that did not answer in time; nil if the request was done after all.
    private func silent(_ ranks: [Int], _ request: inout MPI_Request?) -> [Int]? {
      waiting.answers = []
      for rank in ranks { tell(Self.question, to: Int32(rank)) }
      let end = Self.now + Self.patience
      while Self.now < end {
        if isDone(&request) { return nil }
        attend()
        if ranks.allSatisfy(waiting.answers.contains) { break }
        usleep(500)
      }
      return ranks.filter { !waiting.answers.contains($0) }
    }

    /// Rank 0 has waited too long, or others have: it says for whom, and ends the run.
    private func nameTheLost(_ request: inout MPI_Request?, seconds: Double) {
      waiting.isAsked = false
      guard let silent = silent(Array(1..<size), &request) else { return }
      let time = "\(Int(seconds.rounded())) s"
      if silent.isEmpty {
        hooks.fail("all ranks are there, but the network has not brought their numbers together for \(time)")
      }
      let named = silent.map(String.init).joined(separator: ", ")
      hooks.fail(
        "rank\(silent.count == 1 ? "" : "s") \(named) did not answer for \(time): stopped, or much slower than the others"
      )
    }

    /// Another rank has waited too long: rank 0, which is to find out why, may itself be what is missing.
    private func askRankZero(_ request: inout MPI_Request?, seconds: Double) {
      guard let silent = silent([0], &request), !silent.isEmpty else { return }
      // The first of those that remain says so for all.
      usleep(UInt32(min(rank, 50)) * 100_000)
      hooks.fail("rank 0 did not answer for \(Int(seconds.rounded())) s: stopped, or much slower than the others")
    }

    /// Whoever ends the run (mpirun, because a rank has died or for Ctrl-C) sends SIGTERM, and SIGKILL a second later. A
    /// population that is not done by then is lost, and somebody ought to say so.
    private func giveWay() {
      guard rank == 0, hooks.isStopRequested() else { return }
      let seen = waiting.stopSeen ?? Self.now
      waiting.stopSeen = seen
      let grace = getenv("OMPI_MCA_odls_base_sigkill_timeout").flatMap { Double(String(cString: $0)) } ?? 1
      if Self.now - seen > max(0.1, grace - 0.4) { hooks.stopUnfinished() }
    }
  }
#endif
