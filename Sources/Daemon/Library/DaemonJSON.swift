internal import Foundation

/// How the daemon's values are written, by HTTP, on the disk and by `rlmusician library`: keys in `snake_case`, dates as
/// ISO 8601, what has no value left out.
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
