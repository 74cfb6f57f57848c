internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// Connections that were accepted and that nobody serves yet.
///
/// A server that is cancelled drops what it accepted last, and the process ends when a connection is dropped unfinished
/// (apple/swift-nio #2637, #3481). Here each is held until it is served, or until `finish`.
final class AcceptedConnections: Sendable {
  private let waiting = Mutex<[ObjectIdentifier: HTTP1Channel.Value]>([:])

  fileprivate func hold(_ connection: HTTP1Channel.Value) {
    waiting.withLock { $0[ObjectIdentifier(connection.channel)] = connection }
  }

  fileprivate func release(_ connection: HTTP1Channel.Value) {
    _ = waiting.withLock { $0.removeValue(forKey: ObjectIdentifier(connection.channel)) }
  }

  /// Ends those that nobody will serve any more, when the server has come to its end.
  func finish(_ threads: any EventLoopGroup) async {
    // Whoever is just being accepted waits for the loop's next turn.
    for _ in 0..<2 { try? await threads.next().submit {}.get() }
    let left = waiting.withLock { waiting in
      defer { waiting = [:] }
      return Array(waiting.values)
    }
    for connection in left { try? await connection.executeThenClose { _, _ in } }
  }
}

/// HTTP/1.1 connections, held by `AcceptedConnections` until they are served.
struct HeldHTTP1Channel: ServerChildChannel {
  let base: HTTP1Channel
  let accepted: AcceptedConnections

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger).map { [accepted] connection in
      accepted.hold(connection)
      return connection
    }
  }

  func handle(value connection: HTTP1Channel.Value, logger: Logger) async {
    accepted.release(connection)
    await base.handle(value: connection, logger: logger)
  }
}
