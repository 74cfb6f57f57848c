import Yams

/// Reads YAML text into a `YAMLValue`, with limits that keep hostile files from taking time or memory.
///
/// Yams' own resolving of scalars is left out (`Resolver.basic`): its regular expressions are slow, and `YAMLScalar`
/// says itself what is a number.
struct YAMLReader {
  /// The largest file that is read, in bytes: room for a list of 65,792 weights.
  static let sizeLimit = 4 << 20
  /// The most values of a document, aliases counted as often as they are used.
  static let valueLimit = 300_000
  /// The deepest nesting.
  static let depthLimit = 32

  private let file: String
  private var count = 0

  /// The root of the only document; nil if there is none (an empty file, only comments).
  static func read(_ text: String, file: String) throws(ConfigurationError) -> YAMLValue? {
    try check(text, file: file)
    let root: Node?
    do {
      root = try Parser(yaml: text, resolver: .basic, constructor: Constructor([:], [:], [:]), encoding: .utf8)
        .singleRoot()
    } catch {
      throw explain(error, text: text, file: file)
    }
    guard let root else { return nil }
    var reader = YAMLReader(file: file)
    return try reader.value(root, depth: 0)
  }

  private init(file: String) { self.file = file }

  private func error(_ line: Int?, _ found: String, allowed: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, keyPath: "", found: found, allowed: allowed)
  }

  private mutating func value(_ node: Node, depth: Int) throws(ConfigurationError) -> YAMLValue {
    let line = node.mark?.line ?? 1
    count += 1
    guard count <= Self.valueLimit else {
      throw error(line, "more than \(Self.valueLimit) values (aliases count as what they stand for)", allowed: "fewer")
    }
    guard depth <= Self.depthLimit else {
      throw error(line, "more than \(Self.depthLimit) levels of nesting", allowed: "fewer")
    }
    switch node {
    case .scalar(let scalar):
      // Not `node.tag`, which makes text of what has no tag, for all aliases of it.
      try checkTag(scalar.tag, line: line)
      return YAMLValue(content: .scalar(try tagged(scalar, line)), line: line)
    case .sequence(let sequence):
      try checkTag(node.tag, line: line)
      var values: [YAMLValue] = []
      values.reserveCapacity(sequence.count)
      for node in sequence { values.append(try value(node, depth: depth + 1)) }
      return YAMLValue(content: .list(values), line: line)
    case .mapping(let mapping):
      try checkTag(node.tag, line: line)
      return YAMLValue(content: .mapping(try entries(mapping, depth: depth)), line: line)
    case .alias:
      throw error(line, "an alias that stands for nothing", allowed: "aliases of anchors above them")
    }
  }

  /// A scalar as its tag has it: `!!int "13"` is a number, `!!str 13` is text.
  private func tagged(_ scalar: Node.Scalar, _ line: Int) throws(ConfigurationError) -> YAMLScalar {
    var value = YAMLScalar(text: scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
    let tag = scalar.tag.rawValue
    guard tag.hasPrefix(Self.standardTag) else { return value }
    let name = String(tag.dropFirst(Self.standardTag.count))
    value.isPlain = name != "str"
    let fits =
      switch name {
      case "int": value.integer != nil
      case "float": value.number != nil
      case "bool": value.boolean != nil
      case "null": value.isNull
      default: name == "str"
      }
    guard fits else { throw error(line, "\(value.description) with the tag !!\(name)", allowed: "what the tag says") }
    return value
  }

  private static let standardTag = "tag:yaml.org,2002:"

  private mutating func entries(_ mapping: Node.Mapping, depth: Int) throws(ConfigurationError) -> [YAMLValue.Entry] {
    var own: [YAMLValue.Entry] = []
    var merged: [YAMLValue.Entry] = []
    for (key, node) in mapping {
      let line = key.mark?.line ?? 1
      guard case .scalar(let scalar) = key else {
        throw error(line, "a list or mapping as a key", allowed: "plain keys")
      }
      let value = try value(node, depth: depth + 1)
      if scalar.string == "<<", scalar.style == .plain {
        for source in value.list ?? [value] {
          guard let entries = source.mapping else {
            throw error(line, "'<<' with \(source.description)", allowed: "'<<' with a mapping or a list of mappings")
          }
          merged += entries.map { .init(key: $0.key, line: line, value: $0.value) }
        }
      } else {
        own.append(.init(key: scalar.string, line: line, value: value))
      }
    }
    // The mapping's own keys win, then the first of the merged ones.
    var taken = Set(own.map(\.key))
    return own + merged.filter { taken.insert($0.key).inserted }
  }

  private func checkTag(_ tag: Tag, line: Int) throws(ConfigurationError) {
    let name = tag.rawValue
    let standard = Self.standardTag
    let known = ["str", "int", "float", "bool", "null", "map", "seq"]
    guard name.isEmpty || (name.hasPrefix(standard) && known.contains(String(name.dropFirst(standard.count)))) else {
      throw error(line, "the tag \(TextQuoting.quote(Array(name.utf8), limit: 60))", allowed: "values without a tag")
    }
  }
}
