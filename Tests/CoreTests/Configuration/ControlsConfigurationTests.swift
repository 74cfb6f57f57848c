import Testing

@testable import Core

@Suite struct ControlsConfigurationTests {
  private func controls(_ text: String) throws -> PlaybackConfiguration.Controls {
    try Configuration(text: "playback: {controls: {\(text)}}", file: "my.yml").playback.controls
  }

  @Test func everyActionHasASource() throws {
    let usual = try controls("")
    #expect(usual == PlaybackConfiguration.Controls())
    #expect(usual.meaning(of: .control(7)) == .action(.volume))
    #expect(usual.meaning(of: .control(1)) == nil && usual.meaning(of: .program(7)) == nil)
  }

  @Test func sourcesAreChosenAndTakenAway() throws {
    let own = try controls("next: program 5, pause: none, volume: control 20")
    #expect(own.meaning(of: .program(5)) == .action(.next))
    #expect(own.sources[.pause] == nil)
    #expect(own.meaning(of: .control(7)) == nil && own.meaning(of: .control(20)) == .action(.volume))
  }

  @Test(arguments: ["control 128", "control", "knob 3", "control -1", "control 1 2", "7"])
  func faultsAreOneLine(_ text: String) {
    #expect(throws: ConfigurationError.self) { try controls("next: \(text)") }
  }

  @Test func oneSourceDoesOneThing() {
    #expect(throws: ConfigurationError.self) { try controls("next: control 7") }
  }

  @Test func rulesHaveKnobs() throws {
    #expect(try controls("").meaning(of: .control(18)) == .rule(2))
    let own = try controls("rules: [program 1, none, control 90]")
    #expect(own.meaning(of: .control(90)) == .rule(2) && own.meaning(of: .control(18)) == nil)
    // What is given something else to do is no rule's, also when it is read again.
    let text = "playback: {controls: {volume: control 18}}"
    let configuration = try Configuration(text: text, file: "my.yml")
    #expect(configuration.playback.controls.meaning(of: .control(18)) == .action(.volume))
    let again = try Configuration(text: configuration.effectiveText, file: "effective.yml")
    #expect(again.playback.controls == configuration.playback.controls)
    #expect(throws: ConfigurationError.self) { try controls("rules: [control 7]") }
    #expect(throws: ConfigurationError.self) { try controls("rules: [control 9, control 9]") }
    #expect(throws: ConfigurationError.self) { try controls("rules: [knob]") }
  }

  @Test func aKnobLearnsOneThing() throws {
    let learnt = try controls("").learning(.action(.next), from: .control(16))
    #expect(learnt.meaning(of: .control(16)) == .action(.next) && learnt.meaning(of: .control(59)) == nil)
    let far = learnt.learning(.rule(11), from: .control(7))
    #expect(far.meaning(of: .control(7)) == .rule(11) && far.sources[.volume] == nil)
  }

  @Test func answersAreConfigured() throws {
    func answer(_ text: String) throws -> PlaybackConfiguration.Answer {
      try Configuration(text: "playback: {answer: {\(text)}}", file: "my.yml").playback.answer
    }
    #expect(try answer("") == PlaybackConfiguration.Answer())
    let own = try answer("kind: theme, voices: 2, end_note: C8, tempo: 80, rest_in_bars: 2")
    #expect(own.kind == .theme && own.voices == 2 && own.endKey == 108 && own.tempo == 80 && own.restBars == 2)
    #expect(throws: ConfigurationError.self) { try answer("kind: fugue") }
    #expect(throws: ConfigurationError.self) { try answer("end_note: H2") }
    #expect(throws: ConfigurationError.self) { try Configuration(text: "playback: {meter: 5/16}", file: "my.yml") }
  }

  @Test func aClockIsSentOrFollowed() {
    #expect(throws: ConfigurationError.self) {
      try Configuration(text: "playback: {midi_clock: true, sync: {source: clock}}", file: "my.yml")
    }
  }
}
