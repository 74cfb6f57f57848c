internal import CRealtime
internal import Core
public import Foundation
internal import Synchronization

/// Plays pieces as MIDI into a port of the ALSA sequencer: client `RL-Musician`, port `Composer`.
///
/// The port is there from `init` to `close`, and whoever subscribes hears; one destination may be asked for by name.
/// What is sent are the events of the piece's MIDI file, on a queue of the kernel that keeps their time.
public final class SequencerOutput: PlayerOutput {
  /// The client's name.
  public static let clientName = "RL-Musician"
  /// The name of the port that plays.
  public static let portName = "Composer"
  /// The name of the port that hears.
  public static let inputPortName = "Input"

  /// Reports, in order.
  public let events: AsyncStream<PlayerEvent>

  private let mailbox = SequencerMailbox()
  private let status: StatusBox
  private let ending = Ending()

  /// How it is to play.
  public struct Options: Sendable {
    /// A port to play to; it is subscribed again whenever it reappears. Nil: whoever subscribes.
    public var destination: SequencerDestination?
    /// Whether MIDI clock with start and stop goes out too.
    public var sendsClock = false
    /// How long the first piece waits for a first subscriber; whoever then records misses nothing.
    public var waitSeconds = 0.0
    /// What `setVolume` starts from, greater than 0: receivers keep their own volume until another one is set.
    public var volume = 1.0
    /// SCHED_FIFO priority of the thread that fills the queue, where that is allowed; 0 for an ordinary one.
    public var realtimePriority: Int32 = 60
    /// What is heard at the port `Input`; nil: there is no such port.
    var input: InputOptions?
    /// Where subscriptions are remembered, to silence them after a `kill -9`; nil is the usual place.
    public var stateFolder: URL?
    /// Gets a line when there is something a person should know.
    public var notice: @Sendable (String) -> Void = { _ in }

    /// The options' defaults.
    public init() {}
  }

  /// Opens the port.
  ///
  /// - Throws: If there is no sequencer or the destination is not there; the error lists what is.
  public init(_ options: Options = Options()) throws(DeviceUnavailableError) {
    let stateFolder = options.stateFolder ?? SequencerJournal.defaultFolder()
    let client: SequencerClient
    do {
      client = try SequencerClient(
        name: Self.clientName, portName: Self.portName, inputName: options.input.map { _ in Self.inputPortName })
    } catch {
      throw DeviceUnavailableError(
        reason: error.isAbsent
          ? "no ALSA sequencer (/dev/snd/seq): is the kernel module snd-seq loaded, and are you in the group 'audio'?"
          : "cannot open the ALSA sequencer: \(error)")
    }
    SequencerSilence.endAbandoned(in: stateFolder, client: client)
    let subscription: SequencerSubscription?
    if let destination = options.destination {
      subscription = try SequencerSubscription(destination, client: client)
    } else {
      subscription = nil
    }
    let input = try options.input.map { options throws(DeviceUnavailableError) in
      try InputReader(options, client: client)
    }
    let (events, continuation) = AsyncStream.makeStream(of: PlayerEvent.self)
    self.events = events
    let status = StatusBox()
    self.status = status
    let playback = SequencerPlayback(
      client: client, mailbox: mailbox, subscription: subscription, input: input, options: options,
      journal: SequencerJournal(folder: stateFolder),
      report: { continuation.yield($0) }, publish: { new in status.value.withLock { $0 = new } })
    let handover = Handover(playback)
    let ending = ending
    let thread = Thread { [priority = options.realtimePriority] in
      // Refused by the system and the desktop, it is an ordinary thread, with a second of events in hand.
      if priority > 0, rt_thread_become_realtime(priority) != 0 {
        _ = try? RealtimeKit.promote(thread: rt_thread_number(), priority: priority)
      }
      handover.take()?.run()
      continuation.finish()
      ending.reach()
    }
    thread.name = "sequencer"
    thread.start()
  }

  deinit { mailbox.post(.close) }

  /// Queues an item to begin where the last queued one ends; at once if there is none.
  public func enqueue(_ item: PlayerItem) { mailbox.post(.enqueue(item)) }
  /// Ends the current item and goes on with the next.
  public func skip() { mailbox.post(.skip) }
  /// Holds; sounding notes end.
  public func pause() { mailbox.post(.pause) }
  /// Goes on; notes that were cut off begin again.
  public func resume() { mailbox.post(.resume) }
  /// Goes on from another place of the current item; notes that sound there begin again.
  public func seek(to seconds: Double) { mailbox.post(.seek(seconds)) }
  /// Drops everything.
  public func stop() { mailbox.post(.stop) }
  /// Sends channel volume: 100, General MIDI's default, times the ratio to the volume it started from.
  public func setVolume(_ volume: Double) { mailbox.post(.volume(volume)) }

  /// Where playback stands now.
  public var position: PlayerPosition {
    let status = status.value.withLock { $0 }
    let since = status.moves ? status.speed * ((ContinuousClock.now - status.moment) / .seconds(1)) : 0
    return PlayerPosition(
      item: status.item, seconds: Double(status.nanoseconds) / 1e9 + since, isPaused: status.isPaused)
  }

  /// Whether the thread, which wakes up four times a second while something is played, has not done so for long.
  public var isStuck: Bool {
    let status = status.value.withLock { $0 }
    return status.moves && ContinuousClock.now - status.moment > .seconds(30)
  }

  /// Silences every subscriber, then closes the port. Idempotent.
  public func close() async {
    mailbox.post(.close)
    await ending.wait()
  }
}

/// The thread's last word on where playback stands.
private final class StatusBox: Sendable {
  let value = Mutex(SequencerPlayback.Status())
}

/// Carries the playback, which is no value, to its thread: made by one, taken once by the other.
private final class Handover: @unchecked Sendable {
  private var playback: SequencerPlayback?
  init(_ playback: SequencerPlayback) { self.playback = playback }
  func take() -> SequencerPlayback? {
    defer { playback = nil }
    return playback
  }
}

/// The thread's end, which any number of tasks may wait for.
private final class Ending: Sendable {
  private enum State {
    case ahead([CheckedContinuation<Void, Never>])
    case reached
  }
  private let state = Mutex(State.ahead([]))

  func reach() {
    let waiting: [CheckedContinuation<Void, Never>] = state.withLock { state in
      guard case .ahead(let waiting) = state else { return [] }
      state = .reached
      return waiting
    }
    waiting.forEach { $0.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        guard case .ahead(let waiting) = state else { return true }
        state = .ahead(waiting + [continuation])
        return false
      }
      if isReached { continuation.resume() }
    }
  }
}
