/// What a rank says of itself before anything is computed: which version it is, what it is about to do, or why it cannot.
///
/// Ranks that differ in any of it would add up numbers that do not belong together, or wait for each other without end.
public struct RankCard: Sendable, Equatable {
  /// Something that has to be the same on every rank.
  public struct Setting: Sendable, Equatable {
    /// What people call it: "configuration".
    public var name: String
    /// Its value as text; a digest of what is long.
    public var value: String

    /// A setting of these parts.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Why a rank cannot go on.
  public struct Fault: Sendable, Hashable {
    /// The exit code.
    public var code: Int32
    /// One line.
    public var text: String

    /// A fault of these parts.
    public init(code: Int32, text: String) {
      self.code = code
      self.text = text
    }
  }

  /// The program's version.
  public var version: String
  /// What went wrong; nil if nothing did.
  public var fault: Fault?
  /// What has to be the same on every rank.
  public var settings: [Setting]

  /// A card of this program.
  public init(version: String = Program.version, fault: Fault? = nil, settings: [Setting] = []) {
    self.version = version
    self.fault = fault
    self.settings = settings
  }

  /// The card as bytes: texts, each with the number of its bytes before it.
  public var bytes: [UInt8] {
    let fault = fault.map { ["\($0.code)", $0.text] } ?? ["0", ""]
    return ([version] + fault + settings.flatMap { [$0.name, $0.value] }).flatMap { text in
      let text = Array(text.utf8)
      return withUnsafeBytes(of: UInt32(clamping: text.count).littleEndian, Array.init) + text
    }
  }

  /// Reads a card; nil if it is none.
  public init?(bytes: [UInt8]) {
    var texts: [String] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard rest.count >= 4 else { return nil }
      let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      guard count <= rest.count, let text = String(validating: rest.prefix(count), as: UTF8.self) else { return nil }
      texts.append(text)
      rest = rest.dropFirst(count)
    }
    guard texts.count >= 3, texts.count % 2 == 1, let code = Int32(texts[1]) else { return nil }
    version = texts[0]
    fault = code == 0 ? nil : Fault(code: code, text: texts[2])
    settings = stride(from: 3, to: texts.count, by: 2).map { Setting(texts[$0], texts[$0 + 1]) }
  }
}

/// Why ranks cannot work together: lines for people, each said once, and the exit code.
public struct RankDisagreement: Sendable, Equatable {
  /// Exit code where ranks differ: bad configuration.
  static let difference: Int32 = 78

  /// The lines, without the program's name.
  public var lines: [String]
  /// What every rank leaves with.
  public var code: Int32

  /// Compares the cards of all ranks, by rank.
  ///
  /// - Returns: nil if they can work together.
  public init?(_ cards: [RankCard?]) {
    var lines: [String] = []
    var code = Self.difference
    let versions = cards.map { $0?.version ?? "that speaks differently" }
    if Set(versions).count > 1 {
      lines = Self.grouped(versions).map { "\(Self.named($1)): version \($0)" }
      lines.append("start the same program on every rank")
    } else if let first = cards.lazy.compactMap({ $0?.fault }).first {
      code = first.code
      lines = Self.grouped(cards.map { $0?.fault }).compactMap { fault, ranks in
        fault.map { "\(Self.named(ranks)): \($0.text)" }
      }
    } else {
      let names = cards.reduce(into: [String]()) { names, card in
        for setting in card?.settings ?? [] where !names.contains(setting.name) { names.append(setting.name) }
      }
      for name in names {
        let values = cards.map { card in card?.settings.first { $0.name == name }?.value ?? "none" }
        guard Set(values).count > 1 else { continue }
        lines += Self.grouped(values).map { "\(Self.named($1)): \(name) \($0)" }
        lines.append("the \(name) has to be the same on every rank")
      }
    }
    guard !lines.isEmpty else { return nil }
    self.lines = lines
    self.code = code
  }

  /// Equal values with the ranks that have them, in the order of the first rank.
  private static func grouped<Value: Hashable>(_ values: [Value]) -> [(value: Value, ranks: [Int])] {
    var order: [Value] = []
    var ranks: [Value: [Int]] = [:]
    for (rank, value) in values.enumerated() {
      if ranks[value] == nil { order.append(value) }
      ranks[value, default: []].append(rank)
    }
    return order.map { ($0, ranks[$0] ?? []) }
  }

  /// "rank 2", "ranks 0, 3", "ranks 0 to 5, 7".
  static func named(_ ranks: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for rank in ranks {
      if let last = runs.last, last.upperBound + 1 == rank {
        runs[runs.count - 1] = last.lowerBound...rank
      } else {
        runs.append(rank...rank)
      }
    }
    let texts = runs.map { run in
      switch run.count {
      case 1: "\(run.lowerBound)"
      case 2: "\(run.lowerBound), \(run.upperBound)"
      default: "\(run.lowerBound) to \(run.upperBound)"
      }
    }
    return (ranks.count == 1 ? "rank " : "ranks ") + texts.joined(separator: ", ")
  }
}
