import Foundation
import Logging
import Testing

@testable import Daemon

/// What systemd is told, and when a stuck loop is noticed.
@Suite struct ServiceManagerTests {
  @Test func messagesArrive() throws {
    let folder = try TestFolder()
    let path = folder.path + "/notify"
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000"])
    #expect(manager.watchdog == .seconds(3))
    manager.ready()
    manager.status("training\nnow")
    var messages: [String] = []
    for _ in 0..<2 {
      var buffer = [UInt8](repeating: 0, count: 200)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      messages.append(String(decoding: buffer[..<max(0, count)], as: UTF8.self))
    }
    #expect(messages == ["READY=1", "STATUS=training now"])
  }

  @Test func withoutSystemdNothingHappens() {
    let manager = ServiceManager(environment: [:])
    manager.ready()
    #expect(manager.watchdog == nil)
    #expect(ServiceManager(environment: ["WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"]).watchdog == nil)
  }

  @Test func aSilentLoopIsStuck() {
    let pulse = Pulse()
    #expect(pulse.stuckLoops.isEmpty)
    pulse.beat("trainer", silentFor: .seconds(-1))
    pulse.beat("player", silentFor: .seconds(100))
    #expect(pulse.stuckLoops == ["trainer"])
    pulse.beat("trainer", silentFor: .seconds(100))
    #expect(pulse.stuckLoops.isEmpty)
  }

  @Test func theJournalGetsLevels() {
    let journal = JournalLogHandler(label: "x", environment: ["JOURNAL_STREAM": "8:1"])
    #expect(journal.line(.error, "a\nb") == "<3>a b\n")
    #expect(JournalLogHandler(label: "x", environment: [:]).line(.notice, "a") == "rlmusician: notice: a\n")
  }
}
