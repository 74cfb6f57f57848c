import Core
import Testing

@Suite struct PhraseCollectorTests {
  /// Keys pressed a half apart, each held for 0.4.
  private static func play(_ keys: [Int], into collector: inout PhraseCollector) {
    for (index, key) in keys.enumerated() {
      let onset = 10 + Double(index) / 2
      #expect(collector.note(key: key, velocity: 80, at: onset) == nil)
      #expect(collector.note(key: key, velocity: 0, at: onset + 0.4) == nil)
    }
  }

  @Test func aRestEndsIt() {
    var collector = PhraseCollector(rest: 2)
    #expect(collector.deadline == nil)
    Self.play([60, 62], into: &collector)
    #expect(collector.isPlaying)
    #expect(collector.advance(to: 12.89) == nil)
    let phrase = collector.advance(to: 12.91)
    #expect(phrase?.map(\.key) == [60, 62])
    #expect(phrase?.map(\.onset) == [10, 10.5])
    #expect(phrase?.allSatisfy { abs($0.duration - 0.4) < 1e-9 } == true)
    #expect(!collector.isPlaying && collector.advance(to: 99) == nil)
  }

  @Test func aKeyThatIsHeldIsNoRest() {
    var collector = PhraseCollector(rest: 2)
    _ = collector.note(key: 60, velocity: 80, at: 1)
    #expect(collector.deadline == nil && collector.advance(to: 100) == nil)
    _ = collector.note(key: 60, velocity: 0, at: 100)
    #expect(collector.advance(to: 102)?.first?.duration == 99)
  }

  @Test func thePedalOrAKeyEndsItAtOnce() {
    var collector = PhraseCollector(rest: 2, endKey: 108)
    Self.play([60, 62, 64], into: &collector)
    #expect(collector.note(key: 108, velocity: 1, at: 11.9)?.count == 3)
    #expect(collector.note(key: 108, velocity: 0, at: 12) == nil)
    #expect(collector.pedal(at: 12) == nil)
    _ = collector.note(key: 60, velocity: 80, at: 13)
    #expect(collector.pedal(at: 13.5) == [PlayedNote(onset: 13, duration: 0.5, key: 60, velocity: 80)])
  }

  @Test func theFirstNoteAfterARestBeginsTheNext() {
    var collector = PhraseCollector(rest: 2)
    Self.play([60, 62], into: &collector)
    #expect(collector.note(key: 70, velocity: 80, at: 20)?.map(\.key) == [60, 62])
    _ = collector.note(key: 70, velocity: 0, at: 20.5)
    #expect(collector.advance(to: 30)?.map(\.key) == [70])
  }

  @Test func memoryIsBounded() {
    var collector = PhraseCollector(rest: 2)
    for index in 0..<50_000 { _ = collector.note(key: index % 128, velocity: 1, at: Double(index) * 1e-3) }
    let phrase = collector.pedal(at: 60) ?? []
    #expect(phrase.count <= PhraseCollector.mostNotes && phrase.last?.onset == 49.999)
  }
}
