internal import CSong

/// A song that exists, beside the configuration it was composed by: what `score` and `vary` begin with.
public struct SongStudy: Sendable {
  /// The song.
  public let piece: Piece
  /// What it is beside its notes.
  public let record: SongRecord
  /// What it was composed by, with the coefficients that its score has.
  let configuration: SongConfiguration
  /// What configured its learner.
  let agent: AgentConfiguration
  let world: SongWorld

  /// Studies a song.
  ///
  /// - Parameter file: what errors call it.
  /// - Throws: `DataError` if it is no song, or one whose notes its own configuration does not have; `ConfigurationError`
  ///   about the configuration in it.
  public init(_ piece: Piece, file: String) throws {
    guard let record = piece.song else {
      throw DataError(file: file, reason: "song: found no plan; allowed: a piece that was composed as a song")
    }
    let whole = try Configuration(text: record.configuration, file: "\(file): song.configuration")
    guard let own = whole.song else {
      throw DataError(file: file, reason: "song.configuration: found no song's; allowed: a song's configuration")
    }
    var coefficients: [String: Double] = [:]
    if !piece.score.entries.isEmpty {
      for rule in SongRuleRegistry.rules { coefficients[rule.name] = 0 }
      for entry in piece.score.entries { coefficients[entry.rule] = entry.coefficient }
    }
    let configuration = own.weighted(by: coefficients)
    guard let world = configuration.worlds.first(where: { Self.fits(piece, record, in: $0) }) else {
      throw DataError(
        file: file, reason: "song: found notes that its configuration cannot have; allowed: its own configuration's")
    }
    self.piece = piece
    self.record = record
    self.configuration = configuration
    self.agent = whole.agent
    self.world = world
  }

  /// Whether the kernels can go through a record in this world: everything that they take for granted is checked here.
  private static func fits(_ piece: Piece, _ record: SongRecord, in world: SongWorld) -> Bool {
    guard world.lowestNote == piece.lowestNote, world.scale.quality.map({ $0 == .minor }) == record.isMinor,
      piece.parts.count == world.partCount, record.lanes.count == world.partCount,
      piece.stepsPerBar == world.meter.steps, record.spanStarts == world.meter.spans.map(\.lowerBound)
    else { return false }
    let (plan, spans) = (record.plan, world.meter.spans.count)
    guard plan.phrases.allSatisfy({ world.keys.indices.contains($0.key) && $0.arrival < spans }) else { return false }
    let melody = world.lanes(ofPart: 0)
    guard melody.contains(plan.climaxLane), melody.contains(plan.nadirLane), plan.opening < world.degreeCount else {
      return false
    }
    for (span, chord) in record.chords.enumerated() {
      let harmony = world.keys[plan.phrase(ofBar: span / spans).key].harmony
      guard harmony.chords.contains(where: { $0.index == chord }), plan.chords[span] & ~harmony.all == 0 else {
        return false
      }
    }
    guard plan.upbeat <= world.mostUpbeat, record.upbeat.lanes.count == plan.upbeat,
      record.upbeat.lanes.allSatisfy({ melody.contains($0) })
    else { return false }
    // A pickup's first step is its rhythm's first onset.
    let before = world.meter.spans[0].count - plan.upbeat
    guard
      plan.upbeat == 0 || (1..<before + 1).first(where: { SongRhythm.hasOnset(record.upbeat.rhythm, at: $0) }) == before
    else { return false }
    let pitches = SongGiven.pitches(of: piece.parts, record: record, world: world)
    for part in record.lanes.indices {
      let range = world.lanes(ofPart: part)
      guard record.lanes[part].allSatisfy({ $0 < 0 || range.contains($0) }),
        pitches[part].allSatisfy({ (-1..<world.pitchCount).contains($0) })
      else { return false }
      for (span, pattern) in record.rhythms[part].enumerated() {
        let steps = world.meter.spans[span % spans]
        for step in steps where SongRhythm.hasOnset(pattern, at: step - steps.lowerBound) {
          if record.lanes[part][span / spans * world.meter.steps + step] < 0 { return false }
        }
      }
    }
    return true
  }

  /// What every soft rule says of it, bar by bar.
  public var score: SongScore {
    let runner = SongRunner(SongEnvironment(configuration), kernels: .best, capacity: 1)
    return runner.replay(
      SongGiven(record: record, pitches: SongGiven.pitches(of: piece.parts, record: record, world: world)),
      plan: record.plan, world: world)
  }

  /// The same by the coefficients of another configuration.
  public func score(by other: SongConfiguration) -> SongScore {
    let environment = SongEnvironment(configuration.weighted(by: other.coefficients))
    let other = environment.worlds.first { Self.fits(piece, record, in: $0) } ?? world
    return SongRunner(environment, kernels: .best, capacity: 1).replay(
      SongGiven(record: record, pitches: SongGiven.pitches(of: piece.parts, record: record, world: other)),
      plan: record.plan, world: other)
  }
}

/// A span's rhythm as one of sixteen patterns: 0 to 7 begin with an onset, 8 to 15 go on with the note before; the three
/// bits say where further onsets are.
enum SongRhythm {
  /// Whether a pattern has an onset at a step of its span.
  static func hasOnset(_ pattern: Int, at step: Int) -> Bool {
    step == 0 ? pattern < 8 : step <= 3 && pattern >> (step - 1) & 1 == 1
  }

  /// The pattern with these onsets, as steps of the span.
  static func pattern(_ onsets: some Sequence<Int>) -> Int {
    var pattern = 8
    for step in onsets {
      if step == 0 { pattern &= 7 } else if step <= 3 { pattern |= 1 << (step - 1) }
    }
    return pattern
  }
}
