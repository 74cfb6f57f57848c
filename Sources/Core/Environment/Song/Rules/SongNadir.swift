/// The melody's lowest note comes once: + 4, every further time - 1.
///
/// Source: Jaques et al. 2017 (unique lowest note).
enum SongNadir: SongRule {
  static let name = "nadir"
  static let coefficient = 1.0
}
