/// Typed answers: every one has its default and what is allowed beside it.
extension ConfigurationSection {
  /// An integer in a range.
  public func integer(
    _ key: String, default fallback: Int, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    let found = try read(key, Self.allowed(range)) { value in
      value.scalar?.integer.flatMap { range.contains($0) ? $0 : nil }
    }
    record(key, .integer(found ?? fallback))
    return found ?? fallback
  }

  /// An integer in a range; nil if the key is absent or null.
  public func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    guard has(key) else { return nil }
    return try integer(key, default: range.lowerBound, in: range)
  }

  /// A finite number in a range.
  public func number(
    _ key: String, default fallback: Double, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> Double {
    let found = try read(key, Self.allowed(range)) { value in
      value.scalar?.number.flatMap { range.contains($0) ? $0 : nil }
    }
    record(key, .number(found ?? fallback))
    return found ?? fallback
  }

  /// A finite number in a range; nil if the key is absent or null.
  public func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws(ConfigurationError) -> Double? {
    guard has(key) else {
      leaveOut(key)
      return nil
    }
    return try number(key, default: range.lowerBound, in: range)
  }

  /// A finite number in a range that keeps how it was written: 1 and 1.0 are printed as they are.
  public func numberAsWritten(
    _ key: String, default fallback: ConfigurationNumber, in range: ClosedRange<Double>
  ) throws(ConfigurationError) -> ConfigurationNumber {
    let found: ConfigurationNumber? = try read(key, Self.allowed(range)) { value in
      guard let scalar = value.scalar, let number = scalar.number, range.contains(number) else { return nil }
      return scalar.integer.map(ConfigurationNumber.init(integer:)) ?? ConfigurationNumber(number)
    }
    record(key, .scalar((found ?? fallback).description))
    return found ?? fallback
  }

  /// Text. A number or a truth value without quotes is its text too; nothing is not.
  public func string(_ key: String, default fallback: String) throws(ConfigurationError) -> String {
    let found = try read(key, "text") { value in value.isNull ? nil : value.scalar?.text }
    record(key, .text(found ?? fallback))
    return found ?? fallback
  }

  /// One of a few words.
  public func choice(
    _ key: String, default fallback: String, of words: [String]
  ) throws(ConfigurationError) -> String {
    let found = try read(key, words.joined(separator: ", ")) { value in value.scalar?.text }
    if let found, !words.contains(found) {
      let hint = Spelling.nearest(to: found, among: words).map { " (did you mean '\($0)'?)" } ?? ""
      throw error(
        key, found: (entry(key)?.description ?? "nothing") + hint, allowed: words.joined(separator: ", "))
    }
    record(key, .text(found ?? fallback))
    return found ?? fallback
  }

  /// True or false.
  public func boolean(_ key: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
    let found = try read(key, "true or false") { value in value.scalar?.boolean }
    record(key, .boolean(found ?? fallback))
    return found ?? fallback
  }

  /// Text where a mapping or a list may stand instead; nil if the key is absent, null or one of these.
  public func scalar(_ key: String) throws(ConfigurationError) -> String? {
    guard let text = value(key)?.scalar?.text else { return nil }
    record(key, .text(text))
    return text
  }

  /// The path of a file: a relative one is relative to the configuration's file. The effective configuration, which may
  /// be read from anywhere, has the absolute path.
  public func filePath(_ key: String) throws(ConfigurationError) -> String {
    var path = try string(key, default: "")
    guard !path.isEmpty, !path.utf8.contains(0) else { throw error(key, allowed: "the path of a file") }
    // What comes through a pipe is nowhere: then the working folder counts.
    if !path.hasPrefix("/"), !file.hasPrefix("/dev/"), let slash = file.lastIndex(of: "/") {
      path = file[...slash] + path
    }
    let absolute = path.hasPrefix("/") ? path : Program.workingFolder + "/" + path
    record(key, .text(absolute))
    return path
  }

  /// What is there by way of `convert`, which gives nil for what is not allowed; nil if the key is absent.
  private func read<Value>(
    _ key: String, _ allowed: String, _ convert: (YAMLValue) -> Value?
  ) throws(ConfigurationError) -> Value? {
    guard let there = entry(key) else { return nil }
    guard let value = convert(there) else { throw error(key, allowed: allowed) }
    return value
  }

  static func allowed(_ range: ClosedRange<Int>) -> String {
    "an integer from \(range.lowerBound) to \(range.upperBound)"
  }

  static func allowed(_ range: ClosedRange<Double>) -> String {
    "a number from \(EffectiveValue.number(range.lowerBound).flow) to \(EffectiveValue.number(range.upperBound).flow)"
  }
}
