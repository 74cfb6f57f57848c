/// One object of a JSON file while it is being read: every answer is checked, every error names the key path.
struct JSONSection {
  let file: String
  let path: [String]
  let members: [OrderedJSON.Member]

  /// The root of a file.
  init(_ bytes: [UInt8], file: String) throws(DataError) {
    let value = try JSONParser.parse(bytes, file: file)
    guard case .object(let members) = value else { throw DataError(file: file, reason: "no JSON object") }
    (self.file, self.path, self.members) = (file, [], members)
  }

  private init(file: String, path: [String], members: [OrderedJSON.Member]) {
    (self.file, self.path, self.members) = (file, path, members)
  }

  /// The value of a key; nil if it is absent or null.
  subscript(_ key: String) -> OrderedJSON? {
    let value = members.first { $0.key == key }?.value
    return value == .null ? nil : value
  }

  func error(_ key: String, allowed: String) -> DataError {
    let found = TextQuoting.quote(Array((self[key]?.text ?? "nothing").utf8), limit: 40)
    let keyPath = TextQuoting.printable((path + [key]).joined(separator: "."))
    return DataError(file: file, reason: "\(keyPath): found \(found); allowed: \(allowed)")
  }

  func section(_ key: String) throws(DataError) -> JSONSection {
    guard case .object(let members) = self[key] else { throw error(key, allowed: "an object") }
    return JSONSection(file: file, path: path + [key], members: members)
  }

  func string(_ key: String) throws(DataError) -> String {
    guard case .string(let text) = self[key] else { throw error(key, allowed: "text") }
    return text
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(DataError) -> Int {
    guard case .integer(let value) = self[key], range.contains(value) else {
      throw error(key, allowed: "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// An integer without sign, as a number or as text.
  func unsigned(_ key: String) throws(DataError) -> UInt64 {
    switch self[key] {
    case .integer(let value) where value >= 0: return UInt64(value)
    case .unsigned(let value): return value
    case .string(let text) where text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains):
      if let value = UInt64(text) { return value }
    default: break
    }
    throw error(key, allowed: "an integer from 0 to \(UInt64.max)")
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(DataError) -> Double {
    guard let value = self[key].flatMap(Self.double), range.contains(value) else {
      throw error(key, allowed: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A number as it is written: an integer stays one.
  func writtenNumber(_ key: String, in range: ClosedRange<Double>) throws(DataError) -> ConfigurationNumber {
    let value = try number(key, in: range)
    if case .integer(let integer) = self[key] { return ConfigurationNumber(integer: integer) }
    return ConfigurationNumber(value)
  }

  func numbers(_ key: String, in range: ClosedRange<Double>) throws(DataError) -> [Double] {
    guard case .array(let values) = self[key] else { throw error(key, allowed: "a list of numbers") }
    let numbers = values.compactMap(Self.double).filter(range.contains)
    guard numbers.count == values.count else {
      throw error(key, allowed: "numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return numbers
  }

  func integers(_ key: String, in range: ClosedRange<Int>) throws(DataError) -> [Int] {
    let allowed = "a list of integers from \(range.lowerBound) to \(range.upperBound)"
    guard case .array(let values) = self[key] else { throw error(key, allowed: allowed) }
    let integers = values.compactMap { value -> Int? in
      guard case .integer(let integer) = value, range.contains(integer) else { return nil }
      return integer
    }
    guard integers.count == values.count else { throw error(key, allowed: allowed) }
    return integers
  }

  func boolean(_ key: String) throws(DataError) -> Bool {
    guard case .boolean(let value) = self[key] else { throw error(key, allowed: "true or false") }
    return value
  }

  /// A list of objects, each a section of its own: `key[0]`, `key[1]`, ...
  func sections(_ key: String, atMost limit: Int) throws(DataError) -> [JSONSection] {
    var sections: [JSONSection] = []
    for (index, value) in try list(key, atMost: limit).enumerated() {
      guard case .object(let members) = value else { throw error(key, allowed: "a list of objects") }
      sections.append(JSONSection(file: file, path: path + ["\(key)[\(index)]"], members: members))
    }
    return sections
  }

  /// A list of anything.
  func list(_ key: String, atMost limit: Int) throws(DataError) -> [OrderedJSON] {
    guard case .array(let values) = self[key], values.count <= limit else {
      throw error(key, allowed: "a list of at most \(limit)")
    }
    return values
  }

  /// A list of lists.
  func lists(_ key: String, atMost limit: Int) throws(DataError) -> [[OrderedJSON]] {
    var lists: [[OrderedJSON]] = []
    for value in try list(key, atMost: limit) {
      guard case .array(let values) = value else { throw error(key, allowed: "a list of lists") }
      lists.append(values)
    }
    return lists
  }

  /// A list of lists of so many numbers.
  func rows(
    _ key: String, of count: Int, in range: ClosedRange<Double>, atMost limit: Int
  ) throws(DataError) -> [[Double]] {
    try rows(key, list(key, atMost: limit), of: count, in: range, atMost: limit)
  }

  /// The same of values that lie somewhere in `key`.
  func rows(
    _ key: String, _ values: [OrderedJSON], of count: Int, in range: ClosedRange<Double>, atMost limit: Int
  ) throws(DataError) -> [[Double]] {
    var rows: [[Double]] = []
    for value in values.prefix(limit) {
      guard case .array(let numbers) = value, case let row = numbers.compactMap(Self.double), numbers.count == count,
        row.count == count, row.allSatisfy(range.contains)
      else {
        throw error(key, allowed: "lists of \(count) numbers from \(range.lowerBound) to \(range.upperBound)")
      }
      rows.append(row)
    }
    return rows
  }

  private static func double(_ value: OrderedJSON) -> Double? {
    switch value {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
