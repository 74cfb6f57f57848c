import Foundation
import Logging
import Synchronization
import Testing

@testable import Daemon

@Suite struct ServiceMonitorTests {
  /// A paused conductor and what watches it.
  private struct Setting {
    let folder: TestFolder
    let systemd: NotifySocket
    let conductor: Conductor
    let monitor: ServiceMonitor

    init(watchdogMicroseconds: Int = 300_000) throws {
      folder = try TestFolder()
      systemd = try NotifySocket(name: folder.path + "/notify")
      conductor = try Conductor(
        configuration: testConfiguration("sessions: {start_paused: true}"), file: nil, library: folder.library(),
        logger: Logger(label: "test"))
      let notifier = ServiceNotifier(
        environment: ["NOTIFY_SOCKET": systemd.name, "WATCHDOG_USEC": String(watchdogMicroseconds)])
      monitor = ServiceMonitor(conductor, notifier: notifier)
    }
  }

  @Test("ready, a status, a watchdog that is fed, and stopping")
  func life() async throws {
    let setting = try Setting()
    let running = Task { await setting.monitor.run() }
    try await Task.sleep(for: .milliseconds(700))
    let messages = setting.systemd.receiveAll()
    #expect(messages.first == ["READY=1"])
    #expect(messages.contains(["STATUS=paused"]))
    #expect(messages.count { $0 == ["WATCHDOG=1"] } >= 3)
    running.cancel()
    await running.value
    _ = setting.systemd.receiveAll()
    setting.monitor.stopping()
    #expect(setting.systemd.receive() == ["STOPPING=1", "STATUS=ending"])
  }

  @Test("a loop that is stuck lets the watchdog bite, and is named")
  func stuck() async throws {
    let setting = try Setting()
    setting.conductor.pulse.beat("trainer", silentFor: .milliseconds(-1))
    let running = Task { await setting.monitor.run() }
    try await Task.sleep(for: .milliseconds(500))
    var messages = setting.systemd.receiveAll()
    #expect(!messages.contains(["WATCHDOG=1"]))
    #expect(messages.contains(["STATUS=paused; stuck: trainer; the watchdog is no longer fed"]))
    // Alive again.
    setting.conductor.pulse.beat("trainer", silentFor: .seconds(60))
    try await Task.sleep(for: .milliseconds(400))
    messages = setting.systemd.receiveAll()
    #expect(messages.contains(["WATCHDOG=1"]))
    #expect(messages.contains(["STATUS=paused"]))
    running.cancel()
    await running.value
  }

  @Test("a reload stands between two messages")
  func reload() async throws {
    let setting = try Setting()
    await setting.monitor.reloading { #expect(setting.systemd.receive().first == "RELOADING=1") }
    #expect(setting.systemd.receive() == ["READY=1"])
  }

  @Test("the status line says what is done and what is wrong")
  func line() {
    var status = DaemonStatus(
      phase: .training, session: 7, seed: 1, origin: nil, population: 41, populations: 100, best: 2.5,
      stepsPerSecond: 1_234_000, unwrittenCount: 0, problems: ["the disk is full"], configurationFile: nil,
      configurationDigest: "", isSteering: false, process: 1, started: Date(timeIntervalSince1970: 0))
    #expect(
      status.line
        == "session 7: training, population 41 of 100, 1234 thousand steps/s; best score 2.500; the disk is full")
    status.phase = .blocked
    status.unwrittenCount = 3
    #expect(status.line.hasPrefix("waiting for the disk, 3 finished pieces are not written"))
  }
}
