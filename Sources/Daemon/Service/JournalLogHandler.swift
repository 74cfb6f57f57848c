internal import Foundation
public import Logging

/// Log lines on standard error: with `<N>` in front where the journal reads them (sd-daemon(3)), else with the level's
/// name.
public struct JournalLogHandler: LogHandler {
  /// Levels below this one are left out.
  public var logLevel = Logger.Level.info
  /// What is said with every line.
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let isJournal: Bool

  /// A handler for a part of the program; `JOURNAL_STREAM`, which systemd sets, says that the journal listens.
  public init(label: String, environment: [String: String] = ProcessEnvironment.current) {
    self.label = label
    isJournal = environment["JOURNAL_STREAM"] != nil
  }

  /// What is said with every line, by key.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  public func log(event: LogEvent) {
    // One write a line, so that lines of several threads do not mix.
    FileHandle.standardError.write(Data(line(event.level, event.message.description).utf8))
  }

  func line(_ level: Logger.Level, _ text: String) -> String {
    let text = text.split(separator: "\n").joined(separator: " ")
    return isJournal ? "<\(level.priority)>\(text)\n" : "rlmusician: \(level): \(text)\n"
  }
}

/// The process's environment.
public enum ProcessEnvironment {
  /// As it was at the start.
  public static var current: [String: String] { ProcessInfo.processInfo.environment }
}

extension Logger.Level {
  /// The priority of syslog(3).
  var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
