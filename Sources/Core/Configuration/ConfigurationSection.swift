import Yams

/// One mapping of the YAML tree while it is being read.
///
/// A reader asks for every key it knows, with the default and what is allowed beside it; whatever was not asked for is
/// then unknown (`rejectUnknownKeys`). Every answer is recorded, so that the effective configuration can be printed.
public final class ConfigurationSection {
  /// The file as the user named it.
  public let file: String
  /// The keys from the root to this mapping.
  public let path: [String]

  private let node: Node.Mapping?
  private let line: Int?
  private var askedKeys: [String] = []
  private var subsections: [ConfigurationSection] = []

  init(file: String, path: [String], node: Node.Mapping?, line: Int?) {
    self.file = file
    self.path = path
    self.node = node
    self.line = line
  }

  /// Reads a whole file's text; its root must be a mapping (an empty file is an empty mapping).
  public static func root(text: String, file: String) throws(ConfigurationError) -> ConfigurationSection {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError(file: file, line: nil, keyPath: "", found: "\(error)", allowed: "YAML")
    }
    guard let node, node != Node("", Tag(.null)) else {
      return ConfigurationSection(file: file, path: [], node: nil, line: nil)
    }
    guard case .mapping(let mapping) = node else {
      throw ConfigurationError(
        file: file, line: node.mark?.line, keyPath: "", found: "no mapping", allowed: "a mapping of keys to values")
    }
    return ConfigurationSection(file: file, path: [], node: mapping, line: node.mark?.line)
  }

  /// Whether the file has this key.
  public func has(_ key: String) -> Bool { there(key) != nil }

  /// The keys in the file's order, as text.
  public var keys: [String] { node?.compactMap { $0.key.scalar?.string } ?? [] }

  private func value(_ key: String) -> Node? {
    if !askedKeys.contains(key) { askedKeys.append(key) }
    return there(key)
  }

  /// By text, so that 0 and "0" are the same key: JSON can only write the latter.
  private func there(_ key: String) -> Node? { node?.first { $0.key.scalar?.string == key }?.value }

  /// An error about one key of this section: what was found (nil: the text that is there) and what is allowed.
  public func error(_ key: String, found: String? = nil, allowed: String) -> ConfigurationError {
    let there = there(key)
    return ConfigurationError(
      file: file, line: there?.mark?.line ?? line, keyPath: (path + [key]).joined(separator: "."),
      found: found ?? there.map(Self.describe) ?? "nothing", allowed: allowed)
  }

  private static func describe(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// A nested mapping; an absent one reads as empty.
  public func section(_ key: String) throws(ConfigurationError) -> ConfigurationSection {
    let node = value(key)
    let mapping: Node.Mapping?
    switch node {
    case .none: mapping = nil
    case .scalar(let scalar) where scalar.string.isEmpty || scalar.string == "null" || scalar.string == "~":
      mapping = nil
    case .mapping(let found): mapping = found
    default: throw error(key, allowed: "a mapping of keys to values")
    }
    let section = ConfigurationSection(
      file: file, path: path + [key], node: mapping, line: node?.mark?.line ?? line)
    subsections.append(section)
    return section
  }

  /// An integer in a range.
  public func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws(ConfigurationError)
    -> Int
  {
    guard let node = value(key) else { return fallback }
    guard let found = node.int, range.contains(found) else {
      throw error(key, allowed: "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return found
  }

  /// A finite number in a range.
  public func number(
    _ key: String, default fallback: Double, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> Double {
    guard let node = value(key) else { return fallback }
    guard let found = node.float, found.isFinite, range.contains(found) else {
      throw error(key, allowed: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return found
  }

  /// Text.
  public func string(_ key: String, default fallback: String) throws(ConfigurationError) -> String {
    guard let node = value(key) else { return fallback }
    guard let scalar = node.scalar else { throw error(key, allowed: "text") }
    return scalar.string
  }

  /// Text where a mapping or a list may stand instead; nil if the key is absent or is one of these.
  public func scalar(_ key: String) throws(ConfigurationError) -> String? { value(key)?.scalar?.string }

  /// A list of scalars as they are written; nil if the key is absent.
  public func scalars(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let node = value(key) else { return nil }
    guard let list = node.sequence else { throw error(key, allowed: "a list") }
    return try list.map { item throws(ConfigurationError) in
      guard let scalar = item.scalar else { throw error(key, allowed: "a list of plain values") }
      return scalar.string
    }
  }

  /// A path as the configuration writes it: a relative one is relative to the configuration's file.
  public func path(_ text: String) -> String {
    guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
    return file[...slash] + text
  }

  /// One of a few words.
  public func choice(
    _ key: String, default fallback: String, of words: [String]
  ) throws(ConfigurationError) -> String {
    let found = try string(key, default: fallback)
    guard words.contains(found) else { throw error(key, allowed: words.joined(separator: ", ")) }
    return found
  }

  /// True or false.
  public func boolean(_ key: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
    guard let node = value(key) else { return fallback }
    guard let found = node.bool else { throw error(key, allowed: "true or false") }
    return found
  }

  /// A list of integers in a range; nil if the key is absent or holds anything but a list.
  public func integers(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> [Int]? {
    guard case .sequence(let nodes) = value(key) else { return nil }
    var integers: [Int] = []
    for node in nodes {
      guard let found = node.int, range.contains(found) else {
        throw error(
          key, found: Self.describe(node) + " in the list",
          allowed: "integers from \(range.lowerBound) to \(range.upperBound)")
      }
      integers.append(found)
    }
    return integers
  }

  /// This section read as a table: every key an integer of a range, every value a number of a range. Ascending keys.
  public func numbersByInteger(
    keys keyRange: ClosedRange<Int>, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> [(key: Int, value: Double)] {
    var numbers: [Int: Double] = [:]
    for text in keys {
      guard let key = Int(text), keyRange.contains(key) else {
        throw error(
          text, found: "the key '\(text)'",
          allowed: "integers from \(keyRange.lowerBound) to \(keyRange.upperBound) as keys")
      }
      let number = try number(text, default: 0, in: range)
      guard numbers.updateValue(number, forKey: key) == nil else {
        throw error(text, found: "the key \(key) twice", allowed: "every key once")
      }
    }
    return numbers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Fails at the first key, here and in every section that was asked for, that nobody asked for.
  public func rejectUnknownKeys() throws(ConfigurationError) {
    for key in keys where !askedKeys.contains(key) {
      throw error(key, found: "the unknown key '\(key)'", allowed: askedKeys.joined(separator: ", "))
    }
    for section in subsections { try section.rejectUnknownKeys() }
  }
}
