/// Something wrong with the configuration, in one line. Exit code 78.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The file as the user named it; `default configuration` for the embedded one.
  public var file: String
  /// Line in the file, from 1; nil if no line can be named.
  public var line: Int?
  /// Keys from the root: `environment.n_semitones`.
  public var keyPath: String
  /// What is there.
  public var found: String
  /// What may be there.
  public var allowed: String

  /// An error of these parts.
  public init(file: String, line: Int?, keyPath: String, found: String, allowed: String) {
    self.file = file
    self.line = line
    self.keyPath = keyPath
    self.found = found
    self.allowed = allowed
  }

  /// `FILE:LINE: KEY.PATH`, without what is not known.
  public var place: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return keyPath.isEmpty ? place : "\(place): \(keyPath)"
  }

  /// `FILE:LINE: KEY.PATH: found FOUND; allowed: ALLOWED`.
  public var description: String { "\(place): found \(found); allowed: \(allowed)" }
}
