/// What a sweep's file says: which trainings, all of them to be compared.
///
///     config: my.yml                         # what all have in common; without it the default configuration
///     seeds: {first: 1001, count: 20}        # or a list
///     populations: [30, 100]                 # trained for so many, each; 100
///     pieces: 1000                           # that every agent composes for its figures; 100
///     keys:                                  # every combination of the values
///       agent.method: [policy_gradient, cross_entropy]
///       environment.n_semitones: [25, 37]
public struct SweepConfiguration: Sendable {
  /// Trainings that differ in nothing but their seed.
  public struct Combination: Sendable {
    /// The values of the keys, as the file writes them, in its order.
    public var values: [Value]
    /// Populations each of them is trained for.
    public var populations: Int
    /// The configuration with these values.
    public var configuration: Configuration

    /// Whether another training is of this combination.
    public var name: String {
      (values.map { "\($0.key) \($0.text)" } + ["\(populations) populations"]).joined(separator: ", ")
    }
  }

  /// A key's value.
  public struct Value: Sendable, Hashable {
    /// The path of the key, with points.
    public var key: String
    /// The value as text; what is no scalar as JSON.
    public var text: String
  }

  /// The most trainings of a sweep.
  public static let trainingLimit = 1_000_000

  /// Seeds, in the file's order.
  public var seeds: [UInt64]
  /// Pieces that every agent composes.
  public var pieces: Int
  /// The keys whose values differ.
  public var keys: [String]
  /// In the file's order: the last key changes fastest, but for the populations.
  public var combinations: [Combination]

  /// Reads a sweep's file, and the configuration of every training.
  ///
  /// - Throws: `ConfigurationError`; `FileError` if a file is missing; `DataError` about a file that a configuration
  ///   names.
  public init(path: String) throws {
    try self.init(text: ConfigurationFile.read(path), file: InputFile.shown(path), folder: Self.folder(path))
  }

  private static func folder(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// - Parameters:
  ///   - file: what errors call it.
  ///   - folder: what a relative path in it is appended to.
  init(text: String, file: String, folder: String = "") throws {
    let root = try ConfigurationSection.root(text: text, file: file)
    let base = try root.string("config", default: "")
    seeds = try Self.seeds(root)
    let populations = try Self.populations(root)
    pieces = try root.integer("pieces", default: 100, in: 2...1_000_000)
    let table = try root.section("keys")
    let axes = try table.keys.map { try Axis($0, table) }
    try root.rejectUnknownKeys()
    keys = axes.map(\.key)
    let count = axes.reduce(seeds.count * populations.count) { count, axis in
      let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
      return overflow ? .max : product
    }
    guard count <= Self.trainingLimit else {
      throw root.error("keys", found: "\(count) trainings", allowed: "at most \(Self.trainingLimit)")
    }
    let common = try Self.common(base, folder: folder)
    combinations = try axes.reduce([[]]) { choices, axis in
      choices.flatMap { choice in axis.values.map { choice + [(axis, $0)] } }
    }.flatMap { choice in
      let configuration = try Self.configuration(common, choice, sweep: root.file)
      return populations.map { count in
        Combination(
          values: choice.map { Value(key: $0.0.key, text: $0.1.text) }, populations: count,
          configuration: configuration)
      }
    }
  }

  private static func seeds(_ root: ConfigurationSection) throws(ConfigurationError) -> [UInt64] {
    if let list = try root.integers("seeds", in: 0...Int.max) {
      guard !list.isEmpty, Set(list).count == list.count else {
        throw root.error("seeds", allowed: "a list of different integers, or {first: 1, count: 1}")
      }
      return list.map { UInt64($0) }
    }
    let section = try root.section("seeds")
    let first = try section.integer("first", default: 1, in: 0...1 << 62)
    let count = try section.integer("count", default: 1, in: 1...trainingLimit)
    return (0..<count).map { UInt64(first + $0) }
  }

  private static func populations(_ root: ConfigurationSection) throws(ConfigurationError) -> [Int] {
    let range = 1...1_000_000_000
    if let list = try root.integers("populations", in: range) {
      guard !list.isEmpty, Set(list).count == list.count else {
        throw root.error("populations", allowed: "an integer, or a list of different ones")
      }
      return list
    }
    return [try root.integer("populations", default: 100, in: range)]
  }

  /// The file that all trainings have in common, as a tree.
  private static func common(_ path: String, folder: String) throws -> (entries: [YAMLValue.Entry], file: String) {
    guard !path.isEmpty else { return ([], "default configuration") }
    let file = path.hasPrefix("/") || path == "-" ? path : folder + path
    let value = try YAMLReader.read(ConfigurationFile.read(file), file: TextQuoting.printable(file))
    guard value.map({ $0.isNull || $0.mapping != nil }) ?? true else {
      throw ConfigurationError(
        file: file, line: value?.line, keyPath: "", found: value?.description ?? "nothing",
        allowed: "a mapping of keys to values")
    }
    return (value?.mapping ?? [], TextQuoting.printable(InputFile.shown(file)))
  }

  private static func configuration(
    _ common: (entries: [YAMLValue.Entry], file: String), _ choice: [(Axis, AxisValue)], sweep: String
  ) throws -> Configuration {
    let entries = choice.reduce(common.entries) { $0.setting($1.0.path[...], to: $1.1.value, line: $1.1.value.line) }
    do {
      let configuration = try Configuration(
        ConfigurationSection(file: common.file, path: [], entries: entries, line: nil).overStyle(), use: .composing)
      try configuration.checkComposable()
      return configuration
    } catch let fault as ConfigurationError {
      var error = fault
      // What is wrong with a value of the sweep is to be found in its file.
      let isHere = { (axis: Axis) in error.keyPath == axis.key || error.keyPath.hasPrefix(axis.key + ".") }
      if choice.contains(where: { isHere($0.0) }) { error.file = sweep }
      throw error
    }
  }

  private struct Axis {
    var key: String
    var path: [String]
    var values: [AxisValue]

    init(_ key: String, _ table: ConfigurationSection) throws(ConfigurationError) {
      self.key = key
      path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard path.allSatisfy({ !$0.isEmpty }), path.count <= 20 else {
        throw table.error(key, found: "this key", allowed: "a path of keys with points: agent.method")
      }
      values = (table.value(key)?.list ?? []).map(AxisValue.init)
      guard !values.isEmpty, Set(values.map(\.text)).count == values.count else {
        throw table.error(key, allowed: "a list of different values")
      }
    }
  }

  private struct AxisValue {
    var value: YAMLValue
    var text: String

    init(_ value: YAMLValue) {
      self.value = value
      text = value.scalar.map { $0.isNull ? "null" : $0.text } ?? value.json.text
    }
  }
}

extension [YAMLValue.Entry] {
  /// The same mapping with another value at a path of keys; mappings on the way are made where there are none.
  fileprivate func setting(_ path: ArraySlice<String>, to value: YAMLValue, line: Int) -> [YAMLValue.Entry] {
    guard let key = path.first else { return self }
    var result = self
    let index = firstIndex { $0.key == key }
    let inner = index.flatMap { self[$0].value.mapping } ?? []
    let changed =
      path.count == 1
      ? value : YAMLValue(content: .mapping(inner.setting(path.dropFirst(), to: value, line: line)), line: line)
    let entry = YAMLValue.Entry(key: key, line: line, value: changed)
    if let index { result[index] = entry } else { result.append(entry) }
    return result
  }
}
