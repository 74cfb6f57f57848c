/// Voices should move in opposite directions.
///
///     c[r, j] = sum over s <= r of (roll[s, j] - roll[s, j - 1])
///     score = m - |{j in 1..<m : not (max over r of c[r, j] = 1 and min over r of c[r, j] = -1)}|
///
/// Summed from the top, c is +1 while a voice that moves up has arrived but not yet left, -1 while one that moves down
/// has left but not yet arrived. The first column never counts against the roll, so the lowest score is 1.
struct ContraryMotion: Rule {
  static let name = "contrary_motion"

  init(_ section: ConfigurationSection, context: RuleContext) throws(ConfigurationError) {}

  var credit: Credit { .eachDraw }

  func fastScore(rowCount: Int, stepCount: Int) -> FastScore? {
    FastScore(.contraryColumns, shape: .linear(slope: 1)) { $0 + 1 }
  }

  func score(_ roll: PianoRoll) -> Double {
    let width = roll.wordsPerColumn
    var contrary = 0
    for start in stride(from: width, to: roll.words.count, by: width) {
      var sum = 0
      var highest = 0
      var lowest = 0
      for index in start..<start + width {
        let onsets = roll.words[index] & ~roll.words[index - width]
        var changes = roll.words[index] ^ roll.words[index - width]
        while changes != 0 {
          sum += onsets & changes & (0 &- changes) == 0 ? -1 : 1
          changes &= changes - 1
          highest = max(highest, sum)
          lowest = min(lowest, sum)
        }
      }
      // 0 as the starting value changes nothing: it is neither +1 nor -1.
      if highest == 1, lowest == -1 { contrary += 1 }
    }
    return Double(1 + contrary)
  }
}
