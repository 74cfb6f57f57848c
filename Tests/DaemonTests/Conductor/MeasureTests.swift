import Core
import Foundation
import Logging
import Synchronization
import Testing

@testable import Daemon

/// Time that passes as quickly as it is waited for, and a disk that says what it is told to.
final class FakeSurroundings: Sendable {
  private let state: Mutex<(uptime: Duration, free: Double)>

  init(free: Double) { state = Mutex((.zero, free)) }

  var uptime: Duration { state.withLock { $0.uptime } }

  func setFree(_ megabytes: Double) { state.withLock { $0.free = megabytes } }

  func surroundings(_ library: PieceLibrary) -> Surroundings {
    var surroundings = Surroundings(library)
    surroundings.uptime = { [self] in uptime }
    surroundings.date = { [self] in Date(timeIntervalSince1970: 1_800_000_000 + uptime / .seconds(1)) }
    surroundings.freeMegabytes = { [self] in state.withLock { $0.free } }
    surroundings.pass = { [self] duration in
      state.withLock { $0.uptime += duration }
      await Task.yield()
    }
    return surroundings
  }
}

private let daysToMeasure = Int(ProcessInfo.processInfo.environment["RLMUSICIAN_YEAR_DAYS"] ?? "") ?? 1

/// A daemon that is left alone keeps measure: for a day, or for RLMUSICIAN_YEAR_DAYS (`make year`).
@Suite(.timeLimit(.minutes(daysToMeasure > 1 ? 600 : 10))) struct MeasureTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func conductor(_ daemon: String, _ world: FakeSurroundings) throws -> Conductor {
    var configuration = try testConfiguration(daemon)
    configuration.audio.keepsFiles = false
    let library = try folder.library()
    return Conductor(
      configuration: configuration, file: nil, library: library,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, surroundings: world.surroundings(library))
  }

  @Test func sixtyAnHourWhereNobodyListens() async throws {
    let world = FakeSurroundings(free: 5000)
    let conductor = try conductor("sessions: {populations: 2, pieces: 3, rate: null}", world)
    let run = Task { await conductor.run() }
    try await waits(for: "three hours") { world.uptime >= .seconds(3 * 3600) }
    await conductor.end()
    await run.value
    let hours = world.uptime / .seconds(3600)
    let pieces = try await conductor.library.totals().pieces
    #expect(abs(Double(pieces) - 60 * hours) <= 3, "\(pieces) in \(hours) hours")
  }

  @Test func whileTheDiskIsNearlyFullNothingIsComposedAndNothingDeleted() async throws {
    let world = FakeSurroundings(free: 5000)
    let conductor = try conductor("sessions: {populations: 2, pieces: 3, rate: 3600}", world)
    let library = conductor.library
    let run = Task { await conductor.run() }
    try await waits(for: "pieces") { try await library.totals().pieces >= 10 }
    world.setFree(999)
    try await waits(for: "a halt") { await conductor.status().phase == .blocked }
    #expect(await conductor.status().problems.first?.contains("999 MB are free") == true)
    let before = try await library.totals().pieces
    let then = world.uptime
    try await waits(for: "a day") { world.uptime > then + .seconds(86_400) }
    #expect(try await library.totals().pieces == before)
    world.setFree(1000)
    try await waits(for: "more pieces") { try await library.totals().pieces > before }
    #expect(await conductor.status().problems.isEmpty)
    await conductor.end()
    await run.value
  }

  /// Days of a daemon that nobody looks after.
  @Test func aLongTimeStaysWithinItsBounds() async throws {
    let days = daysToMeasure
    let megabytes = days >= 365 ? "null" : "2"
    let world = FakeSurroundings(free: 5000)
    let conductor = try conductor(
      "sessions: {populations: 2, pieces: 3, rate: null}, retention: {megabytes: \(megabytes)}", world)
    let library = conductor.library
    let limit = (days >= 365 ? try #require(library.standardMegabytes) : 2) * 1e6
    let run = Task { await conductor.run() }
    var (mostBytes, mostDatabase): (Int64, Int64) = (0, 0)
    var memory: [Int] = []
    while world.uptime < .seconds(86_400 * days) {
      try await Task.sleep(for: .milliseconds(days > 1 ? 5000 : 50))
      mostBytes = max(mostBytes, try await library.totals().bytes)
      mostDatabase = max(mostDatabase, Self.databaseBytes(library))
      memory.append(Self.residentKilobytes())
    }
    await conductor.end()
    await run.value
    let totals = try await library.totals()
    // A piece is written, then room is made.
    #expect(Double(mostBytes) < limit + 100_000)
    #expect(try await library.verify() == [])
    let sessions = try await library.sessions(limit: 1000).count
    #expect(sessions <= totals.pieces / 3 + 3 || sessions == 1000)
    print(
      "\(days) days: \(totals.pieces) pieces, at most \(mostBytes / 1_000_000) MB of them and"
        + " \(mostDatabase / 1_000_000) MB of database; resident \((memory.first ?? 0) / 1000) MB at first,"
        + " \((memory.max() ?? 0) / 1000) MB at most")
  }

  private static func databaseBytes(_ library: PieceLibrary) -> Int64 {
    ["", "-wal", "-shm"].reduce(0) { sum, suffix in
      let path = PieceLibrary.databasePath(library.folder) + suffix
      let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
      return sum + (size?.int64Value ?? 0)
    }
  }

  private static func residentKilobytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
