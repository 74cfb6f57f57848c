internal import CRealtime
internal import Core
internal import Foundation
internal import Synchronization

/// The port `RL-Musician:Input` beside live sound: a client of its own with a thread of its own, which tells the audio
/// side where the master is. (An output to the sequencer has the port in its own client.)
///
/// Unchecked: `client` and `reader` belong to the thread once it runs.
final class SequencerInput: @unchecked Sendable {
  private let client: SequencerClient
  private var reader: InputReader
  private let mailbox = SequencerMailbox()
  private let report: @Sendable (PlayerEvent) -> Void
  private let follow: @Sendable (RenderMessage.Kind, MasterPlace) -> Void
  private var queueRuns = false
  /// Whether a master's clock decides.
  let isFollowing: Bool

  /// So long after the last event the queue's clock goes on, which stamps the next one.
  private static let listeningNanoseconds: Int64 = 5_000_000_000
  private static let watchMilliseconds: Int32 = 250

  /// Opens the port.
  ///
  /// - Parameters:
  ///   - report: Gets what a person should know.
  ///   - follow: Gets where the master is.
  /// - Throws: If there is no sequencer, or the port to hear is not there.
  init(
    _ options: InputOptions, report: @escaping @Sendable (PlayerEvent) -> Void,
    follow: @escaping @Sendable (RenderMessage.Kind, MasterPlace) -> Void
  ) throws(DeviceUnavailableError) {
    do {
      client = try SequencerClient(
        name: SequencerOutput.clientName, portName: nil, inputName: SequencerOutput.inputPortName)
    } catch {
      throw DeviceUnavailableError(reason: "cannot open the port \(SequencerOutput.inputPortName): \(error)")
    }
    reader = try InputReader(options, client: client)
    isFollowing = options.sync.source == .clock
    self.report = report
    self.follow = follow
  }

  /// Starts the thread, which keeps this object alive until `close`.
  func start() {
    let thread = Thread { [self] in
      _ = rt_thread_become_realtime(AudioThread.ordinaryPriority)
      run()
    }
    thread.name = "rlm-input"
    thread.start()
  }

  /// Closes the port, soon.
  func close() { mailbox.post(.close) }

  private func run() {
    while true {
      for command in mailbox.take() { if case .close = command { return } }
      hear(client.incoming())
      rest()
      mailbox.wait(with: client.pollDescriptor, milliseconds: queueRuns ? Self.watchMilliseconds : -1)
    }
  }

  private func hear(_ incoming: [SequencerClient.Incoming]) {
    var hasTicked = false
    let stamped = SequencerClient.Incoming.stamped(incoming, isRunning: queueRuns, period: reader.period) {
      client.runQueue()
      queueRuns = true
      return client.queueTime()
    }
    if queueRuns { reader.readClock { client.queueTime() } }
    for event in stamped {
      switch event {
      case .announcement(let announcement): reader.observe(announcement, client: client).map(report)
      case .input(let event):
        reader.take(event, report: report).forEach(obey)
        hasTicked = hasTicked || event.content == .transport(.clock)
      }
    }
    reader.advance(to: queueRuns ? client.queueTime() : 0).forEach(obey)
    reader.tellPlace(at: client.queueTime())
    if hasTicked, reader.follower?.isRunning == true { follow(.masterTempo, place()) }
  }

  private func obey(_ change: ClockFollower.Change) {
    reader.remark(on: change).map { report(.remark($0)) }
    switch change {
    case .moved(_, let isStart): follow(isStart ? .masterStarted : .masterMoved, place())
    case .stopped, .flooded, .lost(isHeld: true): follow(.masterStopped, MasterPlace())
    case .lost(isHeld: false), .found, .crowded: break
    }
  }

  /// Where the master is now.
  private func place() -> MasterPlace { reader.place(at: client.queueTime()) ?? MasterPlace() }

  /// Lets the queue's timer go after a while without events.
  private func rest() {
    guard queueRuns, let last = reader.lastEvent, reader.follower?.isRunning != true,
      client.queueTime() - last > Self.listeningNanoseconds
    else { return }
    client.stopQueue()
    queueRuns = false
  }
}
