import Glibc

/// Reads a configuration file's text.
enum ConfigurationFile {
  /// The text of a file, without a byte order mark.
  ///
  /// - Throws: `FileError` if there is no such regular file, `ConfigurationError` if it is too large or no UTF-8.
  static func read(_ path: String) throws -> String {
    var status = stat()
    if !path.utf8.contains(0), stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file"
      throw FileError(.noInput, path: path, reason: "\(kind); a configuration is a regular file")
    }
    do {
      return try text(InputFile.read(path, limit: YAMLReader.sizeLimit, as: "a configuration"), file: path)
    } catch let error as DataError {
      throw ConfigurationError(
        file: TextQuoting.printable(path), line: nil, keyPath: "", found: error.reason,
        allowed: "at most \(YAMLReader.sizeLimit) bytes")
    }
  }

  /// Bytes as text.
  static func text(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> String {
    let file = TextQuoting.printable(file)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
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
