/// Short notes become shorter and softer (KTH: duration contrast): by up to 11 units for notes of about 200 ms, none below
/// 30 ms and above 600 ms; a unit is 1.5 k ms and 0.075 k dB.
///
/// As with melodic charge, only the leading part moves the time, which all share.
enum DurationContrast: PerformanceRule {
  static let name = "duration_contrast"
  static let summary = "Short notes become shorter and softer."
  static let defaultAmount = 1.0

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    for note in draft.notes {
      let seconds = draft.seconds(note.note)
      let units = Self.units(milliseconds: 1000 * seconds)
      draft.changes[note.part][note.number].decibels -= 0.075 * units * amount
      if note.part == draft.analysis.leadingPart, seconds > 0 {
        draft.lengthen(note.note.onset..<note.note.end, by: -0.0015 * units * amount / seconds)
      }
    }
  }

  /// Broken line through (30, 0), (200, 11), (400, 7), (600, 0).
  private static func units(milliseconds: Double) -> Double {
    switch milliseconds {
    case ..<30, 600...: 0
    case ..<200: 11 * (milliseconds - 30) / 170
    case ..<400: 11 - 4 * (milliseconds - 200) / 200
    default: 7 - 7 * (milliseconds - 400) / 200
    }
  }
}
