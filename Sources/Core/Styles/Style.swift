internal import Foundation

/// A style: a configuration that is shipped inside the program and has a name. What a file or an option says on top of it
/// wins, key by key.
///
/// To add one: a YAML file in this folder whose first line says what it is, a line in `all`, and the file among the
/// resources of `Package.swift`.
public struct Style: Sendable, Hashable {
  /// What the configuration and the command line call it.
  public let name: String
  /// The file's text.
  let text: String

  /// All of them, in the order in which they are listed.
  public static let all: [Style] = [
    ("original", PackageResources.original_yml), ("roll", PackageResources.roll_yml),
    ("song", PackageResources.song_yml), ("chorale", PackageResources.chorale_yml), ("duet", PackageResources.duet_yml),
    ("waltz", PackageResources.waltz_yml), ("minor", PackageResources.minor_yml),
    ("pastorale", PackageResources.pastorale_yml), ("bohlen-pierce", PackageResources.bohlen_pierce_yml),
    ("slendro", PackageResources.slendro_yml),
  ].map { Style(name: $0, text: String(decoding: $1, as: UTF8.self)) }

  /// What the programs that compose lie a configuration over that says nothing of what is composed.
  public static var programDefault: Style? { named("song") }

  /// Their names.
  public static var names: [String] { all.map(\.name) }

  /// Names of those that compose songs.
  public static var songNames: [String] { all.filter { $0.kind == .song }.map(\.name) }

  /// The one of this name.
  public static func named(_ name: String) -> Style? { all.first { $0.name == name } }

  /// What it is, in a line: the file's first comment.
  public var summary: String {
    String(text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " })
  }

  /// The file's text, comments and all.
  public var configurationText: String { text }

  /// Which environment it is about.
  public var kind: EnvironmentKind {
    let environment = try? entries().first { $0.key == "environment" }?.value.mapping
    let word = environment?.first { $0.key == "kind" }?.value.scalar?.text
    return word.flatMap(EnvironmentKind.init) ?? .programDefault
  }

  /// The file's mapping; its values have no line in what the user wrote.
  func entries() throws(ConfigurationError) -> [YAMLValue.Entry] {
    let root = try YAMLReader.read(text, file: "style \(name)")
    return (root?.mapping ?? []).map(\.withoutLines)
  }
}

extension YAMLValue.Entry {
  /// The same, from no line: `0`.
  fileprivate var withoutLines: Self { .init(key: key, line: 0, value: value.withoutLines) }
}

extension YAMLValue {
  fileprivate var withoutLines: YAMLValue {
    switch content {
    case .scalar: YAMLValue(content: content, line: 0)
    case .list(let values): YAMLValue(content: .list(values.map(\.withoutLines)), line: 0)
    case .mapping(let entries): YAMLValue(content: .mapping(entries.map(\.withoutLines)), line: 0)
    }
  }

  /// Keys of which a mapping has one: what says one of them puts the others below it out of force.
  private static let alternatives: [Set<String>] = [["parts", "n_parts"]]

  /// Entries on top of others: mappings are joined, anything else takes the other's place.
  static func laid(_ above: [Entry], over below: [Entry]) -> [Entry] {
    let said = Set(above.filter { !$0.value.isNull }.map(\.key))
    let below = below.filter { entry in
      said.contains(entry.key)
        || !alternatives.contains { $0.contains(entry.key) && !$0.isDisjoint(with: said) }
    }
    let index = Dictionary(above.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let joined = below.map { entry -> Entry in
      guard let other = index[entry.key] else { return entry }
      guard let own = other.value.mapping, let old = entry.value.mapping else { return other }
      let value = YAMLValue(content: .mapping(laid(own, over: old)), line: other.value.line)
      return Entry(key: entry.key, line: other.line, value: value)
    }
    let known = Set(below.map(\.key))
    return joined + above.filter { !known.contains($0.key) }
  }
}

extension ConfigurationSection {
  /// Whether it has a key by which pieces differ: whoever wrote one before there were styles meant the piano roll.
  var saysWhatIsComposed: Bool {
    ["style", "piece", "environment", "agent", "tuning"].contains { isThere([$0]) }
  }

  /// The same keys on top of a style: the one that is named here, or else the one that they name themselves.
  func overStyle(_ style: Style? = nil) throws(ConfigurationError) -> ConfigurationSection {
    var chosen = style
    if chosen == nil { chosen = try self.style() }
    guard let style = chosen else { return self }
    let name = YAMLValue.Entry(
      key: "style", line: 0, value: YAMLValue(content: .scalar(YAMLScalar(text: style.name, isPlain: false)), line: 0))
    var own = allEntries
    if isThere(["style"]) { own = own.filter { $0.key != "style" } }
    return ConfigurationSection(
      file: file, path: [], entries: YAMLValue.laid(own, over: try style.entries()) + [name], line: nil)
  }

  /// Reads texts that lie over each other, the last on top.
  static func root(layers: [String], file: String) throws(ConfigurationError) -> ConfigurationSection {
    var entries: [YAMLValue.Entry] = []
    for text in layers { entries = YAMLValue.laid(try root(text: text, file: file).allEntries, over: entries) }
    return ConfigurationSection(
      file: TextQuoting.printable(file), path: [], entries: entries.map(\.withoutLines), line: nil)
  }

  /// Reads `style`.
  public func style() throws(ConfigurationError) -> Style? {
    guard has("style") else {
      leaveOut("style")
      return nil
    }
    return Style.named(try choice("style", default: "", of: Style.names))
  }
}
