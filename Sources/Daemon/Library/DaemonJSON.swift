internal import Foundation

/// How the daemon's values are written, by HTTP, on the disk and by `rlmusician library`: keys in `snake_case`, dates as
/// ISO 8601, what has no value left out, unless it is `Nullable`.
public enum DaemonJSON {
  static func bytes(_ value: some Encodable, isPretty: Bool = false) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    // A score of the first candidate may not be there yet; JSON has no infinity.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value))
  }

  /// On one line.
  public static func text(_ value: some Encodable) -> String {
    String(decoding: (try? bytes(value)) ?? [], as: UTF8.self)
  }
}

/// A value that may be missing, and whose key is written all the same: with `null`.
struct Nullable<Value: Encodable>: Encodable {
  var value: Value?

  init(_ value: Value?) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
