/// A breath at the end of phrases (KTH: punctuation): the last note of a phrase or of its parts ends early, by 12 % of its
/// length but at most 60 ms, k times.
enum Punctuation: PerformanceRule {
  static let name = "punctuation"
  static let summary = "A breath at the end of phrases."
  static let defaultAmount = 1.1

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    let ends = Set((draft.analysis.phrases + draft.analysis.subphrases).map(\.upperBound))
    for note in draft.notes where note.next != nil {
      // The last note before a boundary, whether it reaches the boundary or a rest does.
      let isLast = ends.contains { note.note.onset < $0 && ($0 <= note.note.end || ($0 <= note.next?.onset ?? 0)) }
      guard isLast else { continue }
      let gap = amount * min(0.06, 0.12 * draft.seconds(note.note))
      draft.changes[note.part][note.number].gapSeconds = max(gap, draft.changes[note.part][note.number].gapSeconds)
    }
  }
}
