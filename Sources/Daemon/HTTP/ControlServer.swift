public import Core
internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
internal import Synchronization

/// The daemon's control interface: HTTP on a Unix socket and, if it is configured, on a port.
///
/// It never stands in the way of what the daemon does: one thread serves all connections, their number and everything
/// they may send or leave unread is bounded, and a listener that cannot be opened is tried again while the rest goes on.
public final class ControlServer: Service {
  private let conductor: Conductor
  private let configuration: DaemonConfiguration
  private let logger: Logger
  private let streams = EventStreams()
  private let limits: ConnectionGuard.Limits
  private let idleSeconds: Int64
  private let boundPort = Mutex<Int?>(nil)
  private let token: ControlToken
  /// Those by the port, where the token is asked for.
  private let portConnections = Connections()

  /// The port, once it is open.
  public var port: Int? { boundPort.withLock { $0 } }

  /// Event streams that are open.
  var streamCount: Int { streams.count }

  /// A server at rest; `run` begins.
  public convenience init(conductor: Conductor, configuration: DaemonConfiguration, logger: Logger) {
    self.init(
      conductor: conductor, configuration: configuration, logger: logger, limits: ConnectionGuard.Limits(),
      idleSeconds: 30)
  }

  init(
    conductor: Conductor, configuration: DaemonConfiguration, logger: Logger, limits: ConnectionGuard.Limits,
    idleSeconds: Int64
  ) {
    self.conductor = conductor
    self.configuration = configuration
    token = ControlToken(configuration.http.token)
    self.logger = logger
    self.limits = limits
    self.idleSeconds = idleSeconds
  }

  private struct Listener {
    var name: String
    var address: BindAddress
    var access: ControlAccess
    var socket: String?
    var connections = Connections()
    let accepted = AcceptedConnections()
  }

  private var listeners: [Listener] {
    let http = configuration.http
    var listeners: [Listener] = []
    if let path = ControlSocket.path(configuration) {
      listeners.append(
        Listener(
          name: path, address: .unixDomainSocket(path: path),
          access: ControlAccess(isPort: false, token: ControlToken(nil), host: ""), socket: path))
    }
    if let port = http.port {
      listeners.append(
        Listener(
          name: "\(http.host):\(port)", address: .hostname(http.host, port: port),
          access: ControlAccess(
            isPort: true, token: token, host: http.host, publicURL: http.publicURL),
          connections: portConnections))
    }
    return listeners
  }

  /// Serves until the task is cancelled, or the service group shuts down.
  public func run() async throws {
    // One thread: however much is asked for, the trainer keeps its cores.
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let events = conductor.events.subscribe()
    let listeners = listeners
    var limits = limits
    limits.connectionCount = min(limits.connectionCount, Self.raisedConnectionLimit())
    let serving = Task { [limits] in
      await withDiscardingTaskGroup { group in
        group.addTask { await self.streams.pump(events) }
        for listener in listeners {
          group.addTask { await self.serve(listener, threads, limits) }
        }
      }
    }
    let stop: @Sendable () -> Void = { [farewell = limits.farewell] in
      serving.cancel()
      Task {
        // Answers that are under way may arrive; who does not take them is not waited for.
        let latest = ContinuousClock.now + farewell
        while listeners.contains(where: { !$0.connections.isEmpty }), ContinuousClock.now < latest {
          try? await Task.sleep(for: .milliseconds(10))
        }
        for listener in listeners { listener.connections.closeAll() }
      }
    }
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await serving.value
      } onGracefulShutdown: {
        stop()
      }
    } onCancel: {
      stop()
    }
    streams.finish()
    for listener in listeners { await listener.accepted.finish(threads) }
    try? await threads.shutdownGracefully()
  }

  /// Takes another configuration's token in, at once: who listens by the old one is cut off, too. Whatever else it says of the interface has to wait for the next
  /// start, and so has an end of the token where others can reach the port: that is said.
  public func adopt(_ new: DaemonConfiguration) {
    let (now, new) = (configuration.http, new.http)
    let isReached = now.publicURL != nil || !DaemonConfiguration.HTTP.localHosts.contains(now.host)
    let keepsToken = new.token == nil && isReached
    if !keepsToken, new.token != token.value {
      token.value = new.token
      portConnections.closeAll()
      conductor.announcer.log(.notice, "control: another token")
    }
    let late = [
      ("socket", now.socket != new.socket), ("host", now.host != new.host), ("port", now.port != new.port),
      ("token", keepsToken), ("public_url", now.publicURL != new.publicURL),
    ].filter(\.1).map { "daemon.http.\($0.0)" }
    if !late.isEmpty {
      conductor.announcer.log(.warning, "control: at the next start only: \(late.joined(separator: ", "))")
    }
  }

  /// What is to be said of a configuration's token: that everybody on this machine can read it; nil if all is well.
  ///
  /// - Parameter file: the configuration's file.
  public static func tokenWarning(_ configuration: DaemonConfiguration, file: String?) -> String? {
    guard configuration.http.token != nil, let file,
      let mode = try? FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber,
      mode.uint16Value & 0o004 != 0
    else { return nil }
    return "\(file): everybody on this machine can read daemon.http.token; chmod o-r"
  }

  /// Connections of a listener that fit into the files the process may open, which are raised to what the system allows:
  /// each of the two listeners gets less than half, the rest is for the library and the sound.
  private static func raisedConnectionLimit() -> Int {
    var files = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else { return 200 }
    let before = files.rlim_cur
    files.rlim_cur = max(before, min(files.rlim_max, 65_536))
    if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) != 0 { files.rlim_cur = before }
    return max(50, Int(clamping: files.rlim_cur) / 2 - 200)
  }

  /// Opens a listener again and again.
  private func serve(_ listener: Listener, _ threads: any EventLoopGroup, _ limits: ConnectionGuard.Limits) async {
    while !Task.isCancelled {
      do {
        guard (listener.socket?.utf8.count ?? 0) <= ControlSocket.longestPath else {
          throw FileError(.cannotCreate, path: listener.name, reason: "longer than \(ControlSocket.longestPath) bytes")
        }
        try await application(listener, threads, limits).run()
      } catch {
        if Task.isCancelled { break }
        conductor.announcer.report("control \(listener.name)", "no control on \(listener.name): \(error)")
      }
      try? await Task.sleep(for: .seconds(5))
    }
    if let path = listener.socket { unlink(path) }
  }

  private func application(
    _ listener: Listener, _ threads: any EventLoopGroup, _ limits: ConnectionGuard.Limits
  ) -> some ApplicationProtocol {
    let routes = ControlRoutes(conductor: conductor, streams: streams)
    // What matters is reported here; a server that ends calls even that an error.
    var quiet = logger
    quiet.logLevel = .critical
    let connections = listener.connections
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionGuard(limits, connections)], idleTimeout: .seconds(idleSeconds),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 1 << 14, maxHeaderListSize: 1 << 15, maxHeaderFieldCount: 100))
    let server = HTTPServerBuilder { [accepted = listener.accepted] responder in
      HeldHTTP1Channel(base: HTTP1Channel(responder: responder, configuration: channel), accepted: accepted)
    }
    return Application(
      responder: routes.responder(listener.access), server: server,
      configuration: ApplicationConfiguration(
        address: listener.address,
        // Beyond those that are refused, whoever comes waits in the kernel's queue.
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connectionCount + 100, logger: quiet)),
      onServerRunning: { channel in await self.opened(listener, channel) },
      eventLoopGroupProvider: .shared(threads), logger: quiet)
  }

  private func opened(_ listener: Listener, _ channel: any Channel) async {
    conductor.announcer.resolve("control \(listener.name)")
    if let path = listener.socket {
      // Whoever may write to it rules the daemon.
      chmod(path, 0o600)
      conductor.announcer.log(.notice, "control: \(path)")
    } else if let port = channel.localAddress?.port {
      boundPort.withLock { $0 = port }
      let host = configuration.http.host.contains(":") ? "[\(configuration.http.host)]" : configuration.http.host
      let publicURL = configuration.http.publicURL.map { ", for others \($0)" } ?? ""
      conductor.announcer.log(.notice, "control: http://\(host):\(port)/\(publicURL)")
    }
  }
}
