internal import CSong

/// A song that begins with what was played: as a theme, or as a question whose answer is the continuation.
///
/// The melody's first bars are given to the song's environment on the nearest degrees of the scale that fits the melody
/// best (`MelodyFit`); their chords are chosen first (`PhraseHarmony`). The policy composes the rest under the song's hard
/// rules, and the plan says which bars return to the melody's and how. In the piece the melody stands as it was played.
struct SongAnswer {
  private let melody: PhraseMelody
  private let seed: UInt64
  private let weights: [Float]
  private let scale: KeyboardScale
  /// Octaves that its notes are moved up, so that a bass has room below.
  private let shift: Int

  /// The longest melody that is used, in bars.
  static let mostBars = 8

  /// Somebody waits: what is tried is bounded. A melody that was played has faults that no accompaniment can mend.
  static let boundedEffort = SongRunner.Effort(givenRetries: 8, attempts: 3, mostRetries: 400)
  private let effort: SongRunner.Effort

  init(
    _ melody: PhraseMelody, seed: UInt64, weights: [Float]?, effort: SongRunner.Effort = Self.boundedEffort
  ) throws(PhraseQuantizer.Refusal) {
    self.melody = melody
    self.effort = effort
    self.seed = seed
    self.weights = weights ?? []
    scale = MelodyFit.scale(melody.line)
    let keys = melody.line.notes.map(\.key)
    let (low, high) = (keys.min() ?? 60, keys.max() ?? 60)
    guard high - low <= 31 else {
      throw PhraseQuantizer.Refusal(
        description: "the melody spans \(high - low) semitones: at most 31 can be taken up, two octaves and a fifth")
    }
    shift = low < 48 ? (48 - low + 11) / 12 : high > 100 ? -((high - 100 + 11) / 12) : 0
  }

  // MARK: The two answers

  /// What follows: as long as what was played, from the bar line after it on, in exact time.
  func continuation() throws(PhraseQuantizer.Refusal) -> Piece {
    let used = min(Self.mostBars, barCount)
    let question = max(2, used)
    // A song has eight bars at least; those before a short question are not heard.
    let lead = max(0, 8 - 2 * question)
    let phrases = (lead > 0 ? [lead] : []) + [question, question]
    let plan = "form: A, phrases: \(phrases), cadences: [\(lead > 0 ? "half, " : "")half, authentic]"
    var song = try compose(bars: lead + 2 * question, parts: 2, plan: plan, skipped: barCount - used, lead: lead)
    song.song = nil
    return song.part(fromStep: (lead + used) * song.stepsPerBar, toStep: song.stepCount)
  }

  /// A song on it.
  func theme() throws(PhraseQuantizer.Refusal) -> Piece { try compose(bars: 32, parts: 4, plan: "", skipped: 0) }

  func remarks(of kind: PlaybackConfiguration.Answer.Kind) -> [String] {
    var remarks: [String] = []
    if barCount > Self.mostBars {
      let which = kind == .theme ? "first" : "last"
      remarks.append("the melody has \(barCount) bars: its \(which) \(Self.mostBars) are used")
    }
    if shift != 0 { remarks.append("the melody is moved by \(12 * shift) semitones, so that there is room around it") }
    if meter == nil { remarks.append("songs have no meter \(melody.meter): its bars are taken as 4/4") }
    return remarks
  }

  /// The song's meter like it; nil if songs have none.
  private var meter: SongMeter? { SongMeter.all["\(melody.meter)"] }
  /// The song's bars that it reaches into.
  private var barCount: Int {
    let steps = Self.barSteps(melody.meter)
    return max(1, (melody.line.end + steps - 1) / steps)
  }

  /// Steps of a song's bar for a melody of this meter.
  static func barSteps(_ meter: Meter) -> Int { SongMeter.all["\(meter)"]?.steps ?? 8 }

  // MARK: Composing

  /// The weights that were given, or those that are shipped for the style that is most like it; without any, the hard rules
  /// alone decide.
  private func policy(parts: Int, count: Int) -> [Float] {
    if weights.count == count { return weights }
    let shipped = ShippedPolicy.nearest(
      parts: parts, stepsPerBar: Self.barSteps(melody.meter), isMinor: scale.kind != .major, count: count)
    return shipped?.weights ?? [Float](repeating: 0, count: count)
  }

  /// The song's melody part's range around what was played, and the other parts' below.
  private func ranges(_ low: Int, _ high: Int, parts: Int) -> [ClosedRange<Int>] {
    let top = max(28, low - 3)...min(103, max(high + 3, low + 12))
    if parts == 2 { return [top, max(24, low - 20)...max(38, low - 3)] }
    return [
      top, max(28, low - 9)...max(44, low + 8), max(26, low - 14)...max(40, low + 3),
      max(24, low - 24)...max(36, low - 5),
    ]
  }

  private func configuration(bars: Int, parts: Int, plan: String) -> Configuration? {
    let keys = melody.line.notes.map { $0.key + 12 * shift }
    let ranges = ranges(keys.min() ?? 60, keys.max() ?? 72, parts: parts)
    let names = ranges.map { range in
      "{lowest_note: \(MIDIKey(range.lowerBound)?.name ?? "C2"), highest_note: \(MIDIKey(range.upperBound)?.name ?? "C5")}"
    }
    let text = """
      environment: {kind: song}
      piece:
        bars: \(bars)
        meter: \((meter?.meter ?? .common).description)
        tonic: "\(scale.tonicName)"
        scale: \(scale.kind == .major ? "major" : "minor")
        tempo: \(min(400, max(20, 30 / melody.stepSeconds)))
        parts: [\(names.joined(separator: ", "))]
        plan: {pickups: 0\(plan.isEmpty ? "" : ", " + plan)}
      """
    return try? Configuration(text: text, file: "answer")
  }

  /// A song whose melody begins with what was played.
  ///
  /// - Parameters:
  ///   - skipped: bars of what was played that are left out at its beginning.
  ///   - lead: bars of the song before it.
  private func compose(
    bars: Int, parts: Int, plan: String, skipped: Int, lead: Int = 0
  ) throws(PhraseQuantizer.Refusal) -> Piece {
    guard let configuration = configuration(bars: bars, parts: parts, plan: plan), let song = configuration.song,
      let world = song.worlds.first
    else { throw PhraseQuantizer.Refusal(description: "no song can be built on this melody: its range is too wide") }
    let environment = SongEnvironment(song)
    let runner = SongRunner(environment, kernels: .best, capacity: 1)
    let weights = policy(parts: parts, count: environment.weightCount)
    weights.withUnsafeBufferPointer(runner.prepare)
    var random = RandomSource(seed: seed, purpose: .composition, population: 0, candidate: 0)
    var plan = SongPlanner.plan(song.plan, world: world, random: RandomSource(key: random.next()))
    let given = lead..<lead + min(Self.mostBars, barCount, bars / 2)
    for bar in given {
      plan.bars[bar].reference = nil
      plan.bars[bar].relation = .free
    }
    // What would return to bars that are not heard returns to those that were played.
    for bar in given.upperBound..<plan.bars.count {
      if let other = plan.bars[bar].reference, other < lead { plan.bars[bar].reference = lead + other % given.count }
    }
    let steps = world.meter.steps
    let (first, end) = (skipped * steps, (skipped + given.count) * steps)
    let notes = melody.line.notes.filter { $0.onset >= first && $0.onset < end }.map {
      PartNote(
        onset: $0.onset - first + lead * steps, duration: min($0.end, end) - $0.onset, degree: $0.key + 12 * shift,
        velocity: song.parts[0].part.nominalVelocity)
    }
    let harmony = PhraseHarmony(notes, bars: given, world: world, plan: plan)
    runner.compose(plan: plan, world: world, key: random.next(), given: harmony.given, effort: effort)
    let provenance = Provenance(seed: seed, population: 0, episode: 0, configurationDigest: configuration.digest)
    var piece = runner.piece(of: 0, provenance: provenance)
    let own = notes.map { note in
      var note = note
      note.degree -= world.lowestNote.number
      return note
    }
    let composed = piece.parts[0].notes
    piece.parts[0].notes =
      composed.filter { $0.end <= lead * steps } + own + composed.filter { $0.onset >= given.upperBound * steps }
    if let record = piece.song {
      piece.interpretation = song.performance.interpretation(
        of: piece, analysis: world.analysis(of: record), spectrum: song.spectrum)
    }
    return piece
  }
}

extension Piece {
  /// The steps of a range as a piece of their own, without an interpretation: notes that began before are left out.
  func part(fromStep first: Int, toStep end: Int) -> Piece {
    var part = self
    part.stepCount = max(1, min(end, stepCount) - first)
    part.interpretation = nil
    part.tempo = TempoMap(stepSeconds: tempo.stepSeconds(at: first))
    for index in parts.indices {
      part.parts[index].notes = parts[index].notes.filter { $0.onset >= first && $0.onset < end }.map { note in
        var note = note
        note.onset -= first
        note.duration = min(note.duration, part.stepCount - note.onset)
        return note
      }
    }
    return part
  }
}
