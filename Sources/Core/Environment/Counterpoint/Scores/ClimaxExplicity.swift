/// A line should have one climax, at the top of its range.
///
///     score = 1 - shortage * (highest allowed position - highest used) - duplication * (notes at the highest used - 1)
///
/// Parameters: `shortage_penalty` (0.3), `duplication_penalty` (0.5).
struct ClimaxExplicity: CounterpointScore {
  static let name = "climax_explicity"

  let shortage: Double
  let duplication: Double

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    shortage = try section.number("shortage_penalty", default: 0.3, in: -1e9...1e9)
    duplication = try section.number("duplication_penalty", default: 0.5, in: -1e9...1e9)
  }

  func score(_ line: CounterpointLine) -> Double {
    let highest = line.notes.map(\.position).max() ?? 0
    let count = line.notes.count { $0.position == highest }
    return 1 - shortage * Double(line.task.range.upperBound - highest) - duplication * Double(count - 1)
  }

  func fold(into parameters: inout CounterpointScoreParameters) { parameters.climax = (shortage, duplication) }
}
