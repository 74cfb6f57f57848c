import Glibc

/// Reads a configuration file's text.
public enum ConfigurationFile {
  /// The text of a file, of standard input (`-`) or of a pipe, without a byte order mark.
  ///
  /// - Throws: `FileError` if there is no such file, `ConfigurationError` if it is too large or no UTF-8.
  public static func read(_ path: String) throws -> String {
    do {
      return try text(
        InputFile.read(path, limit: YAMLReader.sizeLimit, as: "a configuration", .named), file: InputFile.shown(path))
    } catch let error as DataError {
      guard error.reason.hasPrefix("more than") else {
        throw FileError(.noInput, path: path, reason: error.reason)
      }
      throw ConfigurationError(
        file: TextQuoting.printable(InputFile.shown(path)), line: nil, keyPath: "", found: error.reason,
        allowed: "at most \(YAMLReader.sizeLimit) bytes")
    }
  }

  /// Bytes as text.
  static func text(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> String {
    let file = TextQuoting.printable(file)
    if TextQuoting.isUTF16(bytes) {
      throw ConfigurationError(file: file, line: 1, keyPath: "", found: "UTF-16", allowed: "UTF-8")
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      var line = 1
      for bytes in content.split(separator: 10, omittingEmptySubsequences: false) {
        if String(validating: bytes, as: UTF8.self) == nil { break }
        line += 1
      }
      throw ConfigurationError(file: file, line: line, keyPath: "", found: "bytes that are no UTF-8", allowed: "UTF-8")
    }
    return text
  }
}
