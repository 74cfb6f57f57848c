import ArgumentParser
import Core
import Testing

@testable import rlmusician

@Suite struct PlaybackOptionsTests {
  private func playback(_ arguments: String..., text: String = "") throws -> PlaybackConfiguration {
    let options = try PlaybackOptions.parse(arguments)
    return options.applied(to: try Configuration(text: text, file: "my.yml").playback)
  }

  @Test func aClockIsSentOrFollowedAsTheCommandLineSays() throws {
    #expect(try playback("--sync", "clock").sync.source == .clock)
    #expect(try playback("--sync", "clock", text: "playback: {midi_clock: true}").sendsMIDIClock == false)
    let sent = try playback("--midi-clock", text: "playback: {sync: {source: clock}}")
    #expect(sent.sendsMIDIClock && sent.sync.source == .none)
    #expect(throws: (any Error).self) { try playback("--sync", "clock", "--midi-clock") }
    #expect(throws: (any Error).self) { try playback("--sync", "sundial") }
  }

  @Test func anInputIsNamedOrTakenAway() throws {
    #expect(try playback("--input", "Keys:0").input == "Keys:0")
    #expect(try playback("--input", "", text: "playback: {input: any}").input == nil)
  }
}
