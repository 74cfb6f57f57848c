/// A number of 64 bits, or nil, that JSON has as text: most readers of JSON round beyond 2^53. Read as text or as a number.
@propertyWrapper
public struct TextInJSON<Value: TextInJSONValue>: Sendable, Hashable, Codable {
  /// The number.
  public var wrappedValue: Value

  /// A number.
  public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  /// Reads text of digits, or a number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let number = try (try? container.decode(String.self)).map({ UInt64($0) }) ?? container.decode(UInt64.self)
    else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "no integer of 64 bits") }
    wrappedValue = Value(number)
  }

  /// Writes text of digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let number = wrappedValue.number { try container.encode("\(number)") } else { try container.encodeNil() }
  }
}

/// `UInt64` and `UInt64?`.
public protocol TextInJSONValue: Sendable, Hashable {
  /// The number; nil for none.
  var number: UInt64? { get }
  /// The number as this type.
  init(_ number: UInt64)
}

extension UInt64: TextInJSONValue {
  /// The number.
  public var number: UInt64? { self }
}

extension UInt64?: TextInJSONValue {
  /// The number; nil for none.
  public var number: UInt64? { self }
}

// None is no key at all, as with every other optional value.
extension KeyedEncodingContainer {
  mutating func encode(_ value: TextInJSON<UInt64?>, forKey key: Key) throws {
    try encodeIfPresent(value.wrappedValue.map { TextInJSON<UInt64>(wrappedValue: $0) }, forKey: key)
  }
}

extension KeyedDecodingContainer {
  func decode(_ type: TextInJSON<UInt64?>.Type, forKey key: Key) throws -> TextInJSON<UInt64?> {
    TextInJSON(wrappedValue: try decodeIfPresent(TextInJSON<UInt64>.self, forKey: key)?.wrappedValue)
  }
}

extension Double {
  /// nil for what JSON has no number for.
  var finite: Double? { isFinite ? self : nil }
}
