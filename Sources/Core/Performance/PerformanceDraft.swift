/// A performance in the making: the rules add to it, one after another, and `interpretation` is what comes out.
struct PerformanceDraft {
  /// What a note has of its own so far.
  struct NoteChange {
    /// Seconds by which it begins later.
    var onsetSeconds = 0.0
    /// Seconds of silence at its end, or of overlap with the next note if negative.
    var gapSeconds = 0.0
    /// By how much it is louder.
    var decibels = 0.0
  }

  /// The piece, with parts whose notes are in any order.
  let piece: Piece
  /// What is known of it beside its notes.
  let analysis: ScoreAnalysis
  /// How charged intervals are in its tuning.
  let charge: MelodicChargeTable
  /// For every step, the sum of what the rules lengthen it by, relative to its length in the score.
  var stretch: [Double]
  /// For every step, what its length is multiplied by after that.
  var factor: [Double]
  /// For every part, in the order of its notes.
  var changes: [[NoteChange]]
  /// For every part, its notes' numbers in order of onset.
  let order: [[Int]]

  init(_ piece: Piece, analysis: ScoreAnalysis, charge: MelodicChargeTable) {
    self.piece = piece
    self.analysis = analysis
    self.charge = charge
    stretch = Array(repeating: 0, count: piece.stepCount)
    factor = Array(repeating: 1, count: piece.stepCount)
    changes = piece.parts.map { Array(repeating: NoteChange(), count: $0.notes.count) }
    order = piece.parts.map { part in
      part.notes.indices.sorted { (part.notes[$0].onset, $0) < (part.notes[$1].onset, $1) }
    }
  }

  /// Every note with its part, its number there, and the number of the part's next note.
  var notes: [(part: Int, number: Int, note: PartNote, next: PartNote?)] {
    order.indices.flatMap { part in
      order[part].enumerated().map { place, number in
        let next = place + 1 < order[part].count ? piece.parts[part].notes[order[part][place + 1]] : nil
        return (part, number, piece.parts[part].notes[number], next)
      }
    }
  }

  /// Seconds that a note lasts in the score.
  func seconds(_ note: PartNote) -> Double {
    piece.tempo.seconds(ofStep: note.end) - piece.tempo.seconds(ofStep: note.onset)
  }

  /// Lengthens the steps of a range by a share of their length.
  mutating func lengthen(_ steps: Range<Int>, by share: Double) {
    for step in steps.clamped(to: 0..<stretch.count) { stretch[step] += share }
  }

  /// The ranges as they are; the whole piece where there is none.
  func phrases(_ ranges: [Range<Int>]) -> [Range<Int>] {
    let inside = ranges.map { $0.clamped(to: 0..<piece.stepCount) }.filter { !$0.isEmpty }
    return inside.isEmpty ? [0..<piece.stepCount] : inside
  }

  /// No step becomes shorter than this share of its written length, or longer than its reciprocal.
  static let shortestShare = 0.5

  /// What is played in the end. Loudness is centred, so that a performed piece is as loud as the typed one.
  var interpretation: Interpretation {
    var interpretation = Interpretation(of: piece)
    let lengths = stretch.indices.map { step -> TempoMap.Change in
      let share = min(1 / Self.shortestShare, max(Self.shortestShare, (1 + stretch[step]) * factor[step]))
      return .init(step: step, stepSeconds: piece.tempo.stepSeconds(at: step) * share)
    }
    interpretation.tempo = TempoMap(lengths) ?? piece.tempo
    let all = changes.flatMap { $0 }
    let mean = all.isEmpty ? 0 : all.reduce(0) { $0 + $1.decibels } / Double(all.count)
    for part in changes.indices {
      for (number, change) in changes[part].enumerated() {
        interpretation.deviations[part][number] = .init(
          onsetSeconds: change.onsetSeconds, durationSeconds: -change.gapSeconds - change.onsetSeconds,
          decibels: change.decibels - mean)
      }
    }
    return interpretation
  }
}
