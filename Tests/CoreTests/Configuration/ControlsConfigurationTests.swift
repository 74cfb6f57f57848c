import Testing

@testable import Core

@Suite struct ControlsConfigurationTests {
  private func controls(_ text: String) throws -> PlaybackConfiguration.Controls {
    try Configuration(text: "playback: {controls: {\(text)}}", file: "my.yml").playback.controls
  }

  @Test func everyActionHasASource() throws {
    let usual = try controls("")
    #expect(usual == PlaybackConfiguration.Controls())
    #expect(usual.action(of: .control(7)) == .volume)
    #expect(usual.action(of: .control(1)) == nil && usual.action(of: .program(7)) == nil)
  }

  @Test func sourcesAreChosenAndTakenAway() throws {
    let own = try controls("next: program 5, pause: none, volume: control 20")
    #expect(own.action(of: .program(5)) == .next)
    #expect(own.sources[.pause] == nil)
    #expect(own.action(of: .control(7)) == nil && own.action(of: .control(20)) == .volume)
  }

  @Test(arguments: ["control 128", "control", "knob 3", "control -1", "control 1 2", "7"])
  func faultsAreOneLine(_ text: String) {
    #expect(throws: ConfigurationError.self) { try controls("next: \(text)") }
  }

  @Test func oneSourceDoesOneThing() {
    #expect(throws: ConfigurationError.self) { try controls("next: control 7") }
  }

  @Test func aClockIsSentOrFollowed() {
    #expect(throws: ConfigurationError.self) {
      try Configuration(text: "playback: {midi_clock: true, sync: {source: clock}}", file: "my.yml")
    }
  }
}
