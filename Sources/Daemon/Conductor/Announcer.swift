internal import Core
internal import Logging
internal import Synchronization

/// What people are told: lines of the log, and what is wrong until it is over. Anybody may say something, at any time.
final class Announcer: Sendable {
  /// Listeners hear every line.
  let events: EventBroadcast
  private let logger: Logger
  private let problems = Mutex<[String: String]>([:])
  private let changed = Mutex<(@Sendable () -> Void)?>(nil)

  init(events: EventBroadcast, logger: Logger) {
    self.events = events
    self.logger = logger
  }

  /// Calls this whenever a problem comes or goes.
  func whenProblemsChange(_ tell: @escaping @Sendable () -> Void) { changed.withLock { $0 = tell } }

  /// What is wrong now, a line each.
  var problemTexts: [String] { problems.withLock { $0.values.sorted() } }

  /// Whether something is wrong with this.
  func hasProblem(_ key: String) -> Bool { problems.withLock { $0[key] != nil } }

  /// Says a line.
  func log(_ level: Logger.Level, _ text: String) {
    logger.log(level: level, "\(TextQuoting.printable(text))")
    events.send(.log(LogLine(level: level, text: text)))
  }

  /// Something is wrong: said once, and kept until it is over; what is said of it later replaces that quietly.
  func report(_ key: String, _ text: String) {
    guard problems.withLock({ $0.updateValue(text, forKey: key) }) == nil else { return }
    log(.error, text)
    changed.withLock { $0 }?()
  }

  /// What was wrong is over.
  func resolve(_ key: String) {
    guard let text = problems.withLock({ $0.removeValue(forKey: key) }) else { return }
    log(.notice, "over: \(text)")
    changed.withLock { $0 }?()
  }

  /// The problem with the library's database.
  static let database = "database"

  /// Asks the database; what is wrong with it is reported, and repaired later.
  @discardableResult
  func attempt<Value: Sendable>(_ work: @Sendable () async throws -> Value) async -> Value? {
    do {
      return try await work()
    } catch {
      report(Self.database, "the library's database fails: \(error)")
      return nil
    }
  }
}
