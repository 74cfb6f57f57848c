import Core
import Foundation
import GRDB
import Logging
import Testing

@testable import Daemon

/// Session after session, asked for and steered from outside.
@Suite(.timeLimit(.minutes(2))) struct ConductorTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func conductor(_ daemon: String) throws -> Conductor {
    Conductor(
      configuration: try testConfiguration(daemon), file: nil, library: try folder.library(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Runs until so many pieces have appeared; gives all events.
  private func run(_ conductor: Conductor, pieces: Int) async -> [DaemonEvent] {
    let stream = conductor.events.subscribe()
    async let end: Void = conductor.run()
    var events: [DaemonEvent] = []
    var count = 0
    for await event in stream {
      events.append(event)
      if case .piece = event { count += 1 }
      if count == pieces { break }
    }
    await conductor.end()
    await end
    return events
  }

  @Test func sessionsFollowEachOther() async throws {
    let conductor = try conductor("sessions: {populations: 3, pieces: 2, seed: 40}")
    _ = await run(conductor, pieces: 5)
    let library = conductor.library
    var oldest = PieceFilter()
    oldest.order = .oldest
    let pieces = try await library.list(oldest).pieces
    #expect(pieces.prefix(5).map(\.session) == [1, 1, 2, 2, 3])
    #expect(pieces.prefix(5).map(\.seed) == [40, 40, 41, 41, 42])
    #expect(Set(pieces.map(\.population)) == [3])
    #expect(library.weights(of: pieces[0])?.weights.count == 13 * 14)
    let sessions = try await library.sessions()
    #expect(sessions.last?.ended != nil)
  }

  @Test func aSessionThatCannotBeClosedIsNotBegunAgain() async throws {
    let conductor = try conductor("sessions: {populations: 3, pieces: 2, seed: 40}")
    let library = conductor.library
    try await library.pool.write { db in
      try db.execute(
        sql: "CREATE TRIGGER refusal BEFORE UPDATE ON session BEGIN SELECT RAISE(ABORT, 'not now'); END")
    }
    let stream = conductor.events.subscribe()
    async let end: Void = conductor.run()
    var sessions: Set<Int64> = []
    for await event in stream {
      if case .piece(let piece) = event, let session = piece.session { sessions.insert(session) }
      if sessions.count == 3 { break }
    }
    #expect(try await library.sessions().allSatisfy { $0.ended == nil })
    // When the database takes it, it is written down late.
    try await library.pool.write { db in try db.execute(sql: "DROP TRIGGER refusal") }
    for await event in stream {
      if case .piece(let piece) = event, piece.session == 5 { break }
    }
    await conductor.end()
    await end
    let oldest = try await library.sessions().suffix(3)
    #expect(oldest.map(\.id) == [3, 2, 1])
    #expect(oldest.allSatisfy { $0.ended != nil })
  }

  @Test func aSessionThatCannotBeBegunGetsItsRowLater() async throws {
    let conductor = try conductor("sessions: {populations: 3, pieces: 2, seed: 40}")
    let library = conductor.library
    try await library.pool.write { db in
      try db.execute(
        sql: "CREATE TRIGGER refusal BEFORE INSERT ON session BEGIN SELECT RAISE(ABORT, 'not now'); END")
    }
    let stream = conductor.events.subscribe()
    async let end: Void = conductor.run()
    var sessions: [Int64?] = []
    for await event in stream {
      if case .piece(let piece) = event { sessions.append(piece.session) }
      if sessions.count == 4 { break }
    }
    #expect(sessions == [1, 1, 2, 2])
    #expect(try await library.sessions().isEmpty)
    try await library.pool.write { db in try db.execute(sql: "DROP TRIGGER refusal") }
    for await event in stream {
      if case .piece(let piece) = event, piece.session == 4 { break }
    }
    await conductor.end()
    await end
    let oldest = try await library.sessions().suffix(3)
    #expect(oldest.map(\.id) == [3, 2, 1])
    #expect(oldest.map(\.seed) == [42, 41, 40] && oldest.allSatisfy { $0.ended != nil })
    var filter = PieceFilter()
    filter.session = 1
    let pieces = try await library.list(filter).pieces
    #expect(pieces.map(\.seed) == [40, 40])
    #expect(try await library.list(limit: 1000).pieces.allSatisfy { $0.session != nil })
  }

  /// Trains some populations of a session that is then ended.
  ///
  /// - Returns: how many.
  private func interrupt(_ settings: String) async throws -> Int {
    let population = try await interruptOnce(settings)
    // Whoever worked for it lets go of the library a moment later.
    try await waits(for: "the library") { (try? folder.library()) != nil }
    return population
  }

  private func interruptOnce(_ settings: String) async throws -> Int {
    let conductor = try conductor(settings)
    let stream = conductor.events.subscribe()
    async let end: Void = conductor.run()
    for await event in stream {
      if case .population(let state) = event, state.population >= 5 { break }
    }
    await conductor.end()
    await end
    let population = await conductor.status().population
    #expect(population >= 5)
    return population
  }

  /// What a session composes does not depend on being interrupted.
  @Test func anInterruptedSessionGoesOn() async throws {
    let settings = "sessions: {populations: 20000, pieces: 2, seed: 7}"
    // A small training is quick: it may be far when it hears of its end.
    let done = try await interrupt(settings)
    let other = "sessions: {populations: \(done + 50), pieces: 2, seed: 7}"
    let second = try conductor(other)
    let events = await run(second, pieces: 2)
    let first = events.compactMap { event in
      if case .population(let state) = event { state.population } else { nil }
    }.first
    #expect(try #require(first) > 5)

    let fresh = try TestFolder()
    let whole = Conductor(
      configuration: try testConfiguration(other), file: nil, library: try fresh.library(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    _ = await run(whole, pieces: 2)
    var oldest = PieceFilter()
    oldest.order = .oldest
    let expected = try await whole.library.list(oldest, limit: 2).pieces
    let found = try await second.library.list(oldest, limit: 2).pieces
    #expect(found.map(\.scores) == expected.map(\.scores))
    #expect(found.map(\.population) == expected.map(\.population))
  }

  /// A session that starts from what was liked, and goes on as such when it was killed before its first checkpoint.
  @Test func aFavouritesWeightsBeginASession() async throws {
    let settings = "sessions: {populations: 2, pieces: 1, favourite_share: 1}"
    var conductor = try conductor(settings)
    let run = Task { [conductor] in await conductor.run() }
    let library = conductor.library
    try await waits(for: "pieces") { try await library.totals().pieces >= 2 }
    let liked = try #require(try await library.list().pieces.first)
    _ = try await conductor.rate(liked.id, 1)
    try await waits(for: "a session from it") { try await library.sessions().contains { $0.origin == liked.id } }
    await conductor.end()
    await run.value
    let record = library.newSession(
      seed: 99, origin: liked.id, configurationDigest: try testConfiguration(settings).digest)
    try await library.storeSessions()
    unlink("\(library.folder)/checkpoint.safetensors")
    conductor = Conductor(
      configuration: try testConfiguration(settings), file: nil, library: library, logger: conductor.logger)
    let again = Task { [conductor] in await conductor.run() }
    var filter = PieceFilter()
    filter.session = record.id
    try await waits(for: "its piece") { [filter] in try await library.list(filter).total == 1 }
    await conductor.end()
    await again.value
    let piece = try #require(try await library.list(filter).pieces.first)
    var configuration = try testConfiguration(settings)
    configuration.agent.initialMean = try #require(library.weights(of: liked)).weights.map { Double($0) }
    let training = Training(configuration: configuration, seed: 99, threads: 1)
    for _ in 0..<2 { _ = training.trainPopulation() }
    #expect(piece.seed == 99 && piece.score == training.composePiece(episode: 0).score.total)
  }

  @Test func weightsTakeEffectAndComeBack() async throws {
    let conductor = try conductor("sessions: {start_paused: true}")
    #expect(await conductor.rules().map(\.weight) == [1, 2, 0, 0, 0, 0, 0, 0])
    #expect(await conductor.rules().prefix(2).map(\.upper) == [4, 8])
    await #expect(throws: RuleWeightError.self) { try await conductor.setWeights(["nothing": 1]) }
    await #expect(throws: RuleWeightError.self) { try await conductor.setWeights(["lines": 4.5]) }
    await #expect(throws: RuleWeightError.self) { try await conductor.setWeights(["lines": .nan]) }
    try await conductor.setWeights(["lines": 0, "consonances": 8])
    #expect(await conductor.weights.weighted.values.filter { $0 != 0 } == [8])
    let saved = RuleWeights(folder: folder.path, try testConfiguration())
    #expect(saved.entries.prefix(2).map(\.weight) == [0, 8])
    // A rule that the configuration gives no say, within the bounds of its usual coefficient.
    let silent = try #require(await conductor.rules().first { $0.rule == "usage_of_tonic" })
    #expect(silent.coefficient == 0 && silent.lower == 0 && silent.upper == 120)
    await #expect(throws: RuleWeightError.self) { try await conductor.setWeights(["usage_of_tonic": 121]) }
    try await conductor.setWeights(["usage_of_tonic": 30])
    #expect(await conductor.weights.weighted.values.filter { $0 != 0 }.sorted() == [8, 30])
    #expect(await conductor.resetWeights().map(\.weight) == [1, 2, 0, 0, 0, 0, 0, 0])
  }

  @Test func aSlowListenerLosesTheOldestOnly() async throws {
    let broadcast = EventBroadcast()
    let stream = broadcast.subscribe()
    for number in 0..<1000 { broadcast.send(.pieceDeleted(Int64(number))) }
    broadcast.finish()
    var numbers: [Int64] = []
    for await event in stream { if case .pieceDeleted(let number) = event { numbers.append(number) } }
    #expect(numbers == Array(1000 - Int64(EventBroadcast.bufferedCount)..<1000))
    #expect(broadcast.count == 0)
  }

  /// Who tries a style and takes it back loses no session; who asked for the next one gets it.
  @Test(arguments: [false, true]) func musicThatIsTakenBackEndsNoSession(isNextAsked: Bool) async throws {
    let settings = "sessions: {populations: 1000000, pieces: 1}"
    let conductor = try conductor(settings)
    let stream = conductor.events.subscribe()
    async let end: Void = conductor.run()
    for await event in stream { if case .population = event { break } }
    await conductor.pause()
    try await waits(for: "a pause") { await conductor.phase == .paused }
    if isNextAsked {
      await conductor.nextSession()
      await conductor.pause()
    }
    await conductor.reload(try testConfiguration(settings, coefficients: "lines: 3"), file: nil)
    #expect(await conductor.wantsNext)
    #expect(await conductor.nextStyled != nil)
    await conductor.reload(try testConfiguration(settings), file: nil)
    #expect(await conductor.wantsNext == isNextAsked)
    #expect(await conductor.nextStyled == nil)
    await conductor.end()
    await end
  }

  /// Asked early, before the first population, nothing could be composed yet.
  @Test(arguments: [false, true]) func pausedItDoesNothingAndNextGoesOn(isEarly: Bool) async throws {
    let conductor = try conductor("sessions: {populations: 1000000, pieces: 1, start_paused: true}")
    let stream = conductor.events.subscribe()
    async let end: Void = conductor.run()
    try await waits(for: "a pause") { await conductor.phase == .paused }
    #expect(await conductor.session == nil)
    await conductor.start()
    events: for await event in stream {
      switch event {
      // The trainer is being made.
      case .status(let status) where isEarly && status.phase == .training: break events
      case .population where !isEarly: break events
      default: continue
      }
    }
    await conductor.nextSession()
    try await waits(for: "a piece") { try await conductor.library.totals().pieces >= 1 }
    await conductor.end()
    await end
  }
}
