/// One mapping of the YAML tree while it is being read.
///
/// A reader asks for every key it knows, with the default and what is allowed beside it; whatever was not asked for is
/// then unknown (`rejectUnknownKeys`). Every answer is recorded, so that the effective configuration can be printed.
///
/// To add a section or a key:
/// 1. Read it where it is used: a struct with a field per key and `init(_ section: ConfigurationSection)
///    throws(ConfigurationError)`, one line a key (`try section.integer("key", default: 3, in: 1...9)`).
/// 2. Read the struct in `Configuration.init` (or in the struct of the section above): `MySection(root.section("mine"))`.
/// 3. Give every key a line with its default and a comment (meaning, unit, range) in `default.yml`; `key: null` if it has
///    no default. A test compares the two.
/// 4. If the section does not change what is composed, add it to `ConfigurationText.notDigested`.
///
/// What two keys together must obey is checked after both are read: `throw section.error("key", found:, allowed:)`.
public final class ConfigurationSection {
  /// The file as the user named it.
  public let file: String
  /// The keys from the root to this mapping.
  public let path: [String]
  /// Whether the file has this mapping (null counts as absent).
  public let isWritten: Bool
  /// Whether the keys are free: the reader went through those that are there.
  private var isTable = false

  /// Line of the mapping's key; nil if no section around it is in the file either, 0 for a style's.
  private let line: Int?
  private let entries: [YAMLValue.Entry]
  private let entryIndex: [String: Int]
  private var askedKeys: [String] = []
  private var askedKeySet: Set<String> = []
  /// The mappings in here that were asked for; more than one where a list of mappings was.
  private var subsections: [(key: String, isList: Bool, sections: [ConfigurationSection])] = []
  private var subsectionIndex: [String: Int] = [:]
  private var records: [EffectiveValue.Entry] = []
  private var recordIndex: [String: Int] = [:]

  init(file: String, path: [String], entries: [YAMLValue.Entry]?, line: Int?) {
    self.file = file
    self.path = path
    self.line = line
    isWritten = entries != nil
    let entries = entries ?? []
    self.entries = entries
    entryIndex = Dictionary(
      entries.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a whole file's text; its root must be a mapping (an empty file is an empty mapping).
  public static func root(text: String, file: String) throws(ConfigurationError) -> ConfigurationSection {
    let file = TextQuoting.printable(file)
    guard let root = try YAMLReader.read(text, file: file), !root.isNull else {
      return ConfigurationSection(file: file, path: [], entries: nil, line: nil)
    }
    guard let entries = root.mapping else {
      throw ConfigurationError(
        file: file, line: root.line, keyPath: "", found: root.description, allowed: "a mapping of keys to values")
    }
    return ConfigurationSection(file: file, path: [], entries: entries, line: nil)
  }

  /// What is there, in the file's order; nothing counts as asked for.
  var allEntries: [YAMLValue.Entry] { entries }

  /// Whether the file has this key with a value that is not null.
  public func has(_ key: String) -> Bool { value(key) != nil }

  /// Whether the file has a value that is not null at a path of keys from here; nothing counts as asked for.
  func isThere(_ path: [String]) -> Bool { value(at: path) != nil }

  /// What is at a path of keys from here, if it is not null; nothing counts as asked for.
  func value(at path: [String]) -> YAMLValue? {
    var entries = entries
    var found: YAMLValue?
    for key in path {
      guard let value = entries.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
      found = value
      entries = value.mapping ?? []
    }
    return found
  }

  /// The keys in the file's order, as text: 0 and "0" are the same key, because JSON can only write the latter.
  ///
  /// A reader that goes through them makes the mapping a table: what the file has then replaces the default's keys.
  public var keys: [String] {
    isTable = true
    return entries.map(\.key)
  }

  /// What is there, null included; the key counts as asked for.
  func entry(_ key: String) -> YAMLValue? {
    if askedKeySet.insert(key).inserted { askedKeys.append(key) }
    return entryIndex[key].map { entries[$0].value }
  }

  /// What is there; nil if there is nothing or null.
  func value(_ key: String) -> YAMLValue? {
    guard let value = entry(key), !value.isNull else { return nil }
    return value
  }

  /// Remembers what a key's value is, read or by default, for the effective configuration.
  func record(_ key: String, _ value: EffectiveValue) {
    let entry = EffectiveValue.Entry(key: key, value: value)
    if let index = recordIndex[key] {
      records[index] = entry
    } else {
      recordIndex[key] = records.count
      records.append(entry)
    }
  }

  /// Makes the effective configuration say `null` for a key that another one puts out of force.
  public func leaveOut(_ key: String) { record(key, .null) }

  /// An error about one key of this section: what was found (nil: what is there) and what is allowed.
  public func error(_ key: String, found: String? = nil, allowed: String) -> ConfigurationError {
    let there = entryIndex[key].map { entries[$0] }
    return ConfigurationError(
      file: file, line: (there?.line ?? line).flatMap { $0 > 0 ? $0 : nil },
      keyPath: (path + [key]).map(TextQuoting.printable).joined(separator: "."),
      found: found ?? there?.value.description ?? "nothing", allowed: allowed)
  }

  /// A nested mapping; an absent one reads as empty.
  public func section(_ key: String) throws(ConfigurationError) -> ConfigurationSection {
    if let index = subsectionIndex[key], let known = subsections[index].sections.first { return known }
    let there = value(key)
    guard there == nil || there?.mapping != nil else { throw error(key, allowed: "a mapping of keys to values") }
    let section = ConfigurationSection(
      file: file, path: path + [key], entries: there?.mapping, line: entryIndex[key].map { entries[$0].line } ?? line)
    add(key, isList: false, [section])
    return section
  }

  /// A list of mappings, each as a section of its own (`key[0]`, `key[1]`, ...); nil if the key is absent or null.
  public func sections(_ key: String) throws(ConfigurationError) -> [ConfigurationSection]? {
    if let index = subsectionIndex[key] { return subsections[index].sections }
    guard let there = value(key) else { return nil }
    guard let values = there.list else { throw error(key, allowed: "a list of mappings") }
    var sections: [ConfigurationSection] = []
    for (index, value) in values.enumerated() {
      guard let entries = value.mapping else {
        throw error(key, found: value.description + " in the list", allowed: "a list of mappings")
      }
      sections.append(
        ConfigurationSection(file: file, path: path + ["\(key)[\(index)]"], entries: entries, line: value.line))
    }
    add(key, isList: true, sections)
    return sections
  }

  private func add(_ key: String, isList: Bool, _ sections: [ConfigurationSection]) {
    subsectionIndex[key] = subsections.count
    subsections.append((key, isList, sections))
  }

  private func records(null key: String) -> Bool { recordIndex[key].map { records[$0].value == .null } ?? false }

  /// Everything that was read, in the order of reading.
  var effectiveValue: EffectiveValue {
    let nested = subsections.filter { !records(null: $0.key) }.map { key, isList, sections in
      let mappings = sections.map(\.effectiveValue)
      return EffectiveValue.Entry(key: key, value: isList ? .list(mappings) : mappings.first ?? .mapping([]))
    }
    let all = records.filter { subsectionIndex[$0.key] == nil || $0.value == .null } + nested
    return isTable && isWritten ? .table(all) : .mapping(all)
  }

  /// The paths of all keys that were asked for, here and below.
  var askedPaths: [[String]] {
    askedKeys.map { path + [$0] } + subsections.flatMap { $0.sections.flatMap(\.askedPaths) }
  }

  /// Fails at the first key, here and in every section that was asked for, that nobody asked for.
  public func rejectUnknownKeys() throws(ConfigurationError) {
    try rejectUnknownKeys(known: askedPaths)
  }

  private func rejectUnknownKeys(known: [[String]]) throws(ConfigurationError) {
    for key in entries.map(\.key) where !askedKeySet.contains(key) {
      // The place for anchors that the rest of the file uses.
      if path.isEmpty, key.hasPrefix("x-") { continue }
      var found = "the unknown key \(TextQuoting.quote(Array(key.utf8), limit: 60))"
      if let nearest = Spelling.nearest(to: key, among: askedKeys) {
        found += " (did you mean '\(nearest)'?)"
      } else if let elsewhere = known.first(where: { $0.last == key && $0.count > 1 }) {
        found += " (its place is \(elsewhere.joined(separator: ".")))"
      }
      throw error(key, found: found, allowed: askedKeys.joined(separator: ", "))
    }
    for subsection in subsections {
      for section in subsection.sections { try section.rejectUnknownKeys(known: known) }
    }
  }
}
