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
  /// Connections at one time, by each listener.
  static let connectionLimit = 2000

  private let conductor: Conductor
  private let configuration: DaemonConfiguration
  private let logger: Logger
  private let streams = EventStreams()
  private let limits: ConnectionGuard.Limits
  private let idleSeconds: Int64
  private let connections = Connections()
  private let boundPort = Mutex<Int?>(nil)

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
    self.logger = logger
    self.limits = limits
    self.idleSeconds = idleSeconds
  }

  private struct Listener {
    var name: String
    var address: BindAddress
    var access: ControlAccess
    var socket: String?
  }

  private var listeners: [Listener] {
    let http = configuration.http
    var listeners: [Listener] = []
    if let path = ControlSocket.path(configuration) {
      listeners.append(
        Listener(
          name: path, address: .unixDomainSocket(path: path),
          access: ControlAccess(isPort: false, token: nil, host: ""), socket: path))
    }
    if let port = http.port {
      listeners.append(
        Listener(
          name: "\(http.host):\(port)", address: .hostname(http.host, port: port),
          access: ControlAccess(isPort: true, token: http.token, host: http.host)))
    }
    return listeners
  }

  /// Serves until the task is cancelled, or the service group shuts down.
  public func run() async throws {
    // One thread: however much is asked for, the trainer keeps its cores.
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let events = conductor.events.subscribe()
    let connectionLimit = Self.raisedConnectionLimit()
    let serving = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.streams.pump(events) }
        for listener in self.listeners {
          group.addTask { await self.serve(listener, threads, connectionLimit) }
        }
      }
    }
    let stop: @Sendable () -> Void = { [connections] in
      serving.cancel()
      Task {
        // Answers that are under way may arrive; who does not take them is not waited for.
        try? await Task.sleep(for: .milliseconds(500))
        connections.closeAll()
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
    try? await threads.shutdownGracefully()
  }

  /// Connections that fit into the files the process may open, which is raised to what the system allows.
  private static func raisedConnectionLimit() -> Int {
    var files = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else { return 500 }
    files.rlim_cur = min(files.rlim_max, 65_536)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    return min(connectionLimit, max(50, Int(clamping: files.rlim_cur) / 2 - 100))
  }

  /// Opens a listener again and again.
  private func serve(_ listener: Listener, _ threads: any EventLoopGroup, _ connectionLimit: Int) async {
    while !Task.isCancelled {
      do {
        guard (listener.socket?.utf8.count ?? 0) <= ControlSocket.longestPath else {
          throw FileError(.cannotCreate, path: listener.name, reason: "longer than \(ControlSocket.longestPath) bytes")
        }
        try await application(listener, threads, connectionLimit).run()
      } catch {
        if Task.isCancelled { break }
        await conductor.report("control \(listener.name)", "no control on \(listener.name): \(error)")
      }
      try? await Task.sleep(for: .seconds(5))
    }
    if let path = listener.socket { unlink(path) }
  }

  private func application(
    _ listener: Listener, _ threads: any EventLoopGroup, _ connectionLimit: Int
  ) -> some ApplicationProtocol {
    let routes = ControlRoutes(conductor: conductor, streams: streams)
    var quiet = logger
    quiet.logLevel = .warning
    let (limits, connections) = (limits, connections)
    let server = HTTPServerBuilder.http1(
      configuration: .init(
        additionalChannelHandlers: [ConnectionGuard(limits, connections)], idleTimeout: .seconds(idleSeconds),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 1 << 14, maxHeaderListSize: 1 << 15, maxHeaderFieldCount: 100)))
    return Application(
      responder: routes.responder(listener.access), server: server,
      configuration: ApplicationConfiguration(
        address: listener.address,
        availableConnectionsDelegate: MaximumAvailableConnections(connectionLimit, logger: quiet)),
      onServerRunning: { channel in await self.opened(listener, channel) },
      eventLoopGroupProvider: .shared(threads), logger: quiet)
  }

  private func opened(_ listener: Listener, _ channel: any Channel) async {
    await conductor.resolve("control \(listener.name)")
    if let path = listener.socket {
      // Whoever may write to it rules the daemon.
      chmod(path, 0o600)
      await conductor.log(.notice, "control: \(path)")
    } else if let port = channel.localAddress?.port {
      boundPort.withLock { $0 = port }
      let host = configuration.http.host.contains(":") ? "[\(configuration.http.host)]" : configuration.http.host
      await conductor.log(.notice, "control: http://\(host):\(port)/")
    }
  }
}
