import Testing

@testable import Core

@Suite struct RankCardTests {
  private let card = RankCard(settings: [.init("configuration", "abc"), .init("seed", "7")])

  @Test func bytesAndBack() {
    var other = card
    other.fault = .init(code: 78, text: "f.yml:2: tänker: found …")
    for card in [card, other, RankCard()] { #expect(RankCard(bytes: card.bytes) == card) }
  }

  @Test(arguments: [[], [1], [1, 0, 0, 0], [255, 255, 255, 255, 0], [1, 0, 0, 0, 0xFF]] as [[UInt8]])
  func whatIsNoCard(bytes: [UInt8]) { #expect(RankCard(bytes: bytes) == nil) }

  @Test func cutShort() {
    let bytes = card.bytes
    for count in 0..<bytes.count { #expect(RankCard(bytes: Array(bytes[..<count])) != card) }
  }

  @Test func equalRanksAgree() {
    #expect(RankDisagreement([card, card, card]) == nil)
    #expect(RankDisagreement([card]) == nil)
  }

  @Test func anotherVersion() throws {
    var other = card
    other.version = "0.1"
    other.settings = []
    let found = try #require(RankDisagreement([card, card, other, card]))
    #expect(
      found.lines == [
        "ranks 0, 1, 3: version \(Program.version)", "rank 2: version 0.1", "start the same program on every rank",
      ])
    #expect(found.code == 78)
    #expect(RankDisagreement([card, nil])?.lines[1] == "rank 1: version that speaks differently")
  }

  @Test func anotherConfiguration() throws {
    var other = card
    other.settings[0].value = "def"
    let found = try #require(RankDisagreement([card, other, other, other]))
    #expect(
      found.lines == [
        "rank 0: configuration abc", "ranks 1 to 3: configuration def",
        "the configuration has to be the same on every rank",
      ])
    #expect(found.code == 78)
    other.settings = []
    #expect(RankDisagreement([card, other])?.lines[1] == "rank 1: configuration none")
  }

  /// Every fault is said once, whoever has it.
  @Test func faults() throws {
    var (bad, worse) = (card, card)
    bad.fault = .init(code: 66, text: "x.yml: no such file")
    worse.fault = .init(code: 71, text: "no threads")
    let found = try #require(RankDisagreement([card, bad, bad, worse]))
    #expect(found.lines == ["ranks 1, 2: x.yml: no such file", "rank 3: no threads"])
    #expect(found.code == 66)
  }
}
