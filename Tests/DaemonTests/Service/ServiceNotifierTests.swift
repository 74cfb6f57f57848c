import Foundation
import Testing

@testable import Daemon

@Suite struct ServiceNotifierTests {
  @Test("messages arrive in sd_notify's words", arguments: ["path", "abstract"])
  func messages(kind: String) throws {
    let folder = try TestFolder()
    let name = kind == "path" ? folder.path + "/notify" : "@rlmusician-\(UUID().uuidString)"
    let systemd = try NotifySocket(name: name)
    let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": name]))
    #expect(notifier.watchdogInterval == nil)

    #expect(notifier.send(.ready, .status("two\nlines")))
    #expect(systemd.receive() == ["READY=1", "STATUS=two lines"])
    #expect(notifier.send(.watchdog))
    #expect(systemd.receive() == ["WATCHDOG=1"])
    #expect(notifier.send(.stopping))
    #expect(systemd.receive() == ["STOPPING=1"])

    #expect(notifier.send(.reloading))
    let reloading = systemd.receive()
    #expect(reloading.first == "RELOADING=1")
    let time = try #require(reloading.last?.split(separator: "=").last.flatMap { Int64($0) })
    // The clock of CLOCK_MONOTONIC, as /proc/uptime has it but for time asleep.
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    #expect(abs(Int64(now.tv_sec) * 1_000_000 - time) < 30_000_000)
  }

  @Test("without a service manager there is no notifier, with one that is gone nothing happens")
  func absent() throws {
    #expect(ServiceNotifier(environment: [:]) == nil)
    #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": ""]) == nil)
    #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": "@"]) == nil)
    #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": "relative"]) == nil)
    #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]) == nil)
    let gone = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"]))
    #expect(!gone.send(.ready))
  }

  @Test("the longest name of a socket fits")
  func longest() throws {
    let name = "@" + String(repeating: "r", count: 107 - 36) + UUID().uuidString
    let systemd = try NotifySocket(name: name)
    let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": name]))
    #expect(notifier.send(.ready))
    #expect(systemd.receive() == ["READY=1"])
  }

  @Test("the watchdog is this process's or nobody's")
  func watchdog() {
    func interval(_ environment: [String: String]) -> Duration? {
      ServiceNotifier(environment: environment.merging(["NOTIFY_SOCKET": "@x"]) { old, _ in old })?.watchdogInterval
    }
    #expect(interval(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
    #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(30))
    #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
    #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
    #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
    #expect(interval(["WATCHDOG_USEC": "-5"]) == nil)
  }
}
