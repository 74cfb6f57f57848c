/// Every time a hard rule was broken because nothing else was left: - 1.
///
/// Source: own.
enum SongFaults: SongRule {
  static let name = "faults"
  static let coefficient = 1.5
}
