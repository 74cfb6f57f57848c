import Core
import Daemon
import Foundation

/// `rlmusician bench --waiting`: what a daemon costs that nobody listens to and that has nothing to do: the default
/// configuration with a page, 60 pieces an hour.
struct WaitingDaemonBench {
  /// Seconds that are measured.
  var seconds: Double

  func section() throws -> BenchSection {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let folder = FileManager.default.temporaryDirectory.appending(path: "rlmusician-waiting-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let configuration = """
      playback: {play: none}
      daemon: {library: \(folder)/library, sessions: {populations: 5}, retention: {free_megabytes: 0},
        http: {port: 0, socket: \(folder)/socket}}
      """
    try OutputFile.replace("\(folder)/c.yml", with: Array(configuration.utf8))
    let process = try Bench.start(program, ["daemon", "-c", "\(folder)/c.yml"])
    defer {
      kill(process, SIGTERM)
      Bench.wait(for: process)
    }
    let client = ControlClient(path: "\(folder)/socket")
    try waitUntilItWaits(client)
    // What its first piece left to be tidied is no part of it.
    Thread.sleep(forTimeInterval: 2)
    let (before, begin) = (cpu(process), Date())
    Thread.sleep(forTimeInterval: seconds)
    let percent = 100 * (cpu(process) - before) / Date().timeIntervalSince(begin)
    return BenchSection(
      key: "waiting", title: "a daemon that waits", columns: [("% of a core", "percent_of_a_core", 2)],
      rows: [.init(name: "\(Int(seconds)) s between two pieces", values: [percent])])
  }

  private func waitUntilItWaits(_ client: ControlClient) throws {
    for _ in 0..<1200 {
      Thread.sleep(forTimeInterval: 0.1)
      guard let answer = try? client.ask("GET", "/api/status") else { continue }
      if String(decoding: answer.body, as: UTF8.self).contains("\"waiting\"") { return }
    }
    throw FileError(.noInput, path: client.path, reason: "no daemon that waits after two minutes")
  }

  /// CPU time a process has used, seconds: fields 14 and 15 of its `stat`, behind the name in brackets, in hundredths.
  private func cpu(_ process: pid_t) -> Double {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / 100
  }
}
