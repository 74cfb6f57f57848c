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

  private let client: SequencerClient
  private let mailbox: SequencerMailbox
  private let journal: SequencerJournal
  private let report: @Sendable (PlayerEvent) -> Void
  private let publish: @Sendable (Status) -> Void
  private let sendsClock: Bool

  private var timeline: SequencerTimeline
  private var subscription: SequencerSubscription?
  private var subscribers: Set<SequencerAddress> = []
  /// Channels that notes have gone out on since the start.
  private var channels: Set<UInt8> = []
  private var volume: UInt8 = SequencerPlayback.fullVolume
  private var queueRuns = false
  private var idleSince: Int64?
  private var isPoolFull = false

  /// General MIDI's own default of channel volume: a receiver is as loud at volume 1 as if it had been told nothing.
  private static let fullVolume: UInt8 = 100

  init(
    client: SequencerClient, mailbox: SequencerMailbox, subscription: SequencerSubscription?, sendsClock: Bool,
    journal: SequencerJournal, report: @escaping @Sendable (PlayerEvent) -> Void,
    publish: @escaping @Sendable (Status) -> Void
  ) {
    self.client = client
    self.mailbox = mailbox
    self.subscription = subscription
    self.sendsClock = sendsClock
    self.journal = journal
    self.report = report
    self.publish = publish
    timeline = SequencerTimeline(sendsClock: sendsClock)
    subscribers = Set(client.subscribers())
  }

  /// The thread's life.
  func run() {
    while true {
      for command in mailbox.take() where !obey(command) { return }
      client.announcements().forEach(observe)
      let now = client.queueTime()
      timeline.reports(now: now).forEach(report)
      refill(now: now)
      rest(now: now)
      publish(status(now: now))
      mailbox.wait(with: client.pollDescriptor, milliseconds: pause(now: client.queueTime()))
    }
  }

  // MARK: Commands

  /// - Returns: false if this was the last.
  private func obey(_ command: SequencerMailbox.Command) -> Bool {
    switch command {
    case .enqueue(let item):
      runQueue()
      timeline.enqueue(item.id, SequencerPerformance(item.piece), now: client.queueTime())
      if !timeline.channels.isSubset(of: channels) {
        let new = timeline.channels.subtracting(channels)
        channels.formUnion(new)
        if volume != Self.fullVolume { sendVolume(to: new) }
        remember()
      }
    case .pause where !timeline.isPaused:
      let now = takeBack()
      timeline.pause(now: now)
      silence(now: now)
    case .resume where timeline.isPaused:
      runQueue()
      timeline.resume(now: client.queueTime())
    case .pause, .resume: break
    case .skip:
      let now = takeBack()
      silence(now: now, stopsClock: false)
      timeline.skip(now: now).forEach { report(.finished($0)) }
    case .stop:
      let now = takeBack()
      silence(now: now)
      timeline.stop().forEach { report(.finished($0)) }
    case .volume(let volume):
      let controller = UInt8((min(1, max(0, volume.isNaN ? 1 : volume)) * Double(Self.fullVolume)).rounded())
      guard controller != self.volume else { break }
      self.volume = controller
      sendVolume(to: channels)
    case .close:
      let now = takeBack()
      silence(now: now)
      timeline.stop().forEach { report(.finished($0)) }
      journal.close(removing: true)
      publish(Status())
      return false
    }
    return true
  }

  /// Empties the queue.
  ///
  /// - Returns: the queue's time just before. An event that still goes out after it is sent again by a `resume`, which
  ///   is better than one that nobody sends.
  private func takeBack() -> Int64 {
    let now = client.queueTime()
    client.emptyQueue()
    isPoolFull = false
    return now
  }

  /// Ends every sounding note, at every subscriber. The queue must be empty.
  private func silence(now: Int64, stopsClock: Bool = true) {
    for message in timeline.endNotes(now: now) { client.sendNow(.midi(message)) }
    for message in Self.quiet(channels.sorted()) { client.sendNow(.midi(message)) }
    if stopsClock, timeline.clockIsRunning {
      client.sendNow(.stop)
      timeline.clockStopped()
    }
  }

  /// For receivers that count pedals, or missed a note-off.
  static func quiet(_ channels: [UInt8]) -> [MIDIMessage] {
    channels.flatMap { channel -> [MIDIMessage] in
      [
        .controlChange(channel: channel, controller: MIDIController.sustain, value: 0),
        .controlChange(channel: channel, controller: MIDIController.allNotesOff, value: 0),
      ]
    }
  }

  private func sendVolume(to channels: Set<UInt8>) {
    for channel in channels.sorted() {
      client.sendNow(
        .midi(.controlChange(channel: channel, controller: MIDIController.channelVolume, value: volume)))
    }
  }

  // MARK: The queue

  private func runQueue() {
    idleSince = nil
    guard !queueRuns else { return }
    client.runQueue()
    queueRuns = true
  }

  private func refill(now: Int64) {
    isPoolFull = false
    guard let first = timeline.next(before: now + Self.horizon) else { return }
    var free = client.freeCells() - Self.reservedCells
    var due = first
    while true {
      free -= Self.cells(due.message)
      guard free >= 0, client.schedule(due.message, at: due.nanoseconds) else {
        isPoolFull = true
        return
      }
      timeline.confirm(due)
      guard let next = timeline.next(before: now + Self.horizon) else { return }
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
    guard queueRuns, timeline.isEmpty || timeline.isPaused else { return }
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
    guard queueRuns else { return -1 }
    if isPoolFull { return 20 }
    let milliseconds = (timeline.timeToReport(now: now) ?? .max) / 1_000_000
    return Int32(min(Int64(Self.refillMilliseconds), milliseconds + 1))
  }

  // MARK: Other ports

  private func observe(_ announcement: SequencerClient.Announcement) {
    switch announcement {
    case .subscribed(let address):
      subscribers.insert(address)
      // Who joins in the middle of a piece has missed its programs.
      for message in timeline.setup { client.sendNow(.midi(message), to: address) }
      remember()
    case .unsubscribed(let address):
      subscribers.remove(address)
      // It hears nothing of us any more, and its notes would sound for ever. It may also be gone altogether.
      for note in timeline.sounding.notes {
        client.sendNow(.midi(.noteOn(channel: note.key.channel, key: note.key.key, velocity: 0)), to: address)
      }
      for message in Self.quiet(channels.sorted()) { client.sendNow(.midi(message), to: address) }
      remember()
    case .portAppeared, .portGone: break
    }
    if let event = subscription?.observe(announcement, client: client) { report(event) }
  }

  private func remember() {
    let ports = subscribers.sorted { ($0.client, $0.port) < ($1.client, $1.port) }.compactMap(client.port(at:))
    journal.remember(SequencerJournal.Entry(ports: ports, channels: channels.sorted()))
  }

  /// Ends what processes that were killed have left sounding, at the ports they played to.
  static func silenceAbandoned(in folder: URL, client: SequencerClient) {
    let entries = SequencerJournal.abandoned(in: folder)
    guard !entries.isEmpty else { return }
    let present = client.destinations()
    for entry in entries {
      let channels = Set(entry.channels).filter { $0 < 16 }.sorted()
      for port in entry.ports {
        // Under its old number, or under the number its program has now.
        let known = present.filter { $0.hasNames(of: port) }
        for target in known.contains(port) ? [port] : known {
          for channel in channels {
            for key in UInt8(0)...127 {
              client.sendNow(.midi(.noteOn(channel: channel, key: key, velocity: 0)), to: target.address)
            }
          }
          for message in quiet(channels) { client.sendNow(.midi(message), to: target.address) }
        }
      }
    }
  }

  private func status(now: Int64) -> Status {
    let position = timeline.position(now: now)
    return Status(
      item: position?.id, nanoseconds: position?.offset ?? 0, moves: position != nil && !timeline.isPaused,
      isPaused: timeline.isPaused)
  }
}
