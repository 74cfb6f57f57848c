/// A line should have a few skips: a reward by their number, 0 for a number that is not in the table.
///
/// A skip is a movement of more than a degree; the one to the last note counts.
///
/// Parameter: `rewards` ({1: 0.8, 2: 0.9, 3: 1, 4: 0.9, 5: 0.5, 6: 0.25}).
struct NumberOfSkips: CounterpointScore {
  static let name = "number_of_skips"

  /// By number of skips, as far as there are any.
  let rewards: [Double]

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    let table = try section.section("rewards")
    var entries = try table.numbersByInteger(keys: 0...10_000, in: -1e9...1e9)
    if !table.isWritten {
      entries = [(1, 0.8), (2, 0.9), (3, 1), (4, 0.9), (5, 0.5), (6, 0.25)]
      for entry in entries { _ = try table.number(String(entry.key), default: entry.value, in: -1e9...1e9) }
    }
    var rewards = Array(repeating: 0.0, count: (entries.last?.key ?? -1) + 1)
    for entry in entries { rewards[entry.key] = entry.value }
    self.rewards = rewards
  }

  func score(_ line: CounterpointLine) -> Double {
    let count = line.pastMovements.count { abs($0) > 1 }
    return count < rewards.count ? rewards[count] : 0
  }

  func fold(into parameters: inout CounterpointScoreParameters) { parameters.skipRewards = rewards }
}
