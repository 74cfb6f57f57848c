internal import Foundation

/// Keeps systemd informed: what the conductor does as a line of `systemctl status`, and the watchdog, which is fed only
/// while every loop that matters is alive. So a trainer, a player or a conductor that is stuck lets it bite, and systemd
/// starts the daemon again.
struct ServiceMonitor: Sendable {
  /// Status lines come no more often.
  private static let statusInterval = Duration.seconds(2)

  private let conductor: Conductor
  private let notifier: ServiceNotifier?
  private let interval: Duration

  /// A monitor of a conductor.
  ///
  /// - Parameter notifier: nil where no service manager listens: then only the log hears of loops that are stuck.
  init(_ conductor: Conductor, notifier: ServiceNotifier?) {
    self.conductor = conductor
    self.notifier = notifier
    // Three tries before the watchdog loses its patience.
    interval = min(Self.statusInterval, notifier?.watchdogInterval.map { $0 / 3 } ?? Self.statusInterval)
  }

  /// Says that the daemon is up, and from then on how it is, until the task is cancelled.
  func run() async {
    notifier?.send(.ready)
    var shown = ""
    while !Task.isCancelled {
      let stuck = conductor.pulse.stuckLoops
      // Does not return while the conductor itself is stuck: nothing is fed then.
      await conductor.report(stuck: stuck)
      let line = await conductor.status().line
      if line != shown { notifier?.send(.status(line)) }
      shown = line
      if stuck.isEmpty, notifier?.watchdogInterval != nil { notifier?.send(.watchdog) }
      try? await Task.sleep(for: interval)
    }
  }

  /// Runs a reload between the two messages that systemd wants around it.
  func reloading(_ body: () async -> Void) async {
    notifier?.send(.reloading)
    await body()
    notifier?.send(.ready)
  }

  /// Says that the end has begun.
  func stopping() { notifier?.send(.stopping, .status("ending")) }
}

extension Conductor {
  /// Loops that are stuck are a problem like others: said once, and shown until it is over.
  func report(stuck loops: [String]) {
    if loops.isEmpty {
      announcer.resolve("stuck")
    } else {
      announcer.report("stuck", "stuck: \(loops.joined(separator: ", ")); the watchdog is no longer fed")
    }
  }
}

extension DaemonStatus {
  /// One line for people.
  public var line: String {
    var parts: [String] = []
    let number = session.map { "session \($0)" } ?? "session"
    switch phase {
    case .training:
      let rate = stepsPerSecond >= 1 ? String(format: ", %.0f thousand steps/s", stepsPerSecond / 1000) : ""
      parts.append("\(number): training, population \(population) of \(populations)\(rate)")
    case .composing: parts.append("\(number): composing after \(population) populations")
    case .waiting: parts.append("\(number): waiting until a piece is wanted")
    case .paused: parts.append("paused")
    case .stopped: parts.append("stopped")
    case .blocked: parts.append("waiting for the disk, \(unwrittenCount) finished pieces are not written")
    case .ending: parts.append("ending")
    }
    if let best { parts.append(String(format: "best score %.3f", best)) }
    parts += problems
    return parts.joined(separator: "; ")
  }
}
