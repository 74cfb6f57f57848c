import Testing

@testable import Core

@Suite struct TimbreConfigurationTests {
  /// The example in the default configuration's comment is the default timbre.
  @Test func exampleIsTheDefault() throws {
    let lines = Configuration.defaultText.split(separator: "\n").map(String.init)
    let first = try #require(lines.firstIndex(of: "#   timbres:"))
    let last = try #require(lines.firstIndex { $0.hasPrefix("# Envelopes:") })
    let text = lines[first..<last].map { String($0.dropFirst(4)) }.joined(separator: "\n")
    let configuration = try Configuration(text: text, file: "example.yml")
    #expect(configuration.timbres["default_timbre"] == .standard)
    let shipped = Dictionary(uniqueKeysWithValues: Timbre.shipped.map { ($0.name, $0) })
    #expect(configuration.timbres == shipped)
    #expect(try Configuration(text: "", file: "empty.yml").timbres == shipped)
  }

  static let pure = """
    timbres:
      - name: pure
        fundamental_waveform: sawtooth
        fundamental_volume_envelope: {name: trapezoid, end_share: 0.3}
      - name: bell
        fundamental_waveform: square
        fundamental_volume_envelope: {name: absolute_adsr, attack_time: 0.001}
        fundamental_effects: [{name: tremolo, waveform: triangle}]
        overtones_specs:
          - {waveform: sine, frequency_ratio: 2.5, volume_share: 0.25, volume_envelope: {name: spike}}
    environment: {rendering_params: {sinethesizer: {timbre: bell}}}
    """

  @Test func others() throws {
    let configuration = try Configuration(text: Self.pure, file: "mine.yml")
    let pure = try #require(configuration.timbres["pure"])
    #expect(pure.partials.count == 1)
    #expect(
      pure.partials[0].envelope
        == Envelope(unit: .sharesOfNote, attack: 0.2, decay: 0, sustainLevel: 1, release: 0.3))
    let bell = try #require(configuration.timbres["bell"])
    #expect(bell.partials.map(\.volumeShare) == [0.75, 0.25])
    #expect(bell.partials[0].effects == [.tremolo(frequency: 6, amplitude: 0.5, waveform: .triangle)])
    #expect(
      bell.partials[0].envelope
        == Envelope(unit: .seconds, attack: 0.001, decay: 0.2, sustainLevel: 0.6, release: 0.49))
    #expect(
      bell.partials[1].envelope
        == Envelope(unit: .sharesOfNote, attack: 0.2, decay: 0.8, sustainLevel: 0, release: 0))
    #expect(configuration.timbres.count == Timbre.shipped.count + 2)
    // What is printed reads as the same.
    let again = try Configuration(text: configuration.effectiveText, file: "again.yml")
    #expect(again.timbres == configuration.timbres)
    #expect(again.digest == configuration.digest)
  }

  static let beginning = "timbres:\n  - name: a\n    fundamental_waveform: sine\n"
  static let envelope = "    fundamental_volume_envelope: {name: relative_adsr}\n"

  static let faultyTexts: [(String, String)] = [
    ("timbres: 3", "f:1: timbres: found '3'; allowed: a list of mappings"),
    ("timbres:\n  - fundamental_waveform: sine", "f:2: timbres[0].name: found nothing; allowed: a name without"),
    ("timbres:\n  - name: a\n    fundamental_waveform: cosine", "f:3: timbres[0].fundamental_waveform: found 'cosine'"),
    (beginning, "timbres[0].fundamental_volume_envelope: found nothing; allowed: an envelope"),
    (
      "\(beginning)    fundamental_volume_envelope: {name: relative_adsr, attack_share: 0.9}",
      "f:4: timbres[0].fundamental_volume_envelope: found shares of"
    ),
    (
      "\(beginning)    fundamental_volume_envelope: {name: spike, end_share: 0.9}",
      "f:4: timbres[0].fundamental_volume_envelope.end_share: found the unknown key"
    ),
    (
      "\(beginning)\(envelope)    fundamental_effects: [{name: reverb}]",
      "f:5: timbres[0].fundamental_effects[0].name: found 'reverb'; allowed: tremolo, vibrato"
    ),
    (
      "\(beginning)\(envelope)    fundamental_effects: [{name: vibrato, frequency: 0.02, width: 12}]",
      "f:5: timbres[0].fundamental_effects[0].width: found a width too wide"
    ),
    (
      "\(beginning)\(envelope)    overtones_specs: [{waveform: sine, frequency_ratio: 2, volume_share: 1.5}]",
      "f:5: timbres[0].overtones_specs[0].volume_share: found"
    ),
    (
      "\(beginning)\(envelope)  - name: a\n    fundamental_waveform: sine\n\(envelope)",
      "timbres[1].name: found a second 'a'"
    ),
    (
      "environment: {rendering_params: {sinethesizer: {timbre: tuba}}}",
      "sinethesizer.timbre: found 'tuba'; allowed: bassoon, clarinet, default_timbre, flute, oboe, organ, piano, plucked, "
        + "strings (see timbres)"
    ),
    ("audio: {format: 'wav,mp3'}", "f:1: audio.format: found the text 'wav,mp3'; allowed: a list of wav, flac, ogg"),
    ("audio: {sample_rate: 7999}", "f:1: audio.sample_rate: found '7999'"),
  ]

  @Test(arguments: faultyTexts)
  func faults(text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Configuration(text: text, file: "f") }
    #expect(error.description.contains(message))
  }

  @Test func audio() throws {
    let text = "audio: {format: 'flac, ogg', sample_format: pcm16, sample_rate: 48000}"
    let audio = try Configuration(text: text, file: "f").audio
    #expect(audio.containers == [.flac, .ogg])
    #expect(audio.sampleFormat == .pcm16)
    #expect(audio.sampleRate == 48000)
    #expect(try Configuration(text: "", file: "f").audio == AudioSettings())
    #expect(AudioContainer.list("wav,wav") == nil)
    #expect(AudioContainer.list("") == nil)
  }
}
