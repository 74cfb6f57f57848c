/// The plan's tension is heard: the level that the score's dynamics say, k times.
enum Dynamics: PerformanceRule {
  static let name = "dynamics"
  static let summary = "The tension of the plan becomes loudness."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    for note in draft.notes {
      draft.changes[note.part][note.number].decibels += amount * draft.analysis.decibels(at: note.note.onset)
    }
  }
}
