#if Playback
  import Core
  import Testing

  /// Pieces for the port's tests: rows of 0 and 1, highest pitch first.
  func piece(_ rows: [String], _ change: (inout PerformanceSettings) -> Void = { _ in }) throws -> Piece {
    var settings = PerformanceSettings()
    change(&settings)
    return Piece(
      roll: try #require(PianoRoll(rowTexts: rows)), settings: settings, score: ScoreBreakdown(entries: []),
      provenance: nil)
  }
#endif
