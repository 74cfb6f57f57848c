import Testing

@testable import Core

@Suite struct TempoMapTests {
  private static let map = TempoMap([
    .init(step: 4, stepSeconds: 0.25), .init(step: 0, stepSeconds: 0.5), .init(step: 8, stepSeconds: 1),
  ])

  @Test func secondsAddUp() throws {
    let map = try #require(Self.map)
    #expect([0, 2, 4, 6, 8, 10].map { map.seconds(ofStep: $0) } == [0, 1, 2, 2.5, 3, 5])
    #expect([0, 1, 2, 2.5, 3, 5].map { map.step(atSeconds: $0) } == [0, 2, 4, 6, 8, 10])
    #expect(map.stepSeconds(at: 3) == 0.5 && map.stepSeconds(at: 4) == 0.25 && map.stepSeconds(at: 99) == 1)
  }

  @Test func oneTempoIsOneProduct() {
    let map = TempoMap(stepSeconds: 0.35)
    for step in 0..<100 { #expect(map.seconds(ofStep: step) == Double(step) * 0.35) }
    #expect(map.isConstant)
  }

  @Test func changesAreNormalised() {
    typealias Change = TempoMap.Change
    #expect(TempoMap([]) == nil)
    #expect(TempoMap([Change(step: 0, stepSeconds: 0)]) == nil)
    #expect(TempoMap([Change(step: 0, stepSeconds: .nan)]) == nil)
    let late = TempoMap([Change(step: 5, stepSeconds: 1), Change(step: 7, stepSeconds: 1)])
    #expect(late?.changes == [Change(step: 0, stepSeconds: 1)])
    let twice = TempoMap([
      Change(step: 0, stepSeconds: 1), Change(step: 3, stepSeconds: 2), Change(step: 3, stepSeconds: 3),
    ])
    #expect(twice?.changes == [Change(step: 0, stepSeconds: 1), Change(step: 3, stepSeconds: 3)])
    let negative = TempoMap([Change(step: -3, stepSeconds: 1), Change(step: 0, stepSeconds: 2)])
    #expect(negative?.changes == [Change(step: 0, stepSeconds: 2)])
    let back = TempoMap([
      Change(step: 0, stepSeconds: 1), Change(step: 3, stepSeconds: 2), Change(step: 3, stepSeconds: 1),
    ])
    #expect(back?.changes == [Change(step: 0, stepSeconds: 1)])
  }
}
