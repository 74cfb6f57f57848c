import Foundation

/// The measured facts in Tests/Fixtures.
enum Fixture {
  /// `Tests/Fixtures`.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures")

  /// One JSON object a line; `.gz` is decompressed by gunzip.
  static func jsonLines<Line: Decodable>(_ name: String, as: Line.Type) throws -> [Line] {
    let url = folder.appending(path: name)
    let data = try name.hasSuffix(".gz") ? gunzip(url) : Data(contentsOf: url)
    return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Line.self, from: $0) }
  }

  private static func gunzip(_ url: URL) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/gunzip")
    process.arguments = ["-c", url.path()]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
    return data
  }
}

/// Any JSON value, to hand parameters on as they are.
enum AnyJSON: Codable {
  case number(Double), text(String), flag(Bool), list([AnyJSON]), object([String: AnyJSON]), null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([AnyJSON].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: AnyJSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number):
      // Integers stay integers: 3.0 is no integer to the configuration.
      if let integer = Int(exactly: number) { try container.encode(integer) } else { try container.encode(number) }
    case .text(let text): try container.encode(text)
    case .flag(let flag): try container.encode(flag)
    case .list(let list): try container.encode(list)
    case .object(let object): try container.encode(object)
    case .null: try container.encodeNil()
    }
  }

  /// As text, which is YAML too.
  var text: String {
    get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
  }
}
