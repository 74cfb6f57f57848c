/// A YAML document as a plain tree: every value knows its line, aliases and merge keys are resolved.
struct YAMLValue: Sendable {
  /// What a value is.
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case list([YAMLValue])
    case mapping([Entry])
  }

  /// A key with its value.
  struct Entry: Sendable {
    var key: String
    /// Line of the key, from 1. For a merged key the line of the `<<`; 0 for what a style says.
    var line: Int
    var value: YAMLValue
  }

  var content: Content
  /// Line, from 1. For an alias the line of what it stands for.
  var line: Int

  var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
  var list: [YAMLValue]? { if case .list(let values) = content { values } else { nil } }
  var mapping: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
  var isNull: Bool { scalar?.isNull ?? false }

  /// What an error says was found.
  var description: String {
    switch content {
    case .scalar(let scalar): scalar.description
    case .list(let values): values.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    }
  }

  /// The same as JSON; a plain scalar that is no number, no truth value and not null is text.
  var json: OrderedJSON {
    switch content {
    case .list(let values): .array(values.map(\.json))
    case .mapping(let entries): .object(entries.map { .init($0.key, $0.value.json) })
    case .scalar(let scalar):
      if scalar.isNull {
        .null
      } else if let integer = scalar.integer {
        .integer(integer)
      } else if let number = scalar.number {
        .number(number)
      } else if let boolean = scalar.boolean {
        .boolean(boolean)
      } else {
        .string(scalar.text)
      }
    }
  }
}
