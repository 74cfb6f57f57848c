internal import CDispatch
internal import Core
internal import Foundation
public import Logging

/// Log lines on standard error: one write a line. Where that is the journal, every line begins with its level in the way
/// of sd-daemon(3), so that `journalctl -p warning` works; anywhere else with its name.
public struct JournalLogHandler: LogHandler {
  /// What is added to every line.
  public var metadata: Logger.Metadata = [:]
  /// Less important lines are dropped.
  public var logLevel: Logger.Level
  /// What adds to lines from where they are said.
  public var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let isJournal: Bool
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - label: Who speaks.
  ///   - isJournal: Whether the journal reads what is written.
  ///   - write: Takes a line with its newline.
  init(label: String, level: Logger.Level, isJournal: Bool, write: @escaping @Sendable (String) -> Void) {
    self.label = label
    logLevel = level
    self.isJournal = isJournal
    self.write = write
  }

  /// A handler for a part of the program: lines of level info and above, on standard error.
  public init(label: String) {
    let variable = ProcessInfo.processInfo.environment["JOURNAL_STREAM"]
    self.init(label: label, level: .info, isJournal: Self.isJournal(descriptor: STDERR_FILENO, variable)) { line in
      // What cannot be written is lost: there is nobody to tell.
      _ = Array(line.utf8).withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  }

  /// Whether a descriptor is the journal's: $JOURNAL_STREAM has its device and inode. The variable alone says nothing,
  /// because it is inherited by what writes elsewhere.
  static func isJournal(descriptor: Int32, _ variable: String?) -> Bool {
    guard let parts = variable?.split(separator: ":"), parts.count == 2 else { return false }
    var file = stat()
    guard fstat(descriptor, &file) == 0 else { return false }
    return parts[0] == String(file.st_dev) && parts[1] == String(file.st_ino)
  }

  /// The metadata of a key.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  public func log(event: LogEvent) {
    var all = metadata
    all.merge(metadataProvider?.get() ?? [:]) { $1 }
    all.merge(event.metadata ?? [:]) { $1 }
    if let error = event.error { all["error"] = "\(error)" }
    let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let head = isJournal ? "<\(event.level.priority)>" : "\(Self.time()) \(event.level): "
    write(head + TextQuoting.printable("\(label): \(event.message)\(details)") + "\n")
  }

  private static func time() -> String {
    var now = Foundation.time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    return String(
      format: "%04d-%02d-%02d %02d:%02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
      parts.tm_min, parts.tm_sec)
  }
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
