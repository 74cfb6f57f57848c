import Yams

/// What is wrong with text that is not YAML, said in our words.
extension YAMLReader {
  /// What must be refused before Yams sees the text.
  static func check(_ text: String, file: String) throws(ConfigurationError) {
    func error(_ line: Int, _ found: String, _ allowed: String) -> ConfigurationError {
      ConfigurationError(file: file, line: line, keyPath: "", found: found, allowed: allowed)
    }
    var hasAlias = false
    var keyLine: Int?
    for (index, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      let line = Array(line)
      if let byte = line.first(where: { $0 < 32 && $0 != 9 && $0 != 13 || $0 == 127 }) {
        throw error(index + 1, "a control character (byte \(byte))", "text")
      }
      for position in line.indices {
        if line[position] == UInt8(ascii: "*"), isBoundary(line, before: position) { hasAlias = true }
        if keyLine == nil, isCollectionKey(line, position) { keyLine = index + 1 }
      }
    }
    // Yams hashes keys, and a key made of nested aliases has exponentially many parts.
    if hasAlias, let keyLine { throw error(keyLine, "a list, a mapping or an alias as a key", "plain keys") }
  }

  /// Whether a key that is no plain text may begin or end here: `? ...`, `[...] :`, `{...} :`, `*alias :`.
  private static func isCollectionKey(_ line: [UInt8], _ position: Int) -> Bool {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }
    var end = position + 1
    switch line[position] {
    case UInt8(ascii: "?"):
      return isBoundary(line, before: position) && (end == line.count || isBlank(line[end]))
    case UInt8(ascii: "]"), UInt8(ascii: "}"): break
    case UInt8(ascii: "*"):
      guard isBoundary(line, before: position) else { return false }
      while end < line.count, !isBlank(line[end]), line[end] != UInt8(ascii: ":") { end += 1 }
    default: return false
    }
    while end < line.count, isBlank(line[end]) { end += 1 }
    return end < line.count && line[end] == UInt8(ascii: ":")
  }

  /// Whether a token can begin at this position.
  private static func isBoundary(_ line: [UInt8], before position: Int) -> Bool {
    position == 0 || " \t[]{},:-?\r".utf8.contains(line[position - 1])
  }

  /// Any error of Yams as one line.
  static func explain(_ error: any Error, text: String, file: String) -> ConfigurationError {
    var line: Int?
    var problem = "unreadable YAML"
    switch error as? YamlError {
    case .scanner(_, let what, let mark, _), .parser(_, let what, let mark, _):
      line = mark.line
      problem = what
    case .composer(_, let what, let mark, _):
      if what.contains("another document") {
        return .init(
          file: file, line: mark.line, keyPath: "", found: "a second document", allowed: "one document a file")
      }
      line = mark.line
      problem = what
    case .reader(let what, _, let value, _): problem = value > 0 ? "\(what) (U+\(String(value, radix: 16)))" : what
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.prefix(5).map { TextQuoting.quote(Array($0.utf8), limit: 40) }.joined(separator: ", ")
      return .init(
        file: file, line: context.mark.line, keyPath: "", found: "the key \(names) more than once",
        allowed: "every key once in a mapping")
    case .memory: problem = "too deep a nesting"
    default: break
    }
    if let line, isIndentedByTab(line, text) {
      return .init(file: file, line: line, keyPath: "", found: "a tab in the indentation", allowed: "spaces")
    }
    return .init(
      file: file, line: line, keyPath: "", found: "no YAML: \(TextQuoting.printable(problem))",
      allowed: "YAML, a mapping of keys to values")
  }

  private static func isIndentedByTab(_ line: Int, _ text: String) -> Bool {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.indices.contains(line - 1) else { return false }
    return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
  }
}
