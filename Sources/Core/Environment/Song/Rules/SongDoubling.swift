/// No two parts on the leading tone (- 1); other thirds rather once (- 0.2).
///
/// Source: Piston 1941, ch. 2.
enum SongDoubling: SongRule {
  static let name = "doubling"
  static let coefficient = 1.0
}
