/// A composed piece: a plain value, everything an exporter or a player needs to know.
///
/// It is parts of notes on steps. A piano roll's piece is the case of one part, whose notes are the roll's runs: a maximal
/// run of cells in one row is a note.
public struct Piece: Sendable {
  /// The lines, in the order of a score: usually the highest first.
  public var parts: [Part]
  /// Length in steps, 1 or more.
  public var stepCount: Int
  /// Steps a quarter note has, 1...48. A step of a piano roll is a quarter note.
  public var stepsPerQuarter = 1
  /// How bars are counted.
  public var meter = Meter.common
  /// Steps before the first whole bar, 0 up to, but not including, a bar.
  public var pickupSteps = 0
  /// Steps of silence behind the last one, where its MIDI file ends.
  public var silentSteps = 0
  /// How long steps last, as the score says.
  public var tempo: TempoMap
  /// The key it is notated in; nil if it has none or nobody said.
  public var key: KeySignature?
  /// The tuning whose degrees the notes are.
  public var tuning = Tuning.twelveToneEqual
  /// The pitch of degree 0. With twelve-tone equal temperament and `C-1` here, degrees are MIDI keys.
  public var lowestNote = MIDIKey.lowest
  /// How MIDI says a tuning other than twelve-tone equal temperament; nil for `MIDITuningOutput.automatic`.
  public var tuningOutput: MIDITuningOutput?
  /// Semitones of a full pitch bend with MPE, 1...96.
  public var mpeBendRange = MPE.defaultBendRange
  /// How it is played where that differs from the score; nil for exact time.
  public var interpretation: Interpretation?
  /// Plan, chords and faults of a song; nil for anything else.
  public var song: SongRecord?
  /// The piece that it was made from; nil if it was made from none.
  public var parent: PieceParent?
  /// What the rules said of it.
  public var score: ScoreBreakdown
  /// Where it came from; nil for a roll that was read from a file.
  public var provenance: Provenance?

  /// The roll that was composed, if it was one.
  private var composedRoll: PianoRoll?

  /// Most parts a piece may have: MIDI's channels without the one of percussion.
  public static let maximumPartCount = 15
  /// Most steps of silence behind the last one.
  public static let maximumSilentSteps = 100_000
  /// Most steps a quarter note may have.
  public static let maximumStepsPerQuarter = 48

  /// A piece in parts; what is not given can be set.
  public init(parts: [Part], stepCount: Int, tempo: TempoMap, score: ScoreBreakdown, provenance: Provenance?) {
    self.parts = parts
    self.stepCount = max(1, stepCount)
    self.tempo = tempo
    self.score = score
    self.provenance = provenance
  }

  /// A roll's piece: one part that sounds as the settings say.
  public init(
    roll: PianoRoll, settings: PerformanceSettings, score: ScoreBreakdown, provenance: Provenance?
  ) {
    var part = Part(name: "Piano roll")
    part.program = settings.program
    part.velocity = settings.velocity
    part.timbre = settings.timbre
    part.volume = settings.volume
    part.location = settings.location
    part.effects = settings.effects
    part.notes = roll.runs(velocity: part.nominalVelocity)
    self.init(
      parts: [part], stepCount: roll.stepCount, tempo: TempoMap(stepSeconds: settings.stepSeconds), score: score,
      provenance: provenance)
    tuning = settings.tuning
    lowestNote = settings.lowestNote
    tuningOutput = settings.tuningOutput
    mpeBendRange = settings.mpeBendRange
    key = settings.key
    composedRoll = roll
  }

  /// Whether it is a piano roll's piece.
  public var isRoll: Bool { composedRoll != nil }

  /// The roll that was composed, or the cells of all parts' notes, of the degrees from the lowest to the highest that
  /// occurs. What lies beyond the largest size of a roll is not in it.
  public var roll: PianoRoll {
    if let composedRoll { return composedRoll }
    let degrees = degrees
    var roll = PianoRoll(
      rowCount: min(PianoRoll.maximumRowCount, degrees.count), stepCount: min(PianoRoll.maximumStepCount, stepCount))
    for note in parts.flatMap(\.notes) {
      let row = roll.rowCount - 1 - (note.degree - degrees.lowerBound)
      guard (0..<roll.rowCount).contains(row) else { continue }
      for step in max(0, note.onset)..<max(0, note.onset, min(roll.stepCount, note.end)) { roll[row, step] = true }
    }
    return roll
  }

  /// The degrees that the roll's rows are, from the last row's to the first's.
  public var degrees: ClosedRange<Int> {
    if let composedRoll { return 0...composedRoll.rowCount - 1 }
    let degrees = parts.flatMap(\.notes).map(\.degree)
    guard let lowest = degrees.min(), let highest = degrees.max() else { return 0...0 }
    return lowest...highest
  }

  /// The pitch of a degree.
  public func pitch(ofDegree degree: Int) -> Pitch { tuning.pitch(ofDegree: degree, above: lowestNote) }

  /// Steps a bar has.
  public var stepsPerBar: Int { meter.steps(perQuarter: stepsPerQuarter) }

  /// Steps a beat has.
  public var beatSteps: Int { meter.beatSteps(perQuarter: stepsPerQuarter) }

  /// The bars as ranges of steps, an incomplete one at the beginning if there is a pickup; the last one may be shorter.
  public var bars: [Range<Int>] {
    let length = stepsPerBar
    var begins = Array(stride(from: min(pickupSteps, length - 1), to: stepCount, by: length))
    if begins.first != 0 { begins.insert(0, at: 0) }
    return zip(begins, begins.dropFirst() + [stepCount]).map { $0..<$1 }
  }

  /// How long steps last when it is played.
  public var performedTempo: TempoMap { interpretation?.tempo ?? tempo }

  /// How long it plays, in seconds, without the tail of the last notes.
  public var seconds: Double { performedTempo.seconds(ofStep: stepCount) }

  /// The same played so many times as fast.
  public func faster(by factor: Double) -> Piece {
    guard factor > 0, factor.isFinite, factor != 1 else { return self }
    func faster(_ tempo: TempoMap) -> TempoMap {
      TempoMap(tempo.changes.map { .init(step: $0.step, stepSeconds: $0.stepSeconds / factor) }) ?? tempo
    }
    var fast = self
    fast.tempo = faster(tempo)
    if let own = interpretation {
      fast.interpretation?.tempo = faster(own.tempo)
      fast.interpretation?.deviations = own.deviations.map { part in
        part.map {
          .init(
            onsetSeconds: $0.onsetSeconds / factor, durationSeconds: $0.durationSeconds / factor, decibels: $0.decibels)
        }
      }
    }
    return fast
  }

  /// The same with notes in one part only.
  public func solo(_ part: Int) -> Piece {
    var solo = self
    for index in parts.indices where index != part { solo.parts[index].notes = [] }
    return solo
  }

  /// The first steps only: notes that go on are cut off there.
  public func excerpt(steps: Int) -> Piece {
    guard steps < stepCount, steps > 0 else { return self }
    var short = self
    short.stepCount = steps
    for part in parts.indices {
      let kept = parts[part].notes.indices.filter { parts[part].notes[$0].onset < steps }
      short.parts[part].notes = kept.map { index in
        var note = parts[part].notes[index]
        note.duration = min(note.duration, steps - note.onset)
        return note
      }
      if let deviations = interpretation?.deviations, part < deviations.count {
        short.interpretation?.deviations[part] = kept.filter(deviations[part].indices.contains).map {
          deviations[part][$0]
        }
      }
    }
    short.composedRoll = composedRoll?.prefix(steps: steps)
    return short
  }
}

/// Where a piece came from.
public struct Provenance: Sendable, Hashable {
  /// The run's seed.
  public var seed: UInt64
  /// Populations the agent had been trained for.
  public var population: Int
  /// The episode's number among the run's test episodes, from 0; nil for a candidate's episode during training.
  public var episode: Int?
  /// SHA-256 of the effective configuration, hexadecimal.
  public var configurationDigest: String

  /// A provenance of these parts.
  public init(seed: UInt64, population: Int, episode: Int?, configurationDigest: String) {
    self.seed = seed
    self.population = population
    self.episode = episode
    self.configurationDigest = configurationDigest
  }
}

/// What each rule said of a roll, and the weighted sum.
public struct ScoreBreakdown: Sendable, Hashable {
  /// One rule's part.
  public struct Entry: Sendable, Hashable {
    /// The rule's YAML name.
    public var rule: String
    /// The rule's own score.
    public var raw: Double
    /// What the configuration multiplies it by.
    public var coefficient: Double
    /// `coefficient * raw`; the addition turns the -0 of a negative coefficient into 0.
    public var weighted: Double { coefficient * raw + 0 }

    /// An entry of these parts.
    public init(rule: String, raw: Double, coefficient: Double) {
      self.rule = rule
      self.raw = raw
      self.coefficient = coefficient
    }
  }

  /// In the configuration's order; rules with coefficient 0 are left out.
  public var entries: [Entry]

  /// A breakdown of these entries.
  public init(entries: [Entry]) { self.entries = entries }

  /// The weighted sum, added in the order of `entries`.
  public var total: Double { entries.reduce(0) { $0 + $1.weighted } }
}
