internal import CSong

extension PieceJSON {
  /// Reads `song`; nil if there is none, or one of a form that only said what people want to know.
  ///
  /// - Throws: `DataError` for anything that the composer could not go on with.
  static func song(_ root: JSONSection, of piece: Piece) throws(DataError) -> SongRecord? {
    guard root["song"] != nil else { return nil }
    let section = try root.section("song")
    guard section["lanes"] != nil else { return nil }
    let starts = try section.integers("span_starts", in: 0...7)
    let bars = try section.list("bars", atMost: Int(SONG_BARS)).count
    let (steps, spans) = (bars * piece.stepsPerBar, bars * starts.count)
    guard bars >= 1, (1...2).contains(starts.count), starts.first == 0, starts == Array(Set(starts)).sorted(),
      piece.stepsPerBar <= 8, (starts.last ?? 0) < piece.stepsPerBar, piece.stepCount == piece.pickupSteps + steps
    else { throw section.error("bars", allowed: "as many bars as the piece has, of one or two spans") }
    guard (1...Int(SONG_PARTS)).contains(piece.parts.count) else {
      throw root.error("parts", allowed: "1 to \(SONG_PARTS) parts of a song")
    }
    var plan = try plan(section, bars: bars, spans: spans, parts: piece.parts.count)
    plan.upbeat = piece.pickupSteps
    func list(_ key: String, _ range: ClosedRange<Int>, count: Int) throws(DataError) -> [Int] {
      let values = try section.integers(key, in: range)
      guard values.count == count else { throw section.error(key, allowed: "\(count) integers") }
      return values
    }
    var names: [String] = []
    for name in try section.list("chords", atMost: spans) {
      guard case .string(let text) = name else { throw section.error("chords", allowed: "names of chords") }
      names.append(text)
    }
    guard names.count == spans else { throw section.error("chords", allowed: "\(spans) names") }
    return SongRecord(
      plan: plan, tonic: try section.integer("tonic", in: 0...11),
      isMinor: section["minor"] == nil ? nil : try section.boolean("minor"),
      chords: try list("chord_numbers", 0...Int(SONG_CHORDS) - 1, count: spans), chordNames: names,
      roots: try list("roots", -10_000...10_000, count: spans),
      transformations: try list("transformations", 0...14, count: bars),
      rhythms: try rows(section, "rhythms", 0...15, parts: piece.parts.count, count: spans),
      lanes: try rows(section, "lanes", -1...Int(SONG_LANES) - 1, parts: piece.parts.count, count: steps),
      upbeat: try upbeat(section, steps: plan.upbeat),
      faults: try section.integer("faults", in: 0...100_000), spanStarts: starts,
      configuration: try section.string("configuration"))
  }

  private static func upbeat(_ section: JSONSection, steps: Int) throws(DataError) -> SongRecord.Upbeat {
    guard steps > 0 else { return .init() }
    let row = try section.section("upbeat")
    let upbeat = SongRecord.Upbeat(
      rhythm: try row.integer("rhythm", in: 8...15), lanes: try row.integers("lanes", in: 0...Int(SONG_LANES) - 1))
    guard upbeat.lanes.count == steps else {
      throw row.error("lanes", allowed: "\(steps) integers, as pickup_in_steps has it")
    }
    return upbeat
  }

  private static func rows(
    _ section: JSONSection, _ key: String, _ range: ClosedRange<Int>, parts: Int, count: Int
  ) throws(DataError) -> [[Int]] {
    var rows: [[Int]] = []
    for list in try section.lists(key, atMost: parts) {
      let row = list.compactMap { value -> Int? in
        guard case .integer(let number) = value, range.contains(number) else { return nil }
        return number
      }
      guard row.count == count, list.count == count else { break }
      rows.append(row)
    }
    guard rows.count == parts else {
      throw section.error(
        key, allowed: "\(parts) lists of \(count) integers from \(range.lowerBound) to \(range.upperBound)")
    }
    return rows
  }

  private static func plan(_ section: JSONSection, bars: Int, spans: Int, parts: Int) throws(DataError) -> SongPlan {
    var plan = SongPlan(sections: [], phrases: [], bars: [])
    var reached = 0
    for row in try section.sections("sections", atMost: bars) {
      let (name, count) = (try row.string("name"), try row.integer("bars", in: 1...bars))
      guard try row.integer("first_bar", in: 0...bars) == reached, !name.isEmpty, name.utf8.count <= 20 else {
        throw row.error("first_bar", allowed: "sections one after another, each with a name")
      }
      plan.sections.append(.init(name: name, first: reached, count: count))
      reached += count
    }
    guard reached == bars else { throw section.error("sections", allowed: "\(bars) bars in all") }
    reached = 0
    for row in try section.sections("phrases", atMost: bars) {
      let phrase = try phrase(row, first: reached, sections: plan.sections)
      for _ in 0..<phrase.count { plan.bars.append(.init(phrase: plan.phrases.count)) }
      plan.phrases.append(phrase)
      reached += phrase.count
    }
    guard reached == bars, plan.bars.count == bars else {
      throw section.error("phrases", allowed: "\(bars) bars in all")
    }
    for (index, row) in try section.sections("bars", atMost: bars).enumerated() {
      try read(row, into: &plan.bars[index], index: index, parts: parts)
    }
    plan.climaxLane = try section.integer("climax_lane", in: 0...Int(SONG_LANES) - 1)
    plan.nadirLane = try section.integer("nadir_lane", in: 0...Int(SONG_LANES) - 1)
    plan.opening = try section.integer("opening", in: 0...Int(SONG_LANES) - 1)
    plan.chords = try section.integers("possible_chords", in: 1...Int(UInt32.max)).map { UInt32($0) }
    guard plan.chords.count == spans else { throw section.error("possible_chords", allowed: "\(spans) masks") }
    plan.rhythmTaste = try section.numbers("rhythm_taste", in: -1000...1000).map { Float($0) }
    // Before they had one of their own, middle sections liked the theme's a little.
    plan.middleRhythmTaste =
      section["middle_rhythm_taste"] == nil
      ? plan.rhythmTaste.map { 0.2 * $0 }
      : try section.numbers("middle_rhythm_taste", in: -1000...1000).map { Float($0) }
    plan.stepTaste = try section.numbers("step_taste", in: -1000...1000).map { Float($0) }
    guard plan.rhythmTaste.count == 16, plan.middleRhythmTaste.count == 16, plan.stepTaste.count == 16 else {
      throw section.error("rhythm_taste", allowed: "16 numbers, as in step_taste")
    }
    return plan
  }

  private static func phrase(
    _ row: JSONSection, first: Int, sections: [SongPlan.Section]
  ) throws(DataError) -> SongPlan.Phrase {
    guard try row.integer("first_bar", in: 0...Int(SONG_BARS)) == first,
      let section = sections.lastIndex(where: { $0.first <= first })
    else { throw row.error("first_bar", allowed: "phrases one after another") }
    let name = try row.string("cadence")
    guard let cadence = SongPlan.Cadence.allCases.first(where: { $0.name == name }) else {
      throw row.error("cadence", allowed: SongPlan.Cadence.allCases.map(\.name).joined(separator: ", "))
    }
    var phrase = SongPlan.Phrase(
      first: first, count: try row.integer("bars", in: 1...Int(SONG_BARS) - 1), section: section, cadence: cadence,
      key: try row.integer("key", in: 0...3))
    phrase.arrival = try row.integer("arrival", in: 0...1)
    phrase.lead = try row.integer("lead", in: 0...3)
    phrase.breath = try row.integer("breath", in: 0...7)
    phrase.texture = try row.integer("texture", in: 0...4)
    return phrase
  }

  private static func read(
    _ row: JSONSection, into bar: inout SongPlan.Bar, index: Int, parts: Int
  ) throws(DataError) {
    bar.tension = try row.integer("tension", in: 0...2)
    let name = try row.string("relation")
    guard let relation = SongPlan.Relation.allCases.first(where: { $0.name == name }) else {
      throw row.error("relation", allowed: SongPlan.Relation.allCases.map(\.name).joined(separator: ", "))
    }
    bar.relation = relation
    if row["to_bar"] != nil { bar.reference = try row.integer("to_bar", in: 0...max(0, index - 1)) }
    guard (bar.reference == nil) == (relation == .free), index > 0 || bar.reference == nil else {
      throw row.error("to_bar", allowed: "an earlier bar, and null for a free one")
    }
    bar.likeness = try row.number("likeness", in: (bar.reference == nil ? 0 : 0.01)...1)
    bar.allowsClimax = try row.boolean("climax")
    bar.allowsNadir = try row.boolean("nadir")
    bar.density = try row.integers("density", in: 0...8)
    guard bar.density.count == parts else { throw row.error("density", allowed: "a number a part") }
    if row["slow"] != nil { bar.isSlow = try row.boolean("slow") }
  }

  /// Reads `parent`; nil if there is none.
  static func parent(_ root: JSONSection) throws(DataError) -> PieceParent? {
    guard root["parent"] != nil else { return nil }
    let section = try root.section("parent")
    func words(_ key: String) throws(DataError) -> [String] {
      var words: [String] = []
      for value in try section.list(key, atMost: 100) {
        guard case .string(let word) = value else { throw section.error(key, allowed: "words") }
        words.append(word)
      }
      return words
    }
    return PieceParent(
      name: try section.string("name"), digest: try section.string("digest"), kept: try words("kept"),
      changed: try words("changed"))
  }
}
