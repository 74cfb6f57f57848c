/// A part that accompanies keeps its rhythm from bar to bar (+ 0.4, or - 0.08 for every onset that differs) and when the
/// theme returns as it was (+ 0.5).
///
/// Source: own.
enum SongAccompaniment: SongRule {
  static let name = "accompaniment"
  static let coefficient = 1.0
}
