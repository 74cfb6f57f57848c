import Testing

@testable import Core

@Suite struct HighestTests {
  @Test func theHighestAreThoseOfAWholeSort() {
    var random = RandomSource(seed: 4, purpose: .actions, population: 0, candidate: 0)
    for size in [0, 1, 2, 3, 10, 101, 1500] {
      // Few different numbers, many of them, and in order.
      for values in [3, 1_000_000] {
        let numbers = (0..<size).map { _ in Double(Int.random(in: 0..<values, using: &random)) }
        for list in [numbers, numbers.sorted(), numbers.sorted(by: >)] {
          for count in [0, 1, size / 10, size / 2, size, size + 1] {
            #expect(list.highest(count) == Array(list.sorted(by: >).prefix(count)))
          }
        }
      }
    }
  }

  @Test func whatIsNoNumberIsSurvived() {
    let numbers = (0..<50).map { $0 % 3 == 0 ? Double.nan : Double($0) }
    #expect(numbers.highest(5).count == 5)
    #expect([Double](repeating: .nan, count: 9).highest(4).count == 4)
  }
}
