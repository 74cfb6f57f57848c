public import Core
internal import Logging
public import ServiceLifecycle
internal import UnixSignals

/// The conductor as a service: SIGTERM and SIGINT end it cleanly, SIGHUP reloads the configuration, systemd is told.
public struct ConductorService: Service {
  private let conductor: Conductor
  private let monitor: ServiceMonitor
  private let reload: @Sendable () throws -> (Configuration, String?)

  /// - Parameters:
  ///   - notifier: nil where no service manager listens.
  ///   - reload: reads the configuration again.
  public init(
    _ conductor: Conductor, notifier: ServiceNotifier? = ServiceNotifier(),
    reload: @escaping @Sendable () throws -> (Configuration, String?)
  ) {
    self.conductor = conductor
    monitor = ServiceMonitor(conductor, notifier: notifier)
    self.reload = reload
  }

  /// Returns after a graceful shutdown: checkpoint written, silence, within five seconds.
  public func run() async throws {
    // Not a child of this task: a population that takes an hour must not hold the end up.
    let conducting = Task { await conductor.run() }
    let reloading = Task { await listenForReloads() }
    let telling = Task { await monitor.run() }
    try? await gracefulShutdown()
    monitor.stopping()
    await conductor.end()
    for task in [conducting, reloading, telling] { task.cancel() }
  }

  private func listenForReloads() async {
    for await _ in await UnixSignalsSequence(trapping: .sighup) {
      await monitor.reloading {
        do {
          let (configuration, file) = try reload()
          await conductor.reload(configuration, file: file)
        } catch {
          await conductor.refuseReload("\(error)")
        }
      }
    }
  }
}

extension Conductor {
  func refuseReload(_ reason: String) {
    log(.error, "the new configuration is refused, the old one stays: \(reason)")
  }
}
