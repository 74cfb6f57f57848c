/// The higher, the louder (KTH: high loud): a decibel for every four semitones above the part's mean pitch, k times.
///
/// Above the *part's* mean, so that a bass is not drowned; halved, because all parts do it at once.
enum HighLoud: PerformanceRule {
  static let name = "high_loud"
  static let summary = "The higher, the louder."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    let tuning = draft.piece.tuning
    for part in draft.piece.parts.indices {
      let cents = draft.piece.parts[part].notes.map { tuning.cents(ofDegree: $0.degree) }
      let mean = cents.reduce(0, +) / Double(max(1, cents.count))
      for (number, cents) in cents.enumerated() {
        draft.changes[part][number].decibels += 0.5 * amount * min(24, max(-24, (cents - mean) / 100)) / 4
      }
    }
  }
}
