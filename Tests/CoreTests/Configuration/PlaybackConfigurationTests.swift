import Testing

@testable import Core

@Suite struct PlaybackConfigurationTests {
  private func read(_ yaml: String) throws -> PlaybackConfiguration {
    try Configuration(text: "playback:\n" + yaml, file: "x.yml").playback
  }

  @Test func defaultsStandInTheDefaultFile() throws {
    let file = try Configuration(text: Configuration.defaultText, file: "default").playback
    let absent = try Configuration(text: "", file: "empty").playback
    #expect(file == absent)
    #expect(absent.target == .automatic && absent.synthesizer == .sine && absent.soundfont == nil)
  }

  @Test(
    arguments: [
      ("auto", .automatic), ("alsa", .alsa("default")), ("alsa:hw:0,0", .alsa("hw:0,0")), ("midi", .midi(nil)),
      ("midi:128:0", .midi("128:0")), ("midi:FLUID Synth:0", .midi("FLUID Synth:0")), ("null", .null), ("none", .none),
    ] as [(String, PlaybackTarget)])
  func targetsAreRead(text: String, target: PlaybackTarget) {
    #expect(PlaybackTarget(text) == target)
    #expect(PlaybackTarget(target.description) == target)
  }

  @Test(arguments: ["", "alsa:", "midi:", "null:x", "oss", "auto:1", ":"])
  func otherTargetsAreRefused(text: String) { #expect(PlaybackTarget(text) == nil) }

  @Test(arguments: [
    ("  play: oss\n", "playback.play"), ("  synth: moog\n", "playback.synth"), ("  volume: 2\n", "playback.volume"),
    ("  rate: 1\n", "playback.rate"), ("  period_in_seconds: 0.09\n", "playback.period_in_seconds"),
    ("  follow: me\n", "playback.follow"), ("  colour: red\n", "playback.colour"),
  ])
  func faultsNameTheKey(yaml: String, keyPath: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try read(yaml) }
    #expect(error?.keyPath == keyPath && error?.line == 2)
  }
}
