/// Something wrong with a data file (a roll, a scale, a weights file), in one line. Exit code 65.
public struct DataError: Error, Hashable, CustomStringConvertible {
  /// The file as the user named it.
  public var file: String
  /// Line in the file, from 1; nil if no line can be named.
  public var line: Int?
  /// What is wrong and what is allowed.
  public var reason: String

  /// An error of these parts.
  public init(file: String, line: Int? = nil, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  /// `FILE:LINE: REASON`.
  public var description: String { "\(TextQuoting.printable(file)):\(line.map { "\($0):" } ?? "") \(reason)" }
}
