internal import Core

/// Playback that goes where a master of MIDI clock goes: the timeline runs in `FollowedTime`, and what is due is given to
/// the kernel for the moment at which the master will be there.
extension SequencerPlayback {
  /// Planned so far beyond the next tick: more than a busy machine needs to wake up.
  private static let margin = 15e6
  /// The kernel looks a thousand times a second for what is due, so that it is half a millisecond late on the average.
  private static let lateness: Int64 = 500_000
  /// How often it looks when no tick wakes it.
  static let followingMilliseconds: Int32 = 10
  /// So long after the last message the queue's clock goes on, which stamps the next one.
  private static let listeningNanoseconds: Int64 = 5_000_000_000

  /// Whether a master's clock decides.
  var isFollowing: Bool { input?.follower != nil }
  /// Whether that master's song goes on.
  var masterRuns: Bool { input?.follower?.isRunning == true }

  // MARK: Two times

  /// Where the timeline is at a time of the queue.
  func timelineTime(_ queueTime: Int64) -> Int64 {
    input?.follower.map { FollowedTime.nanoseconds(ofClocks: $0.position(at: Double(queueTime))) } ?? queueTime
  }

  /// When something is due, by the queue.
  func queueTime(of due: SequencerTimeline.Due) -> Int64 {
    guard let follower = input?.follower else { return due.nanoseconds }
    let time = follower.time(of: FollowedTime.clocks(ofNanoseconds: due.nanoseconds))
    return Int64(min(9e17, max(0, time))) - Self.lateness
  }

  /// How far the timeline may be planned; nil if no master decides.
  func horizon(now: Int64) -> Int64? {
    input?.follower.map {
      FollowedTime.nanoseconds(ofClocks: $0.planningLimit(at: Double(now), margin: Self.margin)) + 1
    }
  }

  /// Where the piece is, nanoseconds at its own tempo.
  func pieceNanoseconds(_ offset: Int64) -> Int64 { timeline.firstPerformance?.pieceNanoseconds(offset) ?? offset }

  /// Seconds of the piece a second of the listener's.
  func pieceSpeed(at offset: Int64) -> Double {
    guard let follower = input?.follower else { return 1 }
    let quarter = pieceNanoseconds(offset + FollowedTime.quarter) - pieceNanoseconds(offset)
    return follower.tempo * Double(quarter) / 60e9
  }

  // MARK: What comes

  /// Takes what the kernel has for us, in order.
  func hear(_ incoming: [SequencerClient.Incoming]) {
    let period = input?.period ?? ClockFilter().period
    let stamped = SequencerClient.Incoming.stamped(incoming, isRunning: queueRuns, period: period) {
      runQueue()
      return client.queueTime()
    }
    if queueRuns { input?.readClock { client.queueTime() } }
    for event in stamped {
      switch event {
      case .announcement(let announcement): observe(announcement)
      case .input(let event):
        input?.take(event, report: report).forEach(follow)
      }
    }
    input?.advance(to: client.queueTime()).forEach(follow)
    input?.tellPlace(at: client.queueTime())
  }

  /// Whether a message may come soon that has to be stamped.
  func isListening(now: Int64) -> Bool {
    guard let last = input?.lastEvent else { return false }
    return masterRuns || now - last < Self.listeningNanoseconds
  }

  private func follow(_ change: ClockFollower.Change) {
    if let remark = input?.remark(on: change) { report(.remark(remark)) }
    switch change {
    case .moved(let position, let isStart):
      join(at: FollowedTime.nanoseconds(ofClocks: position), isStart: isStart)
    case .stopped, .flooded, .lost(isHeld: true): hold()
    case .lost(isHeld: false), .found, .crowded: break
    }
  }

  /// The listener lets go of the pause: where the master is by now.
  func rejoin() {
    guard masterRuns else { return }
    join(at: timelineTime(client.queueTime()), isStart: false)
  }

  private func join(at position: Int64, isStart: Bool) {
    let now = takeBack()
    silence(now: now)
    guard !isPaused else { return }
    runQueue()
    let startsNext = input?.startsNext ?? true
    timeline.locate(position, startsNext: isStart ? startsNext : nil).forEach { report(.finished($0)) }
  }
}
