import Core
import Foundation
import GRDB
import Testing

@testable import Daemon

/// What waits for the disk, by itself.
@Suite(.timeLimit(.minutes(1))) struct DiskQueueTests {
  private let parts: TestParts
  private let configuration: Core.Configuration

  init() throws {
    parts = try TestParts()
    configuration = try testConfiguration("retention: {pieces: 2}")
  }

  private func queue() -> DiskQueue {
    DiskQueue(library: parts.library, trainer: parts.trainer, announcer: parts.announcer)
  }

  private func piece(_ seed: UInt64) -> UnwrittenPiece {
    UnwrittenPiece(piece: testPiece(configuration, seed: seed), session: 1, weights: nil, time: Date())
  }

  @Test func whatTheDiskRefusesWaitsAndIsHeardOnce() async throws {
    let queue = queue()
    let settings = DiskQueue.Settings(configuration)
    queue.add(piece(1))
    queue.add(piece(2))
    // A file stands where the pieces' folder has to be.
    let output = parts.library.output
    try FileManager.default.removeItem(atPath: output)
    try Data().write(to: URL(fileURLWithPath: output))
    #expect(await queue.writeNext(settings) == nil)
    #expect(queue.count == 2 && queue.variationCount == 0)
    #expect(parts.announcer.problemTexts.count == 1)
    #expect(queue.takeUnheard().count == 2)
    #expect(queue.takeUnheard().isEmpty)
    try FileManager.default.removeItem(atPath: output)
    let first = await queue.writeNext(settings)
    #expect(first?.piece.isHeard == true && first?.record.seed == 1)
    #expect(await queue.writeNext(settings)?.record.seed == 2)
    #expect(await queue.writeNext(settings) == nil)
    #expect(parts.announcer.problemTexts.isEmpty)
    #expect(try await parts.library.totals().pieces == 2)
    queue.add(UnwrittenPiece(piece: testPiece(configuration, seed: 3), session: nil, weights: nil, time: Date()))
    #expect(queue.count == 1 && queue.variationCount == 1)
  }

  @Test func roomIsMadeAndSaid() async throws {
    let queue = queue()
    let settings = DiskQueue.Settings(configuration)
    let events = parts.events.subscribe()
    for seed in 1...3 { queue.add(piece(UInt64(seed))) }
    while await queue.writeNext(settings) != nil { await queue.makeRoom(settings) }
    parts.events.finish()
    var told: [String] = []
    for await event in events {
      if case .piece = event { told.append("piece") }
      if case .pieceDeleted = event { told.append("deleted") }
    }
    #expect(told == ["piece", "piece", "piece", "deleted"])
    #expect(try await parts.library.list().pieces.map(\.seed) == [3, 2])
  }

  @Test func sessionsAreClosedWhenTheDatabaseTakesIt() async throws {
    let queue = queue()
    let library = parts.library
    let session = library.newSession(seed: 1, origin: nil, configurationDigest: "")
    try await library.storeSessions()
    try await library.pool.write { db in
      try db.execute(
        sql: "CREATE TRIGGER refusal BEFORE UPDATE ON session BEGIN SELECT RAISE(ABORT, 'not now'); END")
    }
    queue.close(session: session.id, populations: 7)
    await queue.closeSessions()
    #expect(queue.isOver(session: session.id) && !queue.isOver(session: session.id + 1))
    #expect(parts.announcer.hasProblem(Announcer.database))
    try await library.pool.write { db in try db.execute(sql: "DROP TRIGGER refusal") }
    await queue.closeSessions()
    #expect(!queue.isOver(session: session.id))
    let closed = try #require(try await library.sessions().first)
    #expect(closed.ended != nil && closed.populations == 7)
  }
}
