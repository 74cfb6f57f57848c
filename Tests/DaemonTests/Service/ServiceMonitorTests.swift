import Core
import Dispatch
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

  /// All messages until some hold.
  private func messages(
    of setting: Setting, until holds: @escaping ([[String]]) -> Bool
  ) async throws -> [[String]] {
    var all: [[String]] = []
    try await waits(for: "messages to systemd") {
      all += setting.systemd.receiveAll()
      return holds(all)
    }
    return all
  }

  @Test("ready, a status, a watchdog that is fed, and stopping")
  func life() async throws {
    let setting = try Setting()
    let running = Task { await setting.monitor.run() }
    let all = try await messages(of: setting) { all in
      all.contains(["STATUS=paused"]) && all.count { $0 == ["WATCHDOG=1"] } >= 3
    }
    #expect(all.first == ["READY=1"])
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
    let warning = ["STATUS=paused; stuck: trainer; the watchdog is no longer fed"]
    let before = try await messages(of: setting) { $0.contains(warning) }
    #expect(!before.contains(["WATCHDOG=1"]))
    // Alive again.
    setting.conductor.pulse.beat("trainer", silentFor: .seconds(600))
    let after = try await messages(of: setting) { $0.contains(["WATCHDOG=1"]) && $0.contains(["STATUS=paused"]) }
    #expect(!after.contains(warning))
    running.cancel()
    await running.value
  }

  @Test("work that goes on is no silence; work that stands still is")
  func work() async throws {
    let work = WorkCounter()
    let pulse = Pulse()
    pulse.beat("trainer", silentFor: .zero, work: work)
    try await Task.sleep(for: .milliseconds(2))
    #expect(pulse.stuckLoops == ["trainer"])
    let training = Training(configuration: try testConfiguration(), seed: 1, threads: 1, work: work)
    // Patience begins again with every look that finds more work done.
    pulse.beat("trainer", silentFor: .seconds(600), work: work)
    pulse.beat("player", silentFor: .milliseconds(-1))
    _ = training.trainPopulation()
    #expect(work.count >= 2)
    #expect(pulse.stuckLoops == ["player"])
    pulse.end("player")
    #expect(pulse.stuckLoops.isEmpty)
  }

  @Test("a trainer that hangs in the middle of composing is seen, and seen again when it goes on")
  func hangingTrainer() async throws {
    let folder = try TestFolder()
    let conductor = Conductor(
      configuration: try testConfiguration("sessions: {populations: 3, pieces: 1}"), file: nil,
      library: try folder.library(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await conductor.set(trainerPatience: .milliseconds(50))
    let run = Task { await conductor.run() }
    try await waits(for: "pieces") { try await conductor.library.totals().pieces > 0 }
    let gate = DispatchSemaphore(value: 0)
    let hanging = Task { await conductor.trainer.perform { gate.wait() } }
    try await waits(for: "a stuck trainer") { conductor.pulse.stuckLoops == ["trainer"] }
    gate.signal()
    await hanging.value
    try await waits(for: "a trainer that goes on") { conductor.pulse.stuckLoops.isEmpty }
    await conductor.end()
    await run.value
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
