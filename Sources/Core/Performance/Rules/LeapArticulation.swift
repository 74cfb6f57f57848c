/// Leaps are detached (KTH: leap articulation): a gap of
///
///     8 min(leap, 9) k (0.3 + 0.3 (d - 100) / 600) ms,   leap in semitones above 2, d the note's length in ms, 100...700
///
/// before a note that is reached by more than a whole tone.
enum LeapArticulation: PerformanceRule {
  static let name = "leap_articulation"
  static let summary = "Leaps are detached."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    let tuning = draft.piece.tuning
    for note in draft.notes {
      guard let next = note.next, next.onset == note.note.end else { continue }
      let cents = abs(tuning.cents(ofDegree: next.degree) - tuning.cents(ofDegree: note.note.degree))
      guard cents > 250 else { continue }
      let milliseconds = min(700, max(100, 1000 * draft.seconds(note.note)))
      let gap = 0.008 * min(cents / 100, 9) * amount * (0.3 + 0.3 * (milliseconds - 100) / 600)
      let limit = draft.seconds(note.note) / 3
      draft.changes[note.part][note.number].gapSeconds = max(
        min(gap, limit), draft.changes[note.part][note.number].gapSeconds)
    }
  }
}
