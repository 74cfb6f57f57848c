import CKernels
import Testing

@testable import Core

/// The original's search and ours.
@Suite struct CounterpointSearchTests {
  private func composer(_ text: String = "piece: {tonic: C}") throws -> CounterpointComposer {
    try CounterpointComposer(try #require(try Configuration(text: text, file: "c.yml").counterpoint))
  }

  @Test func beamSearchIsRepeatableAndFinishes() throws {
    let composer = try composer()
    var settings = BeamSearch.Settings()
    settings.trialFactor = 0.05
    func run(_ seed: UInt64) -> (rewards: [Double], lines: [CounterpointLine], playOuts: Int) {
      var search = BeamSearch(
        settings, table: composer.table, scoring: composer.scoring, deadEndReward: -3, seed: seed)
      while !search.isOver { search.iterate() }
      return (search.keptRewards, search.results(), search.playOuts)
    }
    let first = run(1)
    let again = run(1)
    #expect(first.rewards == again.rewards && first.playOuts == again.playOuts)
    #expect(first.rewards != run(2).rewards)
    #expect(first.rewards == first.rewards.sorted(by: >) && first.rewards.count == 10)
    #expect(!first.lines.isEmpty)
    for line in first.lines { #expect(abs(composer.configuration.scores.evaluate(line).total - first.rewards[0]) < 6) }
    #expect(abs(composer.configuration.scores.evaluate(first.lines[0]).total - first.rewards[0]) < 1e-9)
  }

  @Test func splicesFindWhatBeamSearchDoesNot() throws {
    let composer = try composer()
    var random: UInt64 = 5
    let start = LineBuffer()
    _ = ck_counterpoint_complete(composer.table.table, &random, 1, start.line)
    let lines = composer.compose(first: start, search: .init(moves: 60_000), random: &random)
    let total = composer.configuration.scores.evaluate(lines[0]).total
    #expect(total > 2.95 && total < 2.990567)
    #expect(composer.faults(in: lines[0]) == [])
  }

  @Test func piecesOfARunDiffer() throws {
    let composer = try composer()
    var pieces: [[CounterpointLine]] = []
    for seed in 1...3 {
      var random = UInt64(seed)
      let start = LineBuffer()
      _ = ck_counterpoint_complete(composer.table.table, &random, 1, start.line)
      let lines = composer.compose(first: start, search: .init(moves: 60_000, others: pieces), random: &random)
      #expect(composer.configuration.scores.evaluate(lines[0]).total > 2.9)
      for other in pieces {
        let own = Set(lines[0].notes.dropFirst().dropLast().map { [$0.onset, $0.position] })
        let theirs = other[0].notes.dropFirst().dropLast().map { [$0.onset, $0.position] }
        let shared = theirs.count { own.contains($0) }
        #expect(Double(shared) <= CounterpointComposer.mostShared * Double(min(own.count, theirs.count)))
      }
      pieces.append(lines)
    }
  }

  @Test(arguments: [
    "parts: [above, below]", "parts: [above, above]", "parts: [below, below]", "parts: [above, below, above]",
    "melody: \"C4:4 D4:4 E4:2 F4:2 G4:4 A4:4 r:4 G4 E4:4 D4:4 C4\", parts: [above, below]",
  ])
  func composedPartsKeepTheirRules(piece: String) throws {
    let composer = try composer("piece: {\(piece)}")
    var random: UInt64 = 11
    let start = LineBuffer()
    _ = ck_counterpoint_complete(composer.table.table, &random, 1, start.line)
    let lines = composer.compose(first: start, search: .init(moves: 2000), random: &random)
    let sides = composer.configuration.sides
    try #require(lines.count == sides.count)
    for (index, line) in lines.enumerated() {
      #expect(composer.faults(in: line, part: index) == [])
      let keys = line.asGivenLine.keysByStep(count: line.task.stepCount)
      for (other, side) in zip(lines[..<index], sides) {
        let otherKeys = other.asGivenLine.keysByStep(count: line.task.stepCount)
        let isUpper = sides[index] == .above
        for step in keys.indices where keys[step] >= 0 && otherKeys[step] >= 0 {
          #expect(isUpper ? keys[step] > otherKeys[step] : keys[step] < otherKeys[step])
          guard step > 8, keys[step] != keys[step - 1], otherKeys[step] != otherKeys[step - 1] else { continue }
          let before = abs(keys[step - 1] - otherKeys[step - 1]) % 12
          let now = abs(keys[step] - otherKeys[step]) % 12
          #expect(!(before == now && (now == 0 || now == 7)), "parallels at \(step) with the part \(side)")
        }
      }
    }
  }
}
