internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// Closes connections whose client takes too long: to send a request, or to read what it asked for. Those that are too
/// many are told so and closed.
///
/// Headers that trickle in, and connections that say nothing, are closed by Hummingbird's idle timeout.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How long a request's body may take, and how long a client may read nothing.
  struct Limits: Sendable {
    var request = TimeAmount.seconds(20)
    var reading = TimeAmount.seconds(20)
    /// Bytes of a body after which even an error is too much of an answer.
    var bodyByteCount = 1 << 22
    /// Connections of one listener at one time; the next client is told to come back later.
    var connectionCount = 2000
    /// How long answers that are under way have when the daemon ends.
    var farewell = Duration.milliseconds(500)
  }

  private let limits: Limits
  private let connections: Connections
  private var requestAlarm: Scheduled<Void>?
  private var readingAlarm: Scheduled<Void>?
  private var bodyByteCount = 0
  private var isOneTooMany = false

  init(_ limits: Limits, _ connections: Connections) {
    self.limits = limits
    self.connections = connections
  }

  func handlerAdded(context: ChannelHandlerContext) {
    isOneTooMany = !connections.add(context.channel, limit: limits.connectionCount)
    // Who is one too many may ask once, soon.
    if isOneTooMany { requestAlarm = alarm(context, in: .seconds(1)) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isOneTooMany {
      if case .head = unwrapInboundIn(data) { refuse(context) }
      return
    }
    switch unwrapInboundIn(data) {
    case .head:
      bodyByteCount = 0
      requestAlarm?.cancel()
      requestAlarm = alarm(context, in: limits.request)
    case .body(let bytes):
      bodyByteCount += bytes.readableBytes
      if bodyByteCount > limits.bodyByteCount { return context.close(promise: nil) }
    case .end:
      requestAlarm?.cancel()
      requestAlarm = nil
    }
    context.fireChannelRead(data)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    readingAlarm?.cancel()
    readingAlarm = context.channel.isWritable ? nil : alarm(context, in: limits.reading)
    context.fireChannelWritabilityChanged()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    connections.remove(context.channel)
    requestAlarm?.cancel()
    readingAlarm?.cancel()
  }

  private func refuse(_ context: ChannelHandlerContext) {
    let text = ByteBuffer(string: #"{"error":"\#(limits.connectionCount) connections are open already"}"#)
    let head = HTTPResponse(
      status: .serviceUnavailable,
      headerFields: [
        .contentType: "application/json", .contentLength: "\(text.readableBytes)", .retryAfter: "5",
        .connection: "close",
      ])
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(text)), promise: nil)
    let channel = context.channel
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.whenComplete { _ in channel.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
  }

  private func alarm(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
    let channel = context.channel
    return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }
}

/// A listener's open connections: whoever has not gone when the daemon ends is cut off.
final class Connections: Sendable {
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  /// - Returns: whether it is one of those that are allowed.
  func add(_ channel: any Channel, limit: Int) -> Bool {
    channels.withLock { channels in
      channels[ObjectIdentifier(channel)] = channel
      return channels.count <= limit
    }
  }

  func remove(_ channel: any Channel) {
    _ = channels.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Whether nobody is connected.
  var isEmpty: Bool { channels.withLock { $0.isEmpty } }

  func closeAll() {
    for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
  }
}
