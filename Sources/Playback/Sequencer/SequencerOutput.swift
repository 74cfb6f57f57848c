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
  /// The port's name.
  public static let portName = "Composer"

  /// Reports, in order.
  public let events: AsyncStream<PlayerEvent>

  private let mailbox = SequencerMailbox()
  private let status: StatusBox
  private let ending = Ending()

  /// Opens the port.
  ///
  /// - Parameters:
  ///   - destination: A port to play to; it is subscribed again whenever it reappears. Nil waits for subscribers.
  ///   - sendsClock: Whether MIDI clock with start and stop goes out too.
  ///   - stateFolder: Where subscriptions are remembered, to silence them after a `kill -9`; nil is the usual place.
  /// - Throws: If there is no sequencer or `destination` is not there; the error lists what is.
  public convenience init(
    to destination: SequencerDestination? = nil, sendsClock: Bool = false, stateFolder: URL? = nil
  ) throws(DeviceUnavailableError) {
    try self.init(
      clientName: Self.clientName, to: destination, sendsClock: sendsClock,
      stateFolder: stateFolder ?? SequencerJournal.defaultFolder())
  }

  /// For tests: a client of another name.
  init(
    clientName: String, to destination: SequencerDestination?, sendsClock: Bool, stateFolder: URL
  ) throws(DeviceUnavailableError) {
    let client: SequencerClient
    do {
      client = try SequencerClient(name: clientName, portName: Self.portName)
    } catch {
      throw DeviceUnavailableError(
        reason: error.isAbsent
          ? "no ALSA sequencer (/dev/snd/seq): is the kernel module snd-seq loaded, and are you in the group 'audio'?"
          : "cannot open the ALSA sequencer: \(error)")
    }
    SequencerPlayback.silenceAbandoned(in: stateFolder, client: client)
    let subscription: SequencerSubscription?
    if let destination {
      subscription = try SequencerSubscription(destination, client: client)
    } else {
      subscription = nil
    }
    let (events, continuation) = AsyncStream.makeStream(of: PlayerEvent.self)
    self.events = events
    let status = StatusBox()
    self.status = status
    let playback = SequencerPlayback(
      client: client, mailbox: mailbox, subscription: subscription, sendsClock: sendsClock,
      journal: SequencerJournal(folder: stateFolder),
      report: { continuation.yield($0) }, publish: { new in status.value.withLock { $0 = new } })
    let handover = Handover(playback)
    let ending = ending
    let thread = Thread {
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
  /// Drops everything.
  public func stop() { mailbox.post(.stop) }
  /// Sends channel volume: `volume` times General MIDI's default of 100.
  public func setVolume(_ volume: Double) { mailbox.post(.volume(volume)) }

  /// Where playback stands now.
  public var position: PlayerPosition {
    let status = status.value.withLock { $0 }
    let since = status.moves ? (ContinuousClock.now - status.moment) / .seconds(1) : 0
    return PlayerPosition(
      item: status.item, seconds: Double(status.nanoseconds) / 1e9 + since, isPaused: status.isPaused)
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
