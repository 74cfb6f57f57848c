/// The meter is felt: 0.8 k dB more on the first step of a bar, 0.8 k dB less off the beats.
///
/// Not of the KTH rules: without it, long rows of equal notes had no bar to an ear that came in the middle.
enum MetricalAccent: PerformanceRule {
  static let name = "metrical_accent"
  static let summary = "The first note of a bar is stressed."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    let piece = draft.piece
    let bar = piece.stepsPerBar
    let beat = piece.meter.beatSteps(perQuarter: piece.stepsPerQuarter)
    for note in draft.notes {
      let place = ((note.note.onset - piece.pickupSteps) % bar + bar) % bar
      let change = place == 0 ? 0.8 : place % beat != 0 ? -0.8 : 0
      draft.changes[note.part][note.number].decibels += amount * change
    }
  }
}
