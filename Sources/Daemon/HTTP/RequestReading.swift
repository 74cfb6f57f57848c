internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1

/// A request's JSON object: every key is asked for by its type, what is left over is refused.
struct RequestObject {
  static let byteLimit = 1 << 16

  /// As flat as the requests are: deeper things are refused without being looked at.
  private enum Value: Decodable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case numbers([String: Double])
    case strings([String])
    case numberList([Double])
    case rows([[Double]])
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .boolean(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .string(value)
      } else if let value = try? container.decode([String: Double].self) {
        self = .numbers(value)
      } else if let value = try? container.decode([String].self) {
        self = .strings(value)
      } else if let value = try? container.decode([Double].self) {
        self = .numberList(value)
      } else if let value = try? container.decode([[Double]].self) {
        self = .rows(value)
      } else {
        self = .other
      }
    }

    var description: String {
      switch self {
      case .null: "null"
      case .boolean(let value): "\(value)"
      case .number(let value): Int64(exactly: value).map { "\($0)" } ?? "\(value)"
      case .string(let text): ControlError.found(text: text)
      case .numbers: "an object"
      case .strings(let texts): texts.isEmpty ? "an empty list" : "a list"
      case .numberList, .rows: "a list"
      case .other: "something else"
      }
    }
  }

  private var members: [String: Value]
  private let names: Set<String>

  /// Reads a body; `ConnectionGuard` gives the client twenty seconds for it.
  ///
  /// - Parameter byteLimit: Bytes it may have.
  init(_ request: Request, keys: Set<String>, byteLimit: Int = Self.byteLimit) async throws {
    var buffer = ByteBuffer()
    var byteCount = 0
    do {
      // Read to its end, however long it is: who is still sending does not hear an answer. ConnectionGuard knows the end.
      for try await part in request.body {
        byteCount += part.readableBytes
        if byteCount <= byteLimit { buffer.writeImmutableBuffer(part) }
      }
    } catch is HTTPParserError {
      throw ControlError(.badRequest, "the body is cut off, or its chunks are none")
    }
    guard byteCount <= byteLimit else {
      throw ControlError(.contentTooLarge, "a body of more than \(byteLimit) bytes")
    }
    try self.init(bytes: buffer.readableBytesView, keys: keys)
  }

  /// Reads a body's bytes.
  init(bytes: some Sequence<UInt8>, keys: Set<String>) throws {
    do {
      members = try JSONDecoder().decode([String: Value].self, from: Data(bytes))
    } catch {
      throw ControlError(.badRequest, "the body has to be a JSON object")
    }
    names = keys
    if let unknown = members.keys.filter({ !keys.contains($0) }).min() {
      throw ControlError(
        .badRequest, "found the unknown key '\(unknown.prefix(60))'; allowed: \(keys.sorted().joined(separator: ", "))")
    }
    guard !members.isEmpty else {
      throw ControlError(.badRequest, "one of these is needed: \(keys.sorted().joined(separator: ", "))")
    }
  }

  /// What is wrong with a member: what was found, and what is allowed.
  ///
  /// - Parameter found: nil for what is there.
  func bad(_ key: String, found: String? = nil, allowed: String) -> ControlError {
    ControlError.bad(key, found: found ?? members[key]?.description ?? "nothing", allowed: allowed)
  }

  func has(_ key: String) -> Bool { members[key] != nil }

  func isNull(_ key: String) -> Bool { if case .null = members[key] { true } else { false } }

  func boolean(_ key: String) throws -> Bool? {
    guard let value = members[key] else { return nil }
    guard case .boolean(let boolean) = value else { throw bad(key, allowed: "true or false") }
    return boolean
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let value = members[key] else { return nil }
    guard case .number(let number) = value, range.contains(number) else {
      throw bad(key, allowed: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func integer(_ key: String, in range: ClosedRange<Int64>) throws -> Int64? {
    guard let value = members[key] else { return nil }
    guard case .number(let number) = value, let integer = Int64(exactly: number), range.contains(integer) else {
      throw bad(key, allowed: "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func string(_ key: String) throws -> String? {
    guard let value = members[key] else { return nil }
    guard case .string(let string) = value else { throw bad(key, allowed: "text") }
    return string
  }

  /// One of some words.
  func choice<Word: RawRepresentable & CaseIterable>(_ key: String, of type: Word.Type) throws -> Word?
  where Word.RawValue == String {
    guard let text = try string(key) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw bad(key, allowed: Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// Numbers of parts.
  func parts(_ key: String) throws -> Set<Int>? {
    let allowed = "a list of numbers of parts, 0 to 63"
    guard let values = members[key] else { return nil }
    // An empty list is a list of anything.
    if case .strings(let none) = values, none.isEmpty { return [] }
    guard case .numberList(let numbers) = values else { throw bad(key, allowed: allowed) }
    let parts = numbers.compactMap { Int(exactly: $0) }.filter { (0...63).contains($0) }
    guard parts.count == numbers.count else { throw bad(key, allowed: allowed) }
    return Set(parts)
  }

  func strings(_ key: String, allowed: String) throws -> [String]? {
    guard let value = members[key] else { return nil }
    guard case .strings(let strings) = value else { throw bad(key, allowed: allowed) }
    return strings
  }

  func rows(_ key: String, allowed: String) throws -> [[Double]]? {
    guard let value = members[key] else { return nil }
    // An empty list is one of anything.
    if case .strings(let strings) = value, strings.isEmpty { return [] }
    guard case .rows(let rows) = value else { throw bad(key, allowed: allowed) }
    return rows
  }

  func numbers(_ key: String) throws -> [String: Double]? {
    guard let value = members[key] else { return nil }
    guard case .numbers(let numbers) = value, !numbers.isEmpty else {
      throw bad(key, allowed: "an object of numbers")
    }
    return numbers
  }
}

/// A request's query: known names only, each at most once.
struct RequestQuery {
  private var values: [String: String] = [:]

  init(_ request: Request, names: Set<String>) throws {
    for (name, value) in request.uri.queryParameters {
      // The token was looked at before.
      if name == "token" { continue }
      guard names.contains(String(name)) else {
        throw ControlError(
          .badRequest,
          "found the unknown parameter '\(name.prefix(60))'; allowed: \(names.sorted().joined(separator: ", "))")
      }
      guard values.updateValue(String(value), forKey: String(name)) == nil else {
        throw ControlError(.badRequest, "\(name) is there twice")
      }
    }
  }

  /// What is wrong with a value: what was found, and what is allowed.
  func bad(_ name: String, allowed: String) -> ControlError {
    ControlError.bad(name, found: ControlError.found(text: values[name] ?? ""), allowed: allowed)
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw bad(name, allowed: "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number(_ name: String) throws -> Double? {
    guard let text = values[name] else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw bad(name, allowed: "a number")
    }
    return number
  }

  func boolean(_ name: String) throws -> Bool? {
    guard let text = values[name] else { return nil }
    guard text == "true" || text == "false" else {
      throw bad(name, allowed: "true, false")
    }
    return text == "true"
  }

  func string(_ name: String, longest: Int) throws -> String? {
    guard let text = values[name] else { return nil }
    guard text.utf8.count <= longest, !text.utf8.contains(0) else {
      throw bad(name, allowed: "text of at most \(longest) bytes")
    }
    return text
  }

  func date(_ name: String) throws -> Date? {
    guard let text = values[name] else { return nil }
    guard let date = try? Date(text, strategy: .iso8601) else {
      throw bad(name, allowed: "a time like 2026-01-31T18:00:00Z")
    }
    return date
  }

  func choice<Word: RawRepresentable & CaseIterable>(_ name: String, of type: Word.Type) throws -> Word?
  where Word.RawValue == String {
    guard let text = values[name] else { return nil }
    guard let word = Word(rawValue: text) else {
      throw bad(name, allowed: Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }
}
