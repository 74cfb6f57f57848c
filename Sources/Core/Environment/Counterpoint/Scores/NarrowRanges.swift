/// A line should not stay in one place: a penalty for every window of W notes in a row that spans few degrees.
///
/// The penalty of a window is the largest value among the entries of the table whose key is at least the window's
/// width (its highest minus its lowest position); the score is minus their sum.
///
/// Parameters: `min_size` W (9), `penalties` ({2: 1, 3: 0.5}; an empty table is this one, too).
struct NarrowRanges: CounterpointScore {
  static let name = "narrow_ranges"

  let size: Int
  /// By width, as far as there are any.
  let penalties: [Double]

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    size = try section.integer("min_size", default: 9, in: 1...100_000)
    let table = try section.section("penalties")
    var entries = try table.numbersByInteger(keys: 0...1000, in: -1e9...1e9)
    if entries.isEmpty {
      entries = [(2, 1), (3, 0.5)]
      if !table.isWritten {
        for entry in entries { _ = try table.number(String(entry.key), default: entry.value, in: -1e9...1e9) }
      }
    }
    penalties = (0...(entries.last?.key ?? 0)).map { width in
      entries.filter { $0.key >= width }.map(\.value).max() ?? 0
    }
  }

  func score(_ line: CounterpointLine) -> Double {
    let positions = line.notes.map(\.position)
    guard positions.count >= size else { return 0 }
    var sum = 0.0
    for first in 0...positions.count - size {
      let window = positions[first..<first + size]
      let width = (window.max() ?? 0) - (window.min() ?? 0)
      if width < penalties.count { sum += penalties[width] }
    }
    return 0 - sum
  }

  func fold(into parameters: inout CounterpointScoreParameters) {
    parameters.windowSize = size
    parameters.widthPenalties = penalties
  }
}
