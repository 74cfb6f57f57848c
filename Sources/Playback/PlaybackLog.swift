internal import Foundation
internal import Logging

/// The loggers of this target: quiet unless the environment says otherwise, because what matters to a person is said in
/// lines of its own. `RLMUSICIAN_LOG=info` tells what devices agreed to, `debug` what the libraries have to say.
enum PlaybackLog {
  /// The variable that sets the level.
  static let variable = "RLMUSICIAN_LOG"

  /// A logger with the environment's level.
  static func logger(_ label: String) -> Logger {
    var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = ProcessInfo.processInfo.environment[variable].flatMap { Logger.Level(rawValue: $0) } ?? .warning
    return logger
  }
}
