internal import Foundation
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// Server-sent events for any number of clients: every event is written as JSON once, for all of them.
///
/// Each client has a short queue. Whoever does not empty it loses the stream, not single events: the browser comes back
/// by itself and begins with the whole state again. Nobody is waited for. The more clients there are, the more events go
/// out together: a thousand cost no more than two thousand writes a second.
final class EventStreams: Sendable {
  /// Events that wait for one client at most.
  static let queueLength = 128
  /// Streams at one time; the next client is told to come back later.
  static let limit = 1500
  /// Populations may come a thousand times a second; a curve needs no more points than this.
  private static let populationInterval = Duration.milliseconds(50)

  private struct State {
    var last: UInt64 = 0
    var clients: [UInt64: AsyncStream<ByteBuffer>.Continuation] = [:]
    var isOver = false
    /// What the clients have not been sent yet, and when they were sent something last.
    var pending = ByteBuffer()
    var lastSent = ContinuousClock.now
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.clients.count } }

  /// All events from now on; nil if there are too many streams already, or the daemon ends.
  func open() -> (number: UInt64, events: AsyncStream<ByteBuffer>)? {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(Self.queueLength))
    return state.withLock { state in
      guard !state.isOver, state.clients.count < Self.limit else { return nil }
      state.last += 1
      state.clients[state.last] = continuation
      return (state.last, stream)
    }
  }

  func close(_ number: UInt64) {
    let client = state.withLock { $0.clients.removeValue(forKey: number) }
    client?.finish()
  }

  /// Passes events on until there are no more.
  func pump(_ events: AsyncStream<DaemonEvent>) async {
    let clock = Task {
      var lastBeat = ContinuousClock.now
      while !Task.isCancelled {
        // Where nobody listens there is nothing to be in time for.
        try? await Task.sleep(for: .milliseconds(self.count > 0 ? 50 : 1000))
        // A client that went away without a word is found out by writing to it.
        if ContinuousClock.now - lastBeat > .seconds(15) {
          lastBeat = .now
          self.send(ByteBuffer(string: ": \n\n"))
        }
        self.send(ByteBuffer())
      }
    }
    var lastPopulation = ContinuousClock.now - Self.populationInterval
    for await event in events {
      if case .population(let population) = event, population.population < population.populations {
        guard ContinuousClock.now - lastPopulation >= Self.populationInterval else { continue }
        lastPopulation = .now
      }
      if count > 0, let text = Self.text(event) { send(text) }
    }
    clock.cancel()
    finish()
  }

  /// Ends all streams, and those to come.
  func finish() {
    let clients = state.withLock { state in
      state.isOver = true
      defer { state.clients = [:] }
      return Array(state.clients.values)
    }
    for client in clients { client.finish() }
  }

  /// Sends an event with those that wait, at once or when the clients' turn comes.
  private func send(_ text: ByteBuffer) {
    let due = state.withLock { state -> (ByteBuffer, [(UInt64, AsyncStream<ByteBuffer>.Continuation)])? in
      state.pending.writeImmutableBuffer(text)
      let interval = Duration.microseconds(state.clients.count < 20 ? 0 : 500 * state.clients.count)
      guard state.pending.readableBytes > 0, ContinuousClock.now - state.lastSent >= interval else { return nil }
      defer { state.pending = ByteBuffer() }
      state.lastSent = .now
      return (state.pending, state.clients.map { ($0.key, $0.value) })
    }
    guard let (pending, clients) = due else { return }
    for (number, client) in clients {
      if case .enqueued = client.yield(pending) { continue }
      close(number)
    }
  }

  // MARK: Text

  /// An event as the stream has it; nil for what clients do not hear.
  static func text(_ event: DaemonEvent) -> ByteBuffer? {
    switch event {
    case .population(let population): text("population", population)
    case .piece(let piece): text("piece", piece)
    case .pieceChanged(let piece): text("piece_changed", piece)
    case .pieceDeleted(let id): text("piece_deleted", ["id": id])
    case .player(let player): text("player", player)
    case .device(let device): text("device", device)
    #if Playback
      case .stream(let mark): text("stream", mark)
    #endif
    case .rules(let rules): text("rules", RulesView(rules: rules))
    case .status(let status): text("status", status)
    case .answer(let answer): text("answer", answer)
    case .controls(let controls): text("controls", controls)
    case .log(let line): text("log", line)
    }
  }

  static func text(_ name: String, _ value: some Encodable) -> ByteBuffer? {
    guard let json = try? DaemonJSON.bytes(value) else { return nil }
    var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
    buffer.writeBytes(json)
    buffer.writeString("\n\n")
    return buffer
  }
}
