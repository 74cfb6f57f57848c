public import Core
internal import Logging
public import ServiceLifecycle
internal import UnixSignals

/// The conductor as a service: SIGTERM and SIGINT end it cleanly, SIGHUP reloads the configuration, systemd is told.
public struct ConductorService: Service {
  private let conductor: Conductor
  private let manager: ServiceManager
  private let reload: @Sendable () throws -> (Configuration, String?)

  /// - Parameter reload: reads the configuration again.
  public init(
    _ conductor: Conductor, manager: ServiceManager = ServiceManager(),
    reload: @escaping @Sendable () throws -> (Configuration, String?)
  ) {
    self.conductor = conductor
    self.manager = manager
    self.reload = reload
  }

  /// Returns after a graceful shutdown: checkpoint written, silence, within five seconds.
  public func run() async throws {
    // Not a child of this task: a population that takes an hour must not hold the end up.
    let conducting = Task { await conductor.run() }
    let reloading = Task { await listenForReloads() }
    let telling = Task { await tell() }
    manager.ready()
    try? await gracefulShutdown()
    manager.stopping()
    await conductor.end()
    for task in [conducting, reloading, telling] { task.cancel() }
  }

  private func listenForReloads() async {
    for await _ in await UnixSignalsSequence(trapping: .sighup) {
      manager.reloading()
      do {
        let (configuration, file) = try reload()
        await conductor.reload(configuration, file: file)
      } catch {
        await conductor.refuseReload("\(error)")
      }
      manager.ready()
    }
  }

  /// Feeds the watchdog as long as the loops that matter are alive, and says what is going on.
  private func tell() async {
    let pause = manager.watchdog.map { $0 / 3 } ?? .seconds(10)
    var last = ""
    while !Task.isCancelled {
      let stuck = conductor.pulse.stuckLoops
      if stuck.isEmpty { manager.keepAlive() } else { await conductor.reportStuck(stuck) }
      let line = await conductor.status().line
      if line != last { manager.status(line) }
      last = line
      try? await Task.sleep(for: min(pause, .seconds(10)))
    }
  }
}

extension Conductor {
  func refuseReload(_ reason: String) {
    log(.error, "the new configuration is refused, the old one stays: \(reason)")
  }

  func reportStuck(_ loops: [String]) {
    report("stuck", "stuck: \(loops.joined(separator: ", ")); the watchdog is no longer fed")
  }
}

extension DaemonStatus {
  /// `training, session 3, population 40/100, best 212.3`.
  public var line: String {
    var parts = [phase.rawValue]
    if let session { parts.append("session \(session)") }
    if phase == .training || phase == .paused { parts.append("population \(population)/\(populations)") }
    if let best { parts.append("best \((best * 10).rounded() / 10)") }
    parts += problems
    return parts.joined(separator: ", ")
  }
}
