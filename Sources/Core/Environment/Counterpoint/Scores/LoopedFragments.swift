/// Music should not repeat at once: minus the number of fragments that are followed by themselves.
///
/// With all T steps of all lines as columns of a piano roll, for every size s from `min_size` to `max_size` and every
/// place p from 0 to min(T - 2s, T - 9): -1 if the columns p..<p+s equal the columns p+s..<p+2s. A repeated note looks
/// like a held one.
///
/// Parameters: `min_size` (4), `max_size` (none: half of all steps; 0 is none, too).
struct LoopedFragments: CounterpointScore {
  static let name = "looped_fragments"

  let least: Int
  let most: Int?

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    least = try section.integer("min_size", default: 4, in: 1...100_000)
    most = try section.optionalInteger("max_size", in: 0...100_000)
  }

  func score(_ line: CounterpointLine) -> Double {
    let columns = CounterpointRoll(line).columns
    var count = 0
    for size in Self.sizes(least, most, steps: columns.count) {
      // The length of the run of equal columns, `size` apart, that ends here.
      var run = 0
      for step in 0..<columns.count - size {
        run = columns[step] == columns[step + size] ? run + 1 : 0
        if run >= size, step - size + 1 <= min(columns.count - 2 * size, columns.count - 9) { count += 1 }
      }
    }
    return 0 - Double(count)
  }

  /// The sizes that can be there at all.
  static func sizes(_ least: Int, _ most: Int?, steps: Int) -> Range<Int> {
    let most = min(most.flatMap { $0 == 0 ? nil : $0 } ?? steps / 2, steps / 2)
    return least..<max(least, most + 1)
  }

  func fold(into parameters: inout CounterpointScoreParameters) { parameters.loopSizes = (least, most) }
}
