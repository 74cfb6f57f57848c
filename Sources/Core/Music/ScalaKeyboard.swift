import Foundation

/// A keyboard mapping as a Scala `.kbm` file gives it: which key plays which degree, and at what pitch.
///
/// The format, https://www.huygens-fokker.org/scala/help.htm#mappings: comments begin with `!`; then, a line each, the
/// size of the map (0: linear, every key the next degree), the first and the last key, the middle key (where the map's
/// first entry lies), the reference key and its frequency in Hz, the degree that is the formal octave (0: the scale's
/// last, its period), and the map:
/// degrees of any size and sign, or `x` for a key that is not mapped; unmapped keys at its end may be left out.
///
/// Rows of a roll are the *mapped* keys from `lowest_note` upwards: an unmapped key has no row.
public struct ScalaKeyboard: Sendable, Hashable {
  /// Degrees by key from the middle key upwards, nil where unmapped; empty for a linear map.
  public let map: [Int?]
  /// The keys that are tuned; the others have no row.
  public let keys: ClosedRange<Int>
  /// The key of the map's first entry.
  public let middleKey: Int
  /// The key whose frequency is given. It is mapped.
  public let referenceKey: Int
  /// Hz.
  public let referenceFrequency: Double
  /// How many degrees lie between one repetition of the map and the next; may be negative. 0 stands for all of a scale.
  public let octaveDegree: Int

  /// Reads a file's bytes; `file` is its name in errors.
  public init(bytes: some Collection<UInt8>, file: String) throws(DataError) {
    var lines = try ScalaLines(bytes: bytes, file: file)
    func integer(_ what: String, _ range: ClosedRange<Int>) throws(DataError) -> (value: Int, line: ScalaLines.Line) {
      let line = try lines.next("the \(what)")
      guard let value = line.firstWord.flatMap({ Int($0) }), range.contains(value) else {
        throw lines.error(line, "the \(what) must be an integer from \(range.lowerBound) to \(range.upperBound)")
      }
      return (value, line)
    }
    let size = try integer("size of the map", 0...ScalaScale.noteLimit).value
    let first = try integer("first key", 0...127).value
    let last = try integer("last key", 0...127)
    guard first <= last.value else { throw lines.error(last.line, "the last key lies below the first, \(first)") }
    keys = first...last.value
    middleKey = try integer("middle key", 0...127).value
    let reference = try integer("reference key", 0...127)
    referenceKey = reference.value
    let frequencyLine = try lines.next("the reference frequency")
    guard let frequency = frequencyLine.firstWord.flatMap({ Double($0) }), frequency.isFinite,
      (1e-3...1e6).contains(frequency)
    else { throw lines.error(frequencyLine, "the reference frequency must be a number from 0.001 to 1000000 Hz") }
    referenceFrequency = frequency
    octaveDegree = try integer("degree of the formal octave", -Self.degreeLimit...Self.degreeLimit).value

    var map: [Int?] = []
    while let line = lines.nextIfAny() {
      guard map.count < size else { throw lines.error(line, "more than the \(size) entries of the map") }
      let word = line.firstWord
      let degree = word.flatMap { Int($0) }
      guard word == "x" || word == "X" || degree.map({ abs($0) <= Self.degreeLimit }) ?? false else {
        throw lines.error(line, "an entry of the map must be a degree or x")
      }
      map.append(degree)
    }
    map += Array(repeating: nil, count: size - map.count)
    self.map = map
    guard size == 0 || map.contains(where: { $0 != nil }) else {
      throw DataError(file: file, reason: "the map has no mapped key")
    }
    guard size == 0 || map[Tuning.divide(referenceKey - middleKey, by: size).index] != nil else {
      throw lines.error(reference.line, "the reference key is not mapped")
    }
  }

  private static let degreeLimit = 100_000

  /// The keys of `keys` from `lowest` upwards that are mapped: one for each row, the lowest row first.
  public func mappedKeys(from lowest: MIDIKey) -> [MIDIKey] {
    keys.filter { $0 >= lowest.number && isMapped($0) }.compactMap { MIDIKey($0) }
  }

  private func isMapped(_ key: Int) -> Bool {
    map.isEmpty || map[Tuning.divide(key - middleKey, by: map.count).index] != nil
  }

  /// The degrees by which a repetition of the map lies above the one before it, in a scale: its own number if the file
  /// says 0.
  private func degreesARepetition(in scale: Tuning) -> Int {
    octaveDegree == 0 ? scale.degreeCount : octaveDegree
  }

  /// Cents of a key above the scale's degree 0, nil for an unmapped one.
  ///
  /// A repetition of the map counts degrees on: the pitch is that of degree `map[i] + repetition * formal octave`. The
  /// format speaks of a "difference in pitch between adjacent mapping patterns", which can also be read as cents that are
  /// added to the map's pitches. The two differ where the formal octave is no multiple of the scale's size and the scale
  /// is unequal; Scala's own tables of such mappings count degrees, and so do the programs that play them.
  func cents(ofKey key: Int, in scale: Tuning) -> Double? {
    guard !map.isEmpty else { return scale.cents(ofDegree: key - middleKey) }
    let (repetition, index) = Tuning.divide(key - middleKey, by: map.count)
    return map[index].map { scale.cents(ofDegree: $0 + repetition * degreesARepetition(in: scale)) }
  }

  /// The frequency of a key in Hz, nil for one that is unmapped or outside `keys`.
  public func frequency(ofKey key: MIDIKey, in scale: Tuning) -> Double? {
    guard keys.contains(key.number), let cents = cents(ofKey: key.number, in: scale),
      let reference = self.cents(ofKey: referenceKey, in: scale)
    else { return nil }
    return referenceFrequency * exp2((cents - reference) / 1200)
  }

  /// The tuning whose degrees are the mapped keys, degree 0 being the first of them at or above `lowest`.
  ///
  /// Its period is as many repetitions of the map as make whole periods of the scale: one, if the formal octave is a
  /// multiple of the scale's size. Where that is more degrees than a scale may have, the degrees are those that have a
  /// key. Nil if no mapped key lies at or above `lowest`, or the first of them is so far
  /// from what sounds that its ratio to that is no number.
  public func tuning(of scale: Tuning, from lowest: MIDIKey) -> Tuning? {
    guard let root = mappedKeys(from: lowest).first, let rootFrequency = frequency(ofKey: root, in: scale),
      let rootCents = cents(ofKey: root.number, in: scale), (1e-150...1e150).contains(rootFrequency)
    else { return nil }
    var patternLength = scale.degreeCount
    var periodInCents = scale.periodInCents
    if !map.isEmpty {
      let degrees = degreesARepetition(in: scale)
      let repetitions = scale.degreeCount / Self.greatestCommonDivisor(degrees, scale.degreeCount)
      patternLength = repetitions * map.count
      periodInCents = Double(degrees * repetitions / scale.degreeCount) * scale.periodInCents
      if patternLength > ScalaScale.noteLimit { patternLength = max(map.count, 128 - root.number) }
    }
    let pattern = (root.number..<root.number + patternLength).compactMap { cents(ofKey: $0, in: scale) }
    return Tuning(
      name: scale.name, degreesInCents: pattern.map { $0 - rootCents }, periodInCents: periodInCents,
      rootFrequency: rootFrequency)
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (larger, smaller) = (abs(first), abs(second))
    while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
    return larger
  }
}
