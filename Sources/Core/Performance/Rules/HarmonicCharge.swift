/// Remarkable chords are announced (KTH: harmonic charge): 1.5 sqrt(C) k dB, and the first step of the chord is longer by
/// 8 sqrt(C) k ms, C being the chord's charge (`MelodicChargeTable`).
enum HarmonicCharge: PerformanceRule {
  static let name = "harmonic_charge"
  static let summary = "Remarkable chords are announced."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    guard let tonic = draft.analysis.tonic else { return }
    let analysis = draft.analysis
    let roots = analysis.harmonies.map { harmony in
      draft.charge.charge(ofChord: harmony.members, tonic: tonic, tonicChord: analysis.tonicChord).squareRoot()
    }
    for (harmony, root) in zip(analysis.harmonies, roots) where (0..<draft.stretch.count).contains(harmony.step) {
      draft.stretch[harmony.step] += 0.008 * root * amount / draft.piece.tempo.stepSeconds(at: harmony.step)
    }
    for note in draft.notes {
      guard let index = analysis.harmonies.lastIndex(where: { $0.step <= note.note.onset }) else { continue }
      // Halved: chords change twice a bar, and what is always loud is not stressed.
      draft.changes[note.part][note.number].decibels += 0.75 * roots[index] * amount
    }
  }
}
