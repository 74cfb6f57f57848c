/// A note that is struck again is let go before (KTH: repetition articulation): 35 k ms, at most a third of the note.
enum RepetitionArticulation: PerformanceRule {
  static let name = "repetition_articulation"
  static let summary = "Repeated notes are detached."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    for note in draft.notes {
      guard let next = note.next, next.onset == note.note.end, next.degree == note.note.degree else { continue }
      let gap = min(0.035 * amount, draft.seconds(note.note) / 3)
      draft.changes[note.part][note.number].gapSeconds = max(gap, draft.changes[note.part][note.number].gapSeconds)
    }
  }
}
