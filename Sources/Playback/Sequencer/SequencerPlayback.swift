internal import CRealtime
internal import Core
internal import Foundation
internal import Logging
internal import Synchronization

/// The sequencer's own thread: obeys commands, keeps the queue filled for the next second, watches other ports.
///
/// Owns the client, so no lock is held around alsa-lib; what others may know of it is in `status`.
final class SequencerPlayback {
  /// Where playback stood at a moment of the monotonic clock.
  struct Status: Sendable {
    var item: UInt64?
    var nanoseconds: Int64 = 0
    var moves = false
    /// Seconds of the piece a second.
    var speed = 1.0
    var isPaused = false
    var moment = ContinuousClock.now
  }

  /// Events are handed to the kernel so far ahead: more and a stop must take back more, less and a busy machine is late.
  private static let horizon: Int64 = 1_000_000_000
  /// The kernel keeps 500 cells for us; these stay free, so that the queue is never what we wait for.
  private static let reservedCells = 100
  private static let refillMilliseconds: Int32 = 250
  /// The queue's timer is let go when there has been nothing to play for so long.
  private static let idleNanoseconds: Int64 = 1_000_000_000

  let client: SequencerClient
  private let mailbox: SequencerMailbox
  private let journal: SequencerJournal
  let report: @Sendable (PlayerEvent) -> Void
  private let publish: @Sendable (Status) -> Void
  private let notice: @Sendable (String) -> Void

  var timeline: SequencerTimeline
  /// What is heard at the port `Input`; nil without one.
  var input: InputReader?
  private var subscription: SequencerSubscription?
  private var subscribers: Set<SequencerAddress> = []
  /// Channels that notes have gone out on since the start.
  private var channels: Set<UInt8> = []
  /// The lowest and highest of their keys.
  private var keys: ClosedRange<UInt8>?
  /// Ways in which tunings have been said since the start.
  private var tunings: Set<MIDITuningOutput> = []
  private let initialVolume: Double
  /// The value of channel volume that receivers have.
  private var volume = SequencerPlayback.usualVolume
  private var faultsAreSaid = false
  private(set) var queueRuns = false
  private var idleSince: Int64?
  private var isPoolFull = false
  /// The listener has asked for a pause.
  private(set) var isPaused = false
  /// Nobody listens yet; the first piece waits for a subscriber, until `waitEnd` once there is a piece.
  private var isWaiting: Bool
  private let waitDuration: Duration
  private var waitEnd: ContinuousClock.Instant?
  /// Whether `idle` has been reported since the last piece.
  private var isIdle = true
  /// A recorder that has just subscribed starts its own clock a moment later.
  private static let graceForSubscribers: Int64 = 500_000_000

  /// General MIDI's own default of channel volume. Receivers are told nothing until the volume is changed, and then in
  /// proportion to this.
  private static let usualVolume: UInt8 = 100

  init(
    client: SequencerClient, mailbox: SequencerMailbox, subscription: SequencerSubscription?, input: InputReader? = nil,
    options: SequencerOutput.Options, journal: SequencerJournal, report: @escaping @Sendable (PlayerEvent) -> Void,
    publish: @escaping @Sendable (Status) -> Void
  ) {
    self.client = client
    self.mailbox = mailbox
    self.subscription = subscription
    notice = options.notice
    self.journal = journal
    self.report = report
    self.publish = publish
    self.input = input
    let isFollowing = input?.follower != nil
    timeline = SequencerTimeline(
      sendsClock: options.sendsClock && !isFollowing,
      grid: isFollowing ? FollowedTime.bar(options.input?.meter ?? .common) : nil)
    subscribers = Set(client.subscribers())
    initialVolume = options.volume
    waitDuration = .seconds(options.waitSeconds)
    isWaiting = subscribers.isEmpty && options.waitSeconds > 0 && !isFollowing
    if isWaiting || isFollowing { timeline.pause(now: 0) }
  }

  /// The thread's life.
  func run() {
    while true {
      for command in mailbox.take() where !obey(command) { return }
      hear(client.incoming())
      let queueTime = client.queueTime()
      let now = timelineTime(queueTime)
      if let waitEnd, ContinuousClock.now >= waitEnd { endWaiting(grace: 0) }
      let reports = timeline.reports(now: now)
      // Whoever hears of the report shall find the position that belongs to it.
      publish(status(now: now))
      reports.forEach(report)
      reportIdle()
      refill(now: queueTime)
      rest(now: queueTime)
      publish(status(now: now))
      mailbox.wait(with: client.pollDescriptor, milliseconds: pause(now: client.queueTime()))
    }
  }

  // MARK: Commands

  /// - Returns: false if this was the last.
  private func obey(_ command: SequencerMailbox.Command) -> Bool {
    switch command {
    case .enqueue(let item):
      isIdle = false
      beginWaiting()
      runQueue()
      let performance = isFollowing ? SequencerPerformance.followed(item.piece) : SequencerPerformance(item.piece)
      sayFaults(of: item.piece)
      let queueTime = client.queueTime()
      let wait = item.notBefore.map { min(60_000_000_000, $0 - rt_monotonic_nanoseconds()) }
      timeline.enqueue(
        item.id, performance, now: timelineTime(queueTime),
        notBefore: isFollowing ? .min : wait.map { queueTime + $0 } ?? .min)
      let new = timeline.channels.subtracting(channels)
      channels.formUnion(new)
      if volume != Self.usualVolume { sendVolume(to: new) }
      if let new = performance.keys {
        keys = min(new.lowerBound, keys?.lowerBound ?? 127)...max(new.upperBound, keys?.upperBound ?? 0)
      }
      performance.tuning.map { _ = tunings.insert($0.output) }
      remember()
    case .pause:
      isPaused = true
      hold()
    case .resume:
      isPaused = false
      if isFollowing { rejoin() } else if !isWaiting { goOn(after: 0) }
    case .seek(let seconds): seek(to: seconds)
    case .skip:
      let now = takeBack()
      silence(now: now, stopsClock: false)
      timeline.skip(now: now).forEach { report(.finished($0)) }
    case .stop:
      let now = takeBack()
      silence(now: now)
      timeline.stop().forEach { report(.finished($0)) }
      resetTuning()
      if isPaused || isWaiting || (isFollowing && !masterRuns) { timeline.pause(now: now) }
    case .volume(let volume):
      let relative = volume / max(0.01, initialVolume)
      let controller = UInt8(min(127, max(0, relative.isNaN ? 1 : relative * Double(Self.usualVolume)).rounded()))
      guard controller != self.volume else { break }
      self.volume = controller
      sendVolume(to: channels)
    case .close:
      let now = takeBack()
      silence(now: now)
      timeline.stop().forEach { report(.finished($0)) }
      resetTuning()
      journal.close(removing: true)
      publish(Status())
      return false
    }
    return true
  }

  /// Says once what MIDI cannot say of a piece.
  private func sayFaults(of piece: Piece) {
    let faults = MIDIFile.faults(piece)
    guard !faults.isEmpty, !faultsAreSaid else { return }
    faultsAreSaid = true
    notice("port \(SequencerOutput.clientName):\(SequencerOutput.portName): \(faults.joined(separator: "; "))")
  }

  private func seek(to seconds: Double) {
    guard !isFollowing, !timeline.isEmpty else { return }
    let now = takeBack()
    silence(now: now)
    timeline.seek(to: Int64(min(1e9, max(0, seconds.isNaN ? 0 : seconds)) * 1e9), now: now)
  }

  func hold() {
    guard !timeline.isPaused else { return }
    let now = takeBack()
    timeline.pause(now: now)
    silence(now: now)
  }

  private func goOn(after grace: Int64) {
    guard timeline.isPaused else { return }
    runQueue()
    timeline.resume(now: client.queueTime() + grace)
  }

  private func beginWaiting() {
    guard isWaiting, waitEnd == nil else { return }
    waitEnd = ContinuousClock.now + waitDuration
    let seconds = Int(waitDuration / .seconds(1))
    notice(
      "port \(client.address) (\(SequencerOutput.clientName):\(SequencerOutput.portName)) waits up to \(seconds) s for"
        + " somebody to listen: aconnect \(client.address) CLIENT:PORT")
  }

  private func endWaiting(grace: Int64) {
    guard isWaiting else { return }
    isWaiting = false
    waitEnd = nil
    if !isPaused { goOn(after: grace) }
  }

  private func reportIdle() {
    guard timeline.isEmpty, !isIdle else { return }
    isIdle = true
    report(.idle)
  }

  /// Empties the queue.
  ///
  /// - Returns: the timeline's time just before. An event that still goes out after it is sent again by a `resume`, which
  ///   is better than one that nobody sends.
  func takeBack() -> Int64 {
    let now = timelineTime(client.queueTime())
    client.emptyQueue()
    isPoolFull = false
    return now
  }

  /// Ends every sounding note, at every subscriber. The queue must be empty.
  func silence(now: Int64, stopsClock: Bool = true) {
    // Of what a master's tempo has planned ahead nobody knows any more when it was to be.
    for message in timeline.endNotes(now: isFollowing ? .max / 2 : now) { client.sendNow(.midi(message)) }
    for message in SequencerSilence.quiet(channels.sorted()) { client.sendNow(.midi(message)) }
    if stopsClock, timeline.clockIsRunning {
      client.sendNow(.stop)
      timeline.clockStopped()
    }
  }

  /// Puts receivers back to twelve-tone equal temperament, if they were told of another tuning. The queue must be empty.
  private func resetTuning() {
    for message in timeline.receivers.reset { client.sendNow(.midi(message)) }
    timeline.receiversWereReset()
  }

  private func sendVolume(to channels: Set<UInt8>) {
    for channel in channels.sorted() {
      client.sendNow(
        .midi(.controlChange(channel: channel, controller: MIDIController.channelVolume, value: volume)))
    }
  }

  // MARK: The queue

  func runQueue() {
    idleSince = nil
    guard !queueRuns else { return }
    client.runQueue()
    queueRuns = true
  }

  private func refill(now: Int64) {
    isPoolFull = false
    let horizon = horizon(now: now) ?? now + Self.horizon
    guard let first = timeline.next(before: horizon) else { return }
    var free = client.freeCells() - Self.reservedCells
    var due = first
    while true {
      free -= Self.cells(due.message)
      guard free >= 0, client.schedule(due.message, at: queueTime(of: due)) else {
        isPoolFull = true
        return
      }
      timeline.confirm(due)
      guard let next = timeline.next(before: horizon) else { return }
      due = next
    }
  }

  /// An event takes a cell of 28 bytes, and system exclusive as many more as hold its bytes.
  private static func cells(_ message: SequencerTimeline.Message) -> Int {
    guard case .midi(.systemExclusive(let data)) = message else { return 1 }
    return 1 + (data.count + 2 + 27) / 28
  }

  /// Lets the queue's timer go after a while without music.
  private func rest(now: Int64) {
    guard queueRuns, timeline.isEmpty || timeline.isPaused, !isListening(now: now) else {
      idleSince = nil
      return
    }
    if timeline.clockIsRunning {
      client.sendNow(.stop)
      timeline.clockStopped()
    }
    guard let since = idleSince else {
      idleSince = now
      return
    }
    guard now - since >= Self.idleNanoseconds else { return }
    client.stopQueue()
    queueRuns = false
    idleSince = nil
  }

  /// Milliseconds to sleep.
  private func pause(now: Int64) -> Int32 {
    if let waitEnd { return Int32(max(0, min(600_000, (waitEnd - .now) / .milliseconds(1)))) + 1 }
    guard queueRuns else { return -1 }
    if isPoolFull { return 20 }
    if isFollowing { return masterRuns ? Self.followingMilliseconds : Self.refillMilliseconds }
    let milliseconds = (timeline.timeToReport(now: now) ?? .max) / 1_000_000
    return Int32(min(Int64(Self.refillMilliseconds), milliseconds + 1))
  }

  // MARK: Other ports

  func observe(_ announcement: SequencerClient.Announcement) {
    switch announcement {
    case .subscribed(let address):
      subscribers.insert(address)
      // Who joins in the middle of a piece has missed its programs.
      for message in timeline.setup { client.sendNow(.midi(message), to: address) }
      endWaiting(grace: Self.graceForSubscribers)
      remember()
    case .unsubscribed(let address):
      subscribers.remove(address)
      // It hears nothing of us any more, and its notes would sound for ever. It may also be gone altogether.
      for note in timeline.sounding.notes {
        client.sendNow(.midi(.noteOn(channel: note.key.channel, key: note.key.key, velocity: 0)), to: address)
      }
      for message in SequencerSilence.quiet(channels.sorted()) + timeline.receivers.reset {
        client.sendNow(.midi(message), to: address)
      }
      remember()
    case .portAppeared, .portGone, .inputSubscribed, .inputUnsubscribed: break
    }
    if let event = input?.observe(announcement, client: client) { report(event) }
    if let event = subscription?.observe(announcement, client: client) { report(event) }
  }

  private func remember() {
    let ports = subscribers.sorted { ($0.client, $0.port) < ($1.client, $1.port) }.compactMap(client.port(at:))
    let tunings = MIDITuningOutput.allCases.filter(tunings.contains)
    journal.remember(
      SequencerJournal.Entry(
        ports: ports, channels: channels.sorted(), keys: keys.map { [$0.lowerBound, $0.upperBound] }, tunings: tunings))
  }

  private func status(now: Int64) -> Status {
    let position = timeline.position(now: now)
    return Status(
      item: position?.id, nanoseconds: pieceNanoseconds(position?.offset ?? 0),
      moves: position != nil && !timeline.isPaused, speed: pieceSpeed(at: position?.offset ?? 0), isPaused: isPaused)
  }
}
