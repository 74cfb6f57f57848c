/// What somebody meant who misspelt a word.
public enum Spelling {
  /// The nearest of some words: at most a third of its letters may be wrong, and at least one may; nil if none is near.
  ///
  /// Of several that are equally near the first is taken.
  public static func nearest(to word: String, among words: [String]) -> String? {
    guard word.utf8.count <= 100 else { return nil }
    let distances = words.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.word.count / 3) ? best.word : nil
  }

  /// The fewest insertions, deletions, replacements and swaps of neighbours that turn one word into the other
  /// (Damerau-Levenshtein distance in its restricted form, where no letter is edited twice).
  public static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast = Array(repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + Array(repeating: 0, count: b.count)
      for j in 1...b.count {
        let replacement = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(last[j] + 1, row[j - 1] + 1, replacement)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
