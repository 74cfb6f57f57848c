/// The leading part is 2 k dB louder and 12 k ms ahead of the others, as pianists' melodies are (W. Goebl, *Melody lead in
/// piano performance*, JASA 110(1), 2001).
enum MelodyLead: PerformanceRule {
  static let name = "melody_lead"
  static let summary = "The melody is louder and slightly ahead."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    let leading = draft.analysis.leadingPart
    guard draft.changes.indices.contains(leading), draft.changes.count > 1 else { return }
    for number in draft.changes[leading].indices {
      draft.changes[leading][number].decibels += 2 * amount
      draft.changes[leading][number].onsetSeconds -= 0.012 * amount
    }
  }
}
