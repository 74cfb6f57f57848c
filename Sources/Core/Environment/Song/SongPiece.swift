internal import CSong

/// What a song is beside its notes: what it was planned to be, and how that was filled. Written to `piece.json`; enough to
/// score it bar by bar and to compose variations of it.
public struct SongRecord: Sendable, Hashable {
  /// The plan.
  public var plan: SongPlan
  /// The tonic's pitch class, 0...11.
  public var tonic: Int
  /// Whether the scale has a minor third; nil where neither is tradition's.
  public var isMinor: Bool?
  /// Chords, span by span: their numbers in the vocabulary.
  public var chords: [Int]
  /// The same as names.
  public var chordNames: [String]
  /// Degrees of the tuning above degree 0 that the chords have on the root, span by span.
  public var roots: [Int]
  /// How returning bars change what they return to, 14 for none.
  public var transformations: [Int]
  /// Rhythm patterns, part by part and span by span.
  public var rhythms: [[Int]]
  /// Lanes, part by part and step by step; -1 for silence.
  public var lanes: [[Int]]
  /// The melody before the first bar.
  public var upbeat = Upbeat()
  /// Times that a hard rule was broken because nothing else was left.
  public var faults: Int
  /// Steps at which the spans begin, within a bar.
  public var spanStarts: [Int]
  /// The configuration that it was composed by, as YAML: what is no default in the sections that make a difference.
  public var configuration = ""

  /// A pickup before the first bar: heard as the end of a span like the first bar's first one.
  public struct Upbeat: Sendable, Hashable {
    /// The rhythm pattern of that span.
    public var rhythm = 8
    /// Lanes, step by step, as many as the plan says.
    public var lanes: [Int] = []
  }
}

/// Songs as pieces.
enum SongPieces {
  static func piece(
    _ grid: UnsafeMutablePointer<song_grid>, plan: SongPlan, world: SongWorld, environment: SongEnvironment,
    faults: Int,
    provenance: Provenance
  ) -> Piece {
    let configuration = environment.configuration
    let (steps, upbeat) = (plan.bars.count * world.meter.steps, plan.upbeat)
    let spans = plan.bars.count * world.meter.spans.count
    var parts: [Part] = []
    for (index, settings) in configuration.parts.enumerated() {
      var part = settings.part
      let (onsets, lanes, pitches) = (
        song_grid_onset(grid, Int32(index))!, song_grid_lane(grid, Int32(index))!, song_grid_pitch(grid, Int32(index))!
      )
      if index == 0 { part.notes = upbeatNotes(grid, plan: plan, world: world, velocity: part.nominalVelocity) }
      for step in 0..<steps where onsets[step] != 0 {
        var end = step + 1
        while end < steps, onsets[end] == 0, lanes[end] >= 0 { end += 1 }
        part.notes.append(
          PartNote(
            onset: upbeat + step, duration: end - step, degree: world.degree(ofPitch: Int(pitches[step])),
            velocity: part.nominalVelocity))
      }
      parts.append(part)
    }
    let record = record(grid, plan: plan, world: world, steps: steps, spans: spans, faults: faults)
    let given = SongGiven(record: record, pitches: SongGiven.pitches(of: parts, record: record, world: world))
    let score = SongRunner(environment, kernels: .best, capacity: 1).replay(given, plan: plan, world: world)
    var piece = Piece(
      parts: parts, stepCount: upbeat + steps, tempo: TempoMap(stepSeconds: configuration.stepSeconds(provenance)),
      score: score.breakdown(environment), provenance: provenance)
    piece.stepsPerQuarter = 2
    piece.meter = world.meter.meter
    piece.pickupSteps = upbeat
    piece.tuning = world.tuning
    piece.lowestNote = world.lowestNote
    piece.tuningOutput = configuration.tuningOutput
    piece.mpeBendRange = configuration.mpeBendRange
    piece.key = world.keySignature
    piece.song = record
    piece.song?.configuration = configuration.text
    piece.interpretation = configuration.performance.interpretation(
      of: piece, analysis: world.analysis(of: record), spectrum: configuration.spectrum)
    return piece
  }

  /// The melody's notes before the first bar.
  private static func upbeatNotes(
    _ grid: UnsafeMutablePointer<song_grid>, plan: SongPlan, world: SongWorld, velocity: Int
  ) -> [PartNote] {
    let (onsets, pitches) = (song_grid_upbeat_onset(grid)!, song_grid_upbeat_pitch(grid)!)
    var notes: [PartNote] = []
    for step in 0..<plan.upbeat {
      if onsets[step] == 0, !notes.isEmpty {
        notes[notes.count - 1].duration += 1
      } else {
        notes.append(
          PartNote(onset: step, duration: 1, degree: world.degree(ofPitch: Int(pitches[step])), velocity: velocity))
      }
    }
    return notes
  }

  private static func record(
    _ grid: UnsafeMutablePointer<song_grid>, plan: SongPlan, world: SongWorld, steps: Int, spans: Int, faults: Int
  ) -> SongRecord {
    let chords = (0..<spans).map { Int(song_grid_chord(grid)![$0]) }
    let spansPerBar = world.meter.spans.count
    var names: [String] = []
    var roots: [Int] = []
    for (span, number) in chords.enumerated() {
      let key = world.keys[plan.phrase(ofBar: span / spansPerBar).key]
      let chord = key.harmony.chords.first { $0.index == number }
      names.append(chord?.name ?? "?")
      roots.append(world.degreeOfScale(key.tonic + (chord?.root ?? 0)))
    }
    return SongRecord(
      plan: plan, tonic: world.lowestNote.number % 12, isMinor: world.scale.quality.map { $0 == .minor },
      chords: chords, chordNames: names, roots: roots,
      transformations: plan.bars.indices.map { Int(song_grid_transformation(grid)![$0]) },
      rhythms: (0..<world.partCount).map { part in
        (0..<spans).map { Int(song_grid_rhythm(grid, Int32(part))![$0]) }
      },
      lanes: (0..<world.partCount).map { part in (0..<steps).map { Int(song_grid_lane(grid, Int32(part))![$0]) } },
      upbeat: plan.upbeat == 0
        ? .init()
        : .init(
          rhythm: Int(grid.pointee.upbeat_rhythm),
          lanes: (0..<plan.upbeat).map { Int(song_grid_upbeat_lane(grid)![$0]) }),
      faults: faults, spanStarts: world.meter.spans.map(\.lowerBound))
  }
}

/// What is given of a song before it is composed: all of it, to be scored, or what a variation keeps.
struct SongGiven {
  var record: SongRecord
  /// Pitches, part by part and step by step.
  var pitches: [[Int]]
  /// What is kept: `part * SONG_BARS + bar`; not 0 means kept.
  var mask = [UInt8](repeating: 0, count: Int(SONG_PARTS * SONG_BARS))

  init(record: SongRecord, pitches: [[Int]]) { (self.record, self.pitches) = (record, pitches) }

  /// Keeps bars of a part.
  mutating func keep(part: Int, bars: Range<Int>) {
    for bar in bars where part < Int(SONG_PARTS) && bar < Int(SONG_BARS) { mask[part * Int(SONG_BARS) + bar] = 1 }
  }

  static func pitches(of parts: [Part], record: SongRecord, world: SongWorld) -> [[Int]] {
    parts.enumerated().map { index, part in
      var row = [Int](repeating: -1, count: record.lanes[index].count)
      for note in part.notes {
        let onset = note.onset - record.plan.upbeat
        for step in max(0, onset)..<max(0, min(onset + note.duration, row.count)) {
          row[step] = note.degree + world.pitchOffset
        }
      }
      return row
    }
  }

  /// Writes it into a grid.
  func write(to grid: UnsafeMutablePointer<song_grid>, world: SongWorld) {
    for (part, row) in record.lanes.enumerated() where part < Int(SONG_PARTS) {
      let lanes = song_grid_lane(grid, Int32(part))!
      let pitches = song_grid_pitch(grid, Int32(part))!
      for (step, lane) in row.enumerated() where step < Int(SONG_STEPS) {
        lanes[step] = Int8(truncatingIfNeeded: lane)
        pitches[step] = Int16(truncatingIfNeeded: self.pitches[part][step])
      }
      let rhythms = song_grid_rhythm(grid, Int32(part))!
      for (span, pattern) in record.rhythms[part].enumerated() where span < Int(SONG_SPANS) {
        rhythms[span] = Int8(truncatingIfNeeded: pattern)
      }
    }
    grid.pointee.upbeat_rhythm = Int8(truncatingIfNeeded: record.upbeat.rhythm)
    for (step, lane) in record.upbeat.lanes.enumerated() where step < Int(SONG_UPBEAT) {
      song_grid_upbeat_lane(grid)![step] = Int8(truncatingIfNeeded: lane)
    }
    for (span, chord) in record.chords.enumerated() where span < Int(SONG_SPANS) {
      song_grid_chord(grid)![span] = Int8(truncatingIfNeeded: chord)
    }
    for (bar, change) in record.transformations.enumerated() where bar < Int(SONG_BARS) {
      song_grid_transformation(grid)![bar] = Int8(truncatingIfNeeded: change)
    }
  }
}

/// What the soft rules said of a song, bar by bar.
public struct SongScore: Sendable, Hashable {
  /// For every bar, what each rule of the registry gave, in its order.
  public var bars: [[Double]]
  /// For every bar, the hard rules' faults.
  public var faults: [Int]

  /// The sums, rule by rule, as every score of a piece.
  func breakdown(_ environment: SongEnvironment) -> ScoreBreakdown {
    var entries: [ScoreBreakdown.Entry] = []
    for (index, rule) in SongRuleRegistry.rules.enumerated() {
      let coefficient = environment.configuration.coefficients[rule.name] ?? rule.coefficient
      guard coefficient != 0 else { continue }
      let sum = bars.reduce(0) { $0 + $1[index] }
      entries.append(ScoreBreakdown.Entry(rule: rule.name, raw: sum / coefficient, coefficient: coefficient))
    }
    return ScoreBreakdown(entries: entries)
  }
}
