/// Lists and tables.
extension ConfigurationSection {
  /// A list of integers in a range; nil if the key is absent or holds anything but a list.
  public func integers(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> [Int]? {
    guard let values = value(key)?.list else { return nil }
    var integers: [Int] = []
    for value in values {
      guard let found = value.scalar?.integer, range.contains(found) else {
        throw error(
          key, found: value.description + " in the list",
          allowed: "integers from \(range.lowerBound) to \(range.upperBound)")
      }
      integers.append(found)
    }
    record(key, .list(integers.map(EffectiveValue.integer)))
    return integers
  }

  /// A list of finite numbers in a range, of so many at most; nil if the key is absent or null.
  public func numbers(
    _ key: String, in range: ClosedRange<Double>, countLimit: Int
  ) throws(ConfigurationError) -> [Double]? {
    guard let there = value(key) else { return nil }
    guard let values = there.list, values.count <= countLimit else {
      let found = there.list.map { "a list of \($0.count) values" }
      throw error(key, found: found, allowed: "a list of at most \(countLimit) numbers")
    }
    var numbers: [Double] = []
    for value in values {
      guard let found = value.scalar?.number, range.contains(found) else {
        throw error(key, found: value.description + " in the list", allowed: "each " + Self.allowed(range))
      }
      numbers.append(found)
    }
    record(key, .list(numbers.map(EffectiveValue.number)))
    return numbers
  }

  /// A list of scalars as they are written; nil if the key is absent.
  public func scalars(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let there = value(key) else { return nil }
    guard let values = there.list else { throw error(key, allowed: "a list") }
    var texts: [String] = []
    for value in values {
      guard let scalar = value.scalar, !value.isNull else {
        throw error(key, found: value.description + " in the list", allowed: "a list of plain values")
      }
      texts.append(scalar.text)
    }
    record(key, .list(texts.map(EffectiveValue.text)))
    return texts
  }

  /// This section read as a table: every key an integer of a range, every value a number of a range. Ascending keys.
  public func numbersByInteger(
    keys keyRange: ClosedRange<Int>, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> [(key: Int, value: Double)] {
    var numbers: [Int: Double] = [:]
    for text in keys {
      guard let key = Int(text), keyRange.contains(key) else {
        throw error(
          text, found: "the key \(TextQuoting.quote(Array(text.utf8), limit: 60))",
          allowed: "integers from \(keyRange.lowerBound) to \(keyRange.upperBound) as keys")
      }
      let number = try number(text, default: 0, in: range)
      guard numbers.updateValue(number, forKey: key) == nil else {
        throw error(text, found: "the key \(key) twice", allowed: "every key once")
      }
    }
    return numbers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
