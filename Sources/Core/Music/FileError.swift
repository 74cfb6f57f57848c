import Foundation

/// A file or folder that cannot be had, in one line: an input that is not there, an output that cannot be created.
public struct FileError: Error, Hashable, CustomStringConvertible {
  /// Which side of the program the file stands on.
  public enum Kind: Sendable, Hashable {
    /// An input that does not exist or cannot be opened. Exit code 66.
    case noInput
    /// An output that cannot be created. Exit code 73.
    case cannotCreate
  }

  /// Input or output.
  public var kind: Kind
  /// The path as the user named it.
  public var path: String
  /// What is wrong.
  public var reason: String

  /// An error of these parts.
  public init(_ kind: Kind, path: String, reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  /// An error with the system's own words for `code` (an `errno`).
  public init(_ kind: Kind, path: String, errno code: Int32) {
    self.init(kind, path: path, reason: String(cString: strerror(code)))
  }

  /// `PATH: REASON`.
  public var description: String { "\(TextQuoting.printable(path)): \(reason)" }
}
