/// What is composed in answer to a phrase that somebody played.
///
/// A function of (phrase, kind, voices, seed, weights), made of a bounded number of draws and splices: it is waited for.
public struct PhraseAnswer: Sendable {
  /// What it is: a continuation also where a counterpoint was asked for and none keeps the rules.
  public let kind: PlaybackConfiguration.Answer.Kind
  /// The answer. A counterpoint's has the melody in it, marked as given; a theme's song begins with it.
  public let piece: Piece
  /// What was done to what was played so that it could be used, each in words.
  public let remarks: [String]
  private let counterpoint: CounterpointAnswer?

  /// Composes.
  ///
  /// - Parameters:
  ///   - voices: composed voices of a counterpoint, 1 to 3.
  ///   - weights: of a policy for songs; nil for the shipped one.
  /// - Throws: `Refusal`, in words, if nothing can be composed.
  public init(
    _ phrase: PhraseQuantizer.Phrase, kind: PlaybackConfiguration.Answer.Kind, voices: Int = 1, seed: UInt64,
    weights: [Float]? = nil
  ) throws(PhraseQuantizer.Refusal) {
    var melody = try PhraseMelody(phrase)
    let isVoices = kind == .counterpoint || kind == .none
    melody.fillTwoBars(of: isVoices ? CounterpointTask.stepsPerBar : SongAnswer.barSteps(melody.meter))
    counterpoint = isVoices ? CounterpointAnswer(melody, voices: voices, seed: seed) : nil
    if let counterpoint {
      (piece, self.kind) = (counterpoint.piece, kind)
      remarks = phrase.remarks + melody.remarks + counterpoint.remarks
      return
    }
    let answer = try SongAnswer(melody, seed: seed, weights: weights)
    self.kind = isVoices ? .continuation : kind
    piece = kind == .theme ? try answer.theme() : try answer.continuation()
    remarks =
      phrase.remarks + melody.remarks + answer.remarks(of: self.kind)
      + (isVoices ? ["no counterpoint to this melody keeps all rules: it is continued instead"] : [])
  }

  /// Whether it is played over and over.
  public var isLooped: Bool { counterpoint != nil }

  /// What makes it better while it is played; nil if it is played once. To be made where there is time: it has a training.
  public func practice() -> AnswerPractice? { counterpoint.map(AnswerPractice.init) }
}

/// What was played as a line of eighths, which is what both environments compose on.
struct PhraseMelody {
  private(set) var line: GivenLine
  /// How bars are counted.
  let meter: Meter
  /// Seconds an eighth lasts.
  let stepSeconds: Double
  var remarks: [String] = []

  /// Eighths a bar.
  var barSteps: Int { meter.steps(perQuarter: 2) }
  /// Whole bars that it fills.
  var barCount: Int { max(1, (line.end + barSteps - 1) / barSteps) }

  /// Sixteenths that share an eighth leave the first of them.
  init(_ phrase: PhraseQuantizer.Phrase) throws(PhraseQuantizer.Refusal) {
    let fault = PhraseQuantizer.Refusal(description: "no melody is in it: play at least two notes one after another")
    do {
      line = try MelodyText.read(phrase.melodyText)
    } catch {
      throw fault
    }
    if line.notes.count < 2 { throw fault }
    if line.notes.count < phrase.notes.count {
      remarks.append("sixteenth notes between eighths are left out (\(phrase.notes.count - line.notes.count))")
    }
    meter = phrase.meter
    stepSeconds = 2 * phrase.stepSeconds
  }

  /// A melody that is no longer than a bar of so many steps once more in the next one: a bar alone is no phrase.
  mutating func fillTwoBars(of steps: Int) {
    let again = line.notes.map { GivenLine.Note(key: $0.key, onset: $0.onset + steps, end: $0.end + steps) }
    guard line.end <= steps, let twice = GivenLine(notes: line.notes + again) else { return }
    line = twice
    remarks.append("the melody is a bar long: it is taken twice")
  }

  /// As a part of a piece, its notes that begin in the first bars.
  func notes(bars: Int, velocity: Int, lowest: Int = 0) -> [PartNote] {
    line.notes.filter { $0.onset < bars * barSteps }.map {
      PartNote(
        onset: $0.onset, duration: min($0.end, bars * barSteps) - $0.onset, degree: $0.key - lowest, velocity: velocity)
    }
  }
}
