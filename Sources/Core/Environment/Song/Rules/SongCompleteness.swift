/// A chord begins with its third (0.5, else - 0.8), root (0.3, else - 0.5), fifth (0.3, else - 0.2) and seventh (0.3, else - 0.5).
///
/// Source: Piston 1941, ch. 2.
enum SongCompleteness: SongRule {
  static let name = "completeness"
  static let coefficient = 1.0
}
