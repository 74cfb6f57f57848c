internal import Core

/// Makes phrases of what is played to the port `Input`: a state machine without a clock of its own.
///
/// A bar of rest is a bar of the master's while one runs, else one of the tempo that is found in what was played so far.
struct PhraseReader: Sendable {
  /// What was played, and when its bars are.
  struct Played: Sendable, Equatable {
    var phrase: Result<PhraseQuantizer.Phrase, PhraseQuantizer.Refusal>
    /// When its first bar begins, and how long a bar lasts, in seconds of the notes' clock.
    var beginning = 0.0
    var barSeconds = 2.0
  }

  private let answer: PlaybackConfiguration.Answer
  private let meter: Meter
  private var collector: PhraseCollector
  /// Moments at which it is known where the master was, the first and the last of the phrase.
  private var stamps: (first: Stamp, last: Stamp)?
  /// Whether the master ran at every event of the phrase.
  private var hasClock = true

  private struct Stamp: Sendable {
    var seconds: Double
    var quarters: Double
  }

  /// How long a rest may be, seconds, whatever the tempo is.
  private static let rests = 0.4...12.0
  /// Without a tempo.
  private static let usualQuarter = 0.6

  init(_ answer: PlaybackConfiguration.Answer, meter: Meter) {
    self.answer = answer
    self.meter = meter
    collector = PhraseCollector(rest: 2, endKey: answer.endKey)
  }

  /// When the phrase is over if nothing else comes, seconds; nil while there is none, or a key is held.
  var deadline: Double? { collector.deadline }

  /// Quarter notes a bar.
  private var barQuarters: Double { 4 * Double(meter.numerator) / Double(meter.denominator) }

  /// Something is done.
  ///
  /// - Returns: the phrase, if this ends it.
  mutating func take(_ input: PlayerInput) -> Played? {
    switch input {
    case .note(let key, let velocity, let seconds, let quarters):
      let over = finish { $0.note(key: key, velocity: velocity, at: seconds) }
      stamp(seconds, quarters)
      // While a key is held nothing ends, and the tempo need not be known.
      if collector.deadline == nil { return over }
      collector.wait(min(Self.rests.upperBound, max(Self.rests.lowerBound, answer.restBars * barQuarters * quarter)))
      return over
    case .pedal(let seconds, _): return finish { $0.pedal(at: seconds) }
    case .knob, .action, .rule: return nil
    }
  }

  /// Time has passed.
  ///
  /// - Returns: the phrase, if it is over by now.
  mutating func advance(to seconds: Double) -> Played? {
    finish { $0.advance(to: seconds) }
  }

  private mutating func stamp(_ seconds: Double, _ quarters: Double?) {
    guard let quarters, quarters.isFinite else {
      hasClock = false
      return
    }
    let new = Stamp(seconds: seconds, quarters: quarters)
    stamps = (stamps?.first ?? new, new)
  }

  /// Seconds a quarter note lasts, as far as that is known.
  private var quarter: Double {
    if hasClock, let length = clockQuarter { return length }
    let recent = Array(collector.played.suffix(24))
    return PhraseQuantizer.quarterSeconds(recent, tempo: answer.tempo) ?? answer.tempo.map { 60 / $0 }
      ?? Self.usualQuarter
  }

  /// Seconds a quarter note of the master lasts; nil if that is not known.
  private var clockQuarter: Double? {
    guard let (first, last) = stamps, last.quarters - first.quarters > 0.2, last.seconds > first.seconds else {
      return nil
    }
    return (last.seconds - first.seconds) / (last.quarters - first.quarters)
  }

  private mutating func finish(_ end: (inout PhraseCollector) -> [PlayedNote]?) -> Played? {
    guard let notes = end(&collector) else { return nil }
    defer {
      stamps = nil
      hasClock = true
    }
    guard hasClock, let (first, _) = stamps, let quarter = clockQuarter else {
      return read(notes, .seconds) { $0 }
    }
    // Where each event was in the master's song: it has one tempo for the length of a phrase.
    let inQuarters = notes.map { note in
      var note = note
      note.onset = first.quarters + (note.onset - first.seconds) / quarter
      note.duration /= quarter
      return note
    }
    return read(inQuarters, .quarters(seconds: quarter)) { first.seconds + ($0 - first.quarters) * quarter }
  }

  private func read(
    _ notes: [PlayedNote], _ clock: PhraseQuantizer.Clock, seconds: (Double) -> Double
  ) -> Played {
    do {
      let phrase = try PhraseQuantizer.phrase(notes, clock: clock, meter: meter, tempo: answer.tempo)
      return Played(
        phrase: .success(phrase), beginning: seconds(phrase.beginning),
        barSeconds: Double(phrase.barSteps) * phrase.stepSeconds)
    } catch {
      return Played(phrase: .failure(error))
    }
  }
}
