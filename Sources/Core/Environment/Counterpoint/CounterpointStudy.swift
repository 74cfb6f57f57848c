/// A counterpoint that exists, as a configuration's rules and measures see it: whoever composed it.
public struct CounterpointStudy: Sendable {
  /// A rule that a note breaks.
  public struct Fault: Sendable, Hashable {
    /// The composed part, from 0.
    public var part: Int
    /// The step that the note begins at.
    public var step: Int
    /// The rule's name; `range`, `movement` and `length` for what no line may do, `composed_parts` for what composed parts
    /// may not do to each other.
    public var rule: String
  }

  /// What is given.
  public let melody: GivenLine
  /// The composed parts.
  public let lines: [CounterpointLine]
  /// What the measures say of all of them.
  public let score: ScoreBreakdown
  /// The rules that are broken, part by part, note by note.
  public let faults: [Fault]

  /// Reads the parts of a piece.
  ///
  /// - Parameters:
  ///   - configuration: the configuration for a melody; asked with that of the piece.
  ///   - file: the piece's name for errors.
  /// - Throws: `DataError` if the parts are no counterpoint, and whatever `configuration` throws.
  public init(
    _ piece: Piece, file: String, configuration: (GivenLine) throws -> CounterpointConfiguration
  ) throws {
    let given = piece.parts.filter(\.isGiven)
    guard piece.tuning.isTwelveToneEqual, given.count == 1, (2...4).contains(piece.parts.count),
      let melody = try Self.line(given[0], of: piece, file: file), melody.end > CounterpointTask.stepsPerBar
    else {
      throw DataError(
        file: file, reason: "is no counterpoint; allowed: a given part of two bars and more, and one to three composed")
    }
    let configuration = try configuration(melody)
    var lines: [CounterpointLine] = []
    var faults: [Fault] = []
    for part in piece.parts where !part.isGiven {
      guard let notes = try Self.line(part, of: piece, file: file)?.notes else {
        throw DataError(file: file, reason: "\(part.name): found no note")
      }
      let line = try Self.line(notes, name: part.name, file: file, after: lines, configuration)
      faults += configuration.faults(in: line, part: lines.count)
      lines.append(line)
    }
    self.melody = melody
    self.lines = lines
    self.faults = faults
    score = configuration.score(lines)
  }

  /// A part's notes on eighths; nil if there are none.
  private static func line(_ part: Part, of piece: Piece, file: String) throws(DataError) -> GivenLine? {
    let perStep = max(1, piece.stepsPerQuarter)
    var notes: [GivenLine.Note] = []
    for note in part.notes {
      guard note.onset * 2 % perStep == 0, note.end * 2 % perStep == 0 else {
        throw DataError(file: file, reason: "\(part.name): found a note between eighths")
      }
      notes.append(
        .init(
          key: piece.pitch(ofDegree: note.degree).key, onset: note.onset * 2 / perStep, end: note.end * 2 / perStep))
    }
    guard !notes.isEmpty else { return nil }
    guard let line = GivenLine(notes: notes) else {
      throw DataError(file: file, reason: "\(part.name): found two notes at once")
    }
    return line
  }

  private static func line(
    _ notes: [GivenLine.Note], name: String, file: String, after lines: [CounterpointLine],
    _ configuration: CounterpointConfiguration
  ) throws(DataError) -> CounterpointLine {
    let frame = configuration.task
    let bar = CounterpointTask.stepsPerBar
    var positions: [Int] = []
    for note in notes {
      guard let position = frame.scale.position(of: note.key) else {
        throw DataError(
          file: file,
          reason: "\(name), bar \(note.onset / bar + 1): found \(MIDIKey(note.key)?.name ?? "a key beyond MIDI's");"
            + " allowed: notes of \(frame.scale.name)")
      }
      positions.append(position)
    }
    let shape = DataError(
      file: file,
      reason: "\(name): allowed: notes without rests, the first one up to the first bar line, the last one a bar")
    guard notes.count > 1, notes[0].end == bar, let last = notes.last, last.end - last.onset == bar,
      last.end == frame.stepCount, zip(notes, notes.dropFirst()).allSatisfy({ $0.end == $1.onset })
    else { throw shape }
    var range = frame.range
    if !lines.isEmpty {
      let side = configuration.side(ofPart: lines.count, startingAt: notes[0].key)
      let fit = MelodyFit(melody: frame.melody, scale: frame.scale, side: side, startPause: frame.startPause)
      let neighbour = lines.last { ($0.task.isAbove ? CounterpointSide.above : .below) == side }
      range = fit.range(beyond: neighbour)
    }
    let task = CounterpointTask(
      scale: frame.scale, melody: frame.melody, companions: lines.map(\.asGivenLine), start: positions[0],
      end: positions[positions.count - 1], range: range, startPause: notes[0].onset, maximumSkip: frame.maximumSkip,
      isAbove: configuration.side(ofPart: lines.count, startingAt: notes[0].key) == .above)
    var line = CounterpointLine(task)
    for (index, note) in notes.enumerated().dropFirst().dropLast() {
      guard
        let next = line.continuation(
          movement: positions[index] - positions[index - 1], duration: note.end - note.onset)
      else { throw shape }
      line.append(next)
    }
    guard line.isFinished else { throw shape }
    return line
  }
}

extension CounterpointConfiguration {
  /// On which side a part lies: as the configuration has it, or as its first note tells.
  fileprivate func side(ofPart index: Int, startingAt key: Int) -> CounterpointSide {
    sides.indices.contains(index) ? sides[index] : key > (task.melody.notes.first?.key ?? 0) ? .above : .below
  }

  /// What a composed part breaks, note by note; its number counts from 0.
  ///
  /// A part beyond another is not asked how far it is from the melody (`PartRules`).
  func faults(in line: CounterpointLine, part: Int) -> [CounterpointStudy.Fault] {
    let isOuter = sides.prefix(part).contains(sides.indices.contains(part) ? sides[part] : .above)
    let parts = PartRules(line.task)
    var again = CounterpointLine(line.task)
    var faults: [CounterpointStudy.Fault] = []
    for (note, movement) in zip(line.notes.dropFirst().dropLast(), line.pastMovements) {
      func add(_ rule: String) { faults.append(.init(part: part, step: note.onset, rule: rule)) }
      guard let next = again.continuation(movement: movement, duration: note.end - note.onset) else {
        add("length")
        return faults
      }
      if !again.isMovementAllowed(movement) { add("movement") }
      if !again.isInRange(movement) { add("range") }
      for rule in rules where !rule.holds(next, after: again) {
        if !isOuter || type(of: rule) != AbsenceOfLargeIntervals.self { add(type(of: rule).name) }
      }
      if let parts, let before = again.notes.last, !parts.holds(next, after: before.position) { add("composed_parts") }
      again.append(next)
    }
    return faults
  }
}
