/// Nobody is a clock: the other parts' onsets have a deviation of 4 k ms around the beat.
///
/// The sum of twelve uniform numbers, less 6, is as good as normal here, and the same on every machine. What is drawn
/// depends on the piece alone.
enum TimingNoise: PerformanceRule {
  static let name = "timing_noise"
  static let summary = "Nobody is a clock."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    let provenance = draft.piece.provenance
    for part in draft.changes.indices where part != draft.analysis.leadingPart {
      var random = RandomSource(
        seed: provenance?.seed ?? 0, purpose: .performance, population: provenance?.population ?? 0,
        candidate: provenance?.episode ?? 0, block: part)
      for number in draft.order[part] {
        let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double(random.next() >> 11) * 0x1p-53 }
        draft.changes[part][number].onsetSeconds += 0.004 * amount * (sum - 6)
      }
    }
  }
}
