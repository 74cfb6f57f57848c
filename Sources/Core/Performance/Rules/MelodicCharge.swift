/// Remarkable notes over a chord are stressed (KTH: melodic charge): 0.2 C k dB, and longer by the factor 1 + C k / 150,
/// C being the charge of the note over the chord's root (`MelodicChargeTable`).
///
/// Only what the leading part lengthens is lengthened, for all parts at once (KTH: melodic sync): they stay together.
enum MelodicCharge: PerformanceRule {
  static let name = "melodic_charge"
  static let summary = "Remarkable notes over a chord are stressed."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    for note in draft.notes {
      guard let root = draft.analysis.harmony(at: note.note.onset)?.root ?? draft.analysis.tonic else { continue }
      let charge = draft.charge.charge(note.note.degree, above: root)
      draft.changes[note.part][note.number].decibels += 0.2 * charge * amount
      if note.part == draft.analysis.leadingPart, note.note.duration > 0 {
        draft.lengthen(note.note.onset..<note.note.end, by: charge * amount / 150)
      }
    }
  }
}
