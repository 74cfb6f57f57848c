/// The last beats slow down as a runner comes to a stand (KTH: final ritard; A. Friberg, J. Sundberg, *Does music
/// performance allude to locomotion?*, JASA 105(3), 1999).
///
///     v(x) = (1 + (w^3 - 1) x)^(1/3),   x = 0...1 through the ritard, v the tempo relative to before
///
/// with w = 0.62 for k = 1. It takes the last ten eighths before the last notes begin; those keep the last tempo.
enum FinalRitard: PerformanceRule {
  static let name = "final_ritard"
  static let summary = "The last beats slow down."
  static let defaultAmount = 1.0
  /// The tempo at the end, relative.
  private static let finalTempo = 0.62
  /// Quarter notes it takes.
  private static let quarters = 5

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    guard amount > 0, let last = draft.notes.map(\.note.onset).max() else { return }
    let length = min(quarters * draft.piece.stepsPerQuarter, last / 2)
    let final = max(0.3, 1 - amount * (1 - finalTempo))
    for step in (last - length)..<draft.piece.stepCount {
      let x = min(1, (Double(step - (last - length)) + 0.5) / Double(max(1, length)))
      draft.factor[step] /= cubeRoot(1 + (final * final * final - 1) * x)
    }
  }

  /// By Newton's iteration, in operations that are the same on every machine; 0.01...1.
  private static func cubeRoot(_ value: Double) -> Double {
    var root = 1.0
    for _ in 0..<40 { root -= (root * root * root - value) / (3 * root * root) }
    return root
  }
}
