/// The effective configuration as text: the default configuration's file with its comments, and in it what is in force.
struct ConfigurationText: Sendable {
  /// A key of the default configuration's file with the lines that belong to it.
  private struct Line: Sendable {
    /// Comments and empty lines before the key.
    var leading: [String]
    var indentation: Int
    var path: [String]
    /// The text of the value; empty for a mapping.
    var value: String
    /// The comment behind the value, with the blanks before it.
    var comment: String
    var children: [Line] = []
  }

  /// Keys that say where files go, how they are heard and with how many hands they are made, not what is composed: they
  /// have no part in the digest. `tuning` has its own: what a Scala file holds, not what it is called.
  static let notDigested: Set<[String]> = [
    ["environment", "rendering_params", "dir"], ["agent", "n_processes"], ["audio"], ["files"],
    ["playback"], ["daemon"], ["tuning"], ["environment", "tuning"],
    // What a style says is in the keys that it has.
    ["style"],
    // An environment of another kind has keys of its own.
    ["environment", "kind"],
    ["piece", "rendering_params", "dir"], ["agent", "paralleling_params"],
  ]

  private let roots: [Line]
  private let trailing: [String]

  /// - Parameter template: The default configuration's text: one key a line, plain values, comments above or behind.
  init(template: String) {
    var leading: [String] = []
    var flat: [Line] = []
    for text in template.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let content = text.drop { $0 == " " }
      guard let first = content.first, first != "#", let colon = content.firstIndex(of: ":") else {
        leading.append(text)
        continue
      }
      let indentation = text.count - content.count
      let (value, comment) = Self.valueAndComment(content[content.index(after: colon)...])
      let parent = flat.last { $0.indentation < indentation }?.path ?? []
      // The last line that is less indented is the parent only if nothing at its level came between: true by order.
      flat.append(
        Line(
          leading: leading, indentation: indentation, path: parent + [String(content[..<colon])], value: value,
          comment: comment))
      leading = []
    }
    trailing = leading
    roots = Self.nest(flat[...])
  }

  private static func nest(_ lines: ArraySlice<Line>) -> [Line] {
    var result: [Line] = []
    var rest = lines
    while var line = rest.popFirst() {
      let end = rest.firstIndex { $0.indentation <= line.indentation } ?? rest.endIndex
      line.children = nest(rest[..<end])
      rest = rest[end...]
      result.append(line)
    }
    return result
  }

  /// The paths of all keys.
  var paths: [[String]] {
    func paths(_ lines: [Line]) -> [[String]] { lines.flatMap { [$0.path] + paths($0.children) } }
    return paths(roots)
  }

  /// The paths of keys without a comment above, behind, or above the key whose table they are in.
  func uncommentedPaths(except tables: Set<[String]>) -> [[String]] {
    func find(_ lines: [Line]) -> [[String]] {
      lines.flatMap { line -> [[String]] in
        let has = !line.comment.isEmpty || line.leading.contains { $0.contains("# ") }
        return (has ? [] : [line.path]) + (tables.contains(line.path) ? [] : find(line.children))
      }
    }
    return find(roots)
  }

  /// The file's text with these values in force.
  func text(_ root: EffectiveValue) -> String {
    (lines(roots, root, comments: true, indentation: 0, path: []) + trailing).joined(separator: "\n")
  }

  /// The file's own text without some of its first-level keys.
  func text(except keys: Set<String>) -> String {
    let kept = roots.filter { !keys.contains($0.path.last ?? "") }
    return (kept.flatMap { lines($0, nil, comments: true) } + trailing).joined(separator: "\n")
  }

  /// The same without comments and without `notDigested`.
  func canonicalText(_ root: EffectiveValue) -> String {
    lines(roots, root, comments: false, indentation: 0, path: []).joined(separator: "\n") + "\n"
  }

  private func lines(
    _ template: [Line], _ value: EffectiveValue?, comments: Bool, indentation: Int, path: [String]
  ) -> [String] {
    var entries: [EffectiveValue.Entry] = []
    var isTable = false
    switch value {
    case .mapping(let found): entries = found
    case .table(let found): (entries, isTable) = (found, true)
    default: break
    }
    let effective = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    var result: [String] = []
    let known = Dictionary(template.map { ($0.path.last ?? "", $0) }, uniquingKeysWith: { old, _ in old })
    if !isTable {
      for line in template { result += lines(line, effective[line.path.last ?? ""], comments: comments) }
    }
    for entry in entries where isTable || known[entry.key] == nil {
      if let line = known[entry.key] {
        result += lines(line, entry.value, comments: comments)
      } else {
        if entry.value == .mapping([]) { continue }
        if !comments, entry.value == .null || Self.notDigested.contains(path + [entry.key]) { continue }
        let blanks = String(repeating: " ", count: indentation)
        result.append(blanks + EffectiveValue.quoted(entry.key) + ": " + entry.value.flow)
      }
    }
    return result
  }

  /// One key of the template with the value that is in force, nil if nothing is known of it.
  private func lines(_ line: Line, _ value: EffectiveValue?, comments: Bool) -> [String] {
    // Without comments, what has no value is the same as what is not there.
    let isNull = value == .null || (value == nil && line.value == "null")
    if !comments, isNull || Self.notDigested.contains(line.path) { return [] }
    var children: [String] = []
    var shown = line.value
    switch value {
    case .some(let value) where value.isPlain || (line.children.isEmpty && value != .mapping([])): shown = value.flow
    default:
      children = lines(
        line.children, value, comments: comments, indentation: line.indentation + 2, path: line.path)
      if shown.isEmpty, children.isEmpty {
        if !comments, value != .table([]) { return [] }
        shown = "{}"
      }
    }
    let key = String(repeating: " ", count: line.indentation) + (line.path.last ?? "") + ":"
    let head = key + (shown.isEmpty ? "" : " " + shown) + (comments ? line.comment : "")
    return (comments ? line.leading : []) + [head] + children
  }

  /// `  0.2  # comment` as value and comment.
  private static func valueAndComment(_ text: Substring) -> (String, String) {
    guard let hash = text.firstIndex(of: "#") else { return (trimmed(text), "") }
    let value = text[..<hash]
    let blanks = value.reversed().prefix { $0 == " " }.count
    return (trimmed(value), String(repeating: " ", count: blanks) + text[hash...])
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " }
    guard let end = start.lastIndex(where: { $0 != " " }) else { return "" }
    return String(start[...end])
  }
}
