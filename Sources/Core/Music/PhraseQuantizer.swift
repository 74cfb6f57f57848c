/// Puts a melody that was played on sixteenth notes: of the clock that ran meanwhile, or of a tempo that is found in it.
///
/// **The tempo.** Every length T of a quarter note from 0.25 s to 1.5 s (240 to 40 a minute, in steps of 0.5 %) is tried
/// on the first 16 onsets, with the grid's origin at every one of the first four onsets. Its cost is the mean over all onsets of
///
///     (d / 0.05 s)² + w(p) / 16,     w = 0 on a quarter note, 1 on an eighth, 3 on a sixteenth
///
/// where d is the distance to the nearest sixteenth p; plus the mean over all onsets but the first of 3/10 log₂(k), at most
/// 3/10, where k > 1 is the time since the onset before in quarter notes: a tempo whose beats nobody plays is none; plus
/// (T / T₀ + T₀ / T - 2) 3/10 with T₀ = 0.6 s, as people tap along at about 100 a minute rather than at half or twice that.
/// Whoever says a tempo is believed more: T₀ is that, and its factor 2. The cheapest grid is fitted to twice as many onsets
/// again and again, and at last to all, by least squares, onset = t₀ + T p / 4, until no note changes its place.
///
/// **Lengths.** A note ends on the sixteenth nearest to where its key was let go, but lasts at least one. In one voice it
/// ends where the next begins; a gap shorter than an eighth, which is how a hand moves, is closed.
///
/// Everything here is exact arithmetic of doubles: the same notes give the same steps everywhere.
public struct PhraseQuantizer: Sendable {
  /// Sixteenth notes a quarter note.
  public static let stepsPerQuarter = 4
  /// A phrase has no more notes than this; of a longer one the last are kept.
  public static let mostNotes = 256
  /// The phrase's steps are no more than this.
  public static let mostSteps = 1024
  /// Keys pressed within this are a chord, seconds.
  private static let chordSeconds = 0.045
  /// How far from its place a note may be before another grid is likelier, seconds.
  private static let tolerance = 0.05

  /// A melody on steps.
  public struct Phrase: Sendable, Hashable {
    /// In order, one at a time; degrees are MIDI keys. The first begins within the first bar.
    public var notes: [PartNote]
    /// Seconds a step lasts.
    public var stepSeconds: Double
    /// When its first bar begins, in the unit of the notes' times.
    public var beginning = 0.0
    /// How bars are counted.
    public var meter = Meter.common
    /// What was left out or changed so that it could be used, each in words.
    public var remarks: [String] = []

    /// Steps up to where its last note ends.
    public var stepCount: Int { notes.last?.end ?? 0 }
    /// Steps a bar has.
    public var barSteps: Int { meter.steps(perQuarter: PhraseQuantizer.stepsPerQuarter) }
    /// Bars it reaches into, the last one whole.
    public var barCount: Int { (stepCount + barSteps - 1) / barSteps }
  }

  /// Why there is no phrase, in words.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence without a full stop.
    public var description: String

    /// A refusal in these words.
    public init(_ description: String) { self.description = description }

    init(description: String) { self.init(description) }
  }

  /// What the notes' times are counted in.
  public enum Clock: Sendable, Hashable {
    /// Seconds; the tempo has to be found.
    case seconds
    /// Quarter notes of a master, counted from a bar line, each of which lasts so many seconds.
    case quarters(seconds: Double)
  }

  /// Makes one voice of what was played.
  ///
  /// - Parameters:
  ///   - meter: how bars are counted.
  ///   - tempo: quarter notes a minute that it was played at, if somebody says so.
  /// - Throws: `Refusal` if there is no melody in it.
  public static func phrase(
    _ played: [PlayedNote], clock: Clock = .seconds, meter: Meter = .common, tempo: Double? = nil
  ) throws(Refusal) -> Phrase {
    var remarks: [String] = []
    var notes = played.filter { $0.onset.isFinite && $0.duration.isFinite && (0...127).contains($0.key) }
    notes.sort { ($0.onset, $0.key) < ($1.onset, $1.key) }
    let chordLength =
      switch clock {
      case .seconds: chordSeconds
      case .quarters(let seconds): chordSeconds / max(1e-3, seconds)
      }
    let line = topLine(notes, chordLength: chordLength)
    if line.count < notes.count {
      remarks.append("chords were played: their highest notes are the melody (\(line.count) of \(notes.count) notes)")
    }
    notes = line
    if notes.count > mostNotes {
      remarks.append("\(notes.count) notes were played: the last \(mostNotes) are used")
      notes.removeFirst(notes.count - mostNotes)
    }
    guard notes.count >= 2 else {
      throw Refusal(description: notes.isEmpty ? "no note was played" : "one note is no melody: play at least two")
    }
    let grid = grid(of: notes, clock, tempo: tempo)
    var onsets = notes.map { Int(grid.step(of: $0.onset).rounded()) }
    let bar = meter.steps(perQuarter: stepsPerQuarter)
    // The bar in which it begins is the first; without a clock it begins on a bar line.
    let first = onsets.min() ?? 0
    let origin = clock == .seconds ? first : first - (first % bar + bar) % bar
    onsets = onsets.map { $0 - origin }
    var phrase = Phrase(notes: [], stepSeconds: grid.stepSeconds, meter: meter, remarks: remarks)
    phrase.beginning = grid.origin + Double(origin) * grid.length
    for (index, note) in notes.enumerated() {
      let onset = onsets[index]
      guard onset < mostSteps else { break }
      // Two that fall on one sixteenth were meant one after the other; the later one is what was aimed at.
      if let last = phrase.notes.last, last.onset >= onset { phrase.notes.removeLast() }
      let end = Int(min(1e9, grid.step(of: note.onset + max(0, note.duration)).rounded())) - origin
      phrase.notes.append(
        PartNote(
          onset: onset, duration: min(max(1, end - onset), 4 * bar), degree: note.key,
          velocity: min(127, max(1, note.velocity))))
    }
    join(&phrase.notes)
    guard phrase.notes.count >= 2 else {
      throw Refusal(description: "the notes fall on one place: play them one after another")
    }
    if phrase.notes.count < notes.count, phrase.stepCount >= mostSteps - 4 * bar {
      phrase.remarks.append("the phrase is longer than \(mostSteps / bar) bars: its beginning is used")
    }
    return phrase
  }

  /// Of keys pressed together the highest.
  private static func topLine(_ notes: [PlayedNote], chordLength: Double) -> [PlayedNote] {
    var line: [PlayedNote] = []
    var begin = -Double.infinity
    for note in notes {
      if note.onset - begin <= chordLength, let last = line.last {
        if note.key > last.key { line[line.count - 1] = note }
      } else {
        line.append(note)
        begin = note.onset
      }
    }
    return line
  }

  /// Ends each note where the next begins at the latest, and closes small gaps.
  private static func join(_ notes: inout [PartNote]) {
    for index in notes.indices.dropLast() {
      let next = notes[index + 1].onset
      if notes[index].end > next || next - notes[index].end < 2 { notes[index].duration = next - notes[index].onset }
    }
  }

  // MARK: The grid

  /// Where the sixteenth notes are.
  private struct Grid {
    var origin: Double
    /// The unit of the notes' times, a step.
    var length: Double
    var stepSeconds: Double

    func step(of time: Double) -> Double { (time - origin) / length }
  }

  /// How long a quarter note lasts in what was played so far, seconds; nil of fewer than two notes.
  public static func quarterSeconds(_ played: [PlayedNote], tempo: Double? = nil) -> Double? {
    let onsets = played.map(\.onset).filter(\.isFinite).sorted()
    guard let first = onsets.first, let last = onsets.last, last > first else { return nil }
    return 4 * cheapest(Array(onsets.suffix(telling)), tempo: tempo).length
  }

  private static func grid(of notes: [PlayedNote], _ clock: Clock, tempo: Double?) -> Grid {
    switch clock {
    case .quarters(let seconds):
      return Grid(
        origin: 0, length: 1 / Double(stepsPerQuarter),
        stepSeconds: min(4, max(0.01, seconds.isFinite ? seconds : 0.5)) / Double(stepsPerQuarter))
    case .seconds:
      let onsets = notes.map(\.onset)
      var (length, origin) = cheapest(onsets, tempo: tempo)
      var count = telling
      while true {
        for _ in 0..<8 {
          let (fitted, begin) = fit(Array(onsets.prefix(count)), length: length, origin: origin)
          if (fitted, begin) == (length, origin) { break }
          (length, origin) = (fitted, begin)
        }
        if count >= onsets.count { break }
        count *= 2
      }
      return Grid(origin: origin, length: length, stepSeconds: length)
    }
  }

  /// Lengths of a quarter note that are possible, seconds.
  private static let quarters = 0.25...1.5

  /// So many onsets tell the tempo: with more, none of those that are tried would fit from the first to the last.
  private static let telling = 16

  /// The length of a step and the place of one, among all that are tried.
  private static func cheapest(_ onsets: [Double], tempo: Double?) -> (length: Double, origin: Double) {
    let onsets = Array(onsets.prefix(telling))
    var best = (cost: Double.infinity, length: 0.5 / Double(stepsPerQuarter), origin: onsets[0])
    let told = tempo.map { min(quarters.upperBound, max(quarters.lowerBound, 60 / max(1, $0))) }
    let prior = (length: told ?? 0.6, factor: told == nil ? 0.3 : 2)
    var quarter = quarters.lowerBound
    while quarter <= quarters.upperBound {
      let taste =
        habits(onsets, quarter: quarter) + (quarter / prior.length + prior.length / quarter - 2) * prior.factor
      for origin in onsets.prefix(4) where taste < best.cost {
        let cost = taste + distance(onsets, quarter: quarter, origin: origin)
        if cost < best.cost { best = (cost, quarter / Double(stepsPerQuarter), origin) }
      }
      quarter *= 1.005
    }
    return (best.length, best.origin)
  }

  /// What the grid's places cost, and how far the onsets are from them.
  private static func distance(_ onsets: [Double], quarter: Double, origin: Double) -> Double {
    var sum = 0.0
    for onset in onsets {
      let place = (onset - origin) / quarter * Double(stepsPerQuarter)
      let nearest = place.rounded()
      let weight = nearest.remainder(dividingBy: 4) == 0 ? 0.0 : nearest.remainder(dividingBy: 2) == 0 ? 1 : 3
      let seconds = (place - nearest) * quarter / Double(stepsPerQuarter)
      sum += seconds * seconds / (tolerance * tolerance) + weight / 16
    }
    return sum / Double(onsets.count)
  }

  /// What it costs that beats pass without a note.
  private static func habits(_ onsets: [Double], quarter: Double) -> Double {
    var sum = 0.0
    for (before, after) in zip(onsets, onsets.dropFirst()) {
      let beats = (after - before) / quarter
      if beats > 1 { sum += beats >= 2 ? 1 : PositionEntropy.logarithm(beats) / 0.6931471805599453 }
    }
    return onsets.count > 1 ? 0.3 * sum / Double(onsets.count - 1) : 0
  }

  /// The straight line through the onsets over their places.
  private static func fit(_ onsets: [Double], length: Double, origin: Double) -> (length: Double, origin: Double) {
    let places = onsets.map { (($0 - origin) / length).rounded() }
    let count = Double(onsets.count)
    let (meanPlace, meanOnset) = (places.reduce(0, +) / count, onsets.reduce(0, +) / count)
    var (products, squares) = (0.0, 0.0)
    for (place, onset) in zip(places, onsets) {
      products += (place - meanPlace) * (onset - meanOnset)
      squares += (place - meanPlace) * (place - meanPlace)
    }
    guard squares > 0, products > 0 else { return (length, origin) }
    let fitted = min(quarters.upperBound, max(quarters.lowerBound, products / squares * 4)) / 4
    return (fitted, meanOnset - fitted * meanPlace)
  }
}
