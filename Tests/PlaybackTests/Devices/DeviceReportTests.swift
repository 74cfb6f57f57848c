#if Playback
  import Core
  import Testing

  @testable import Playback

  @Suite struct DeviceReportTests {
    private static let nothing = DeviceReport(
      devices: [], ports: [], soundfonts: [],
      realtime: RealtimePermission(isAllowed: false, limit: 0, lockableBytes: nil))
    private static let card = PCMProbe(
      name: "hw:CARD=A,DEV=0", description: "A, B",
      answer: .accepts(formats: ["S16_LE"], rates: 44100...48000, commonRates: [44100, 48000], channels: 2...2))

    @Test func emptyListsAreNoError() {
      #expect(Self.nothing.text.hasPrefix("PCM devices (--play alsa:NAME): none\nMIDI ports"))
      #expect(Self.nothing.text.contains("real-time priority: not allowed; to allow it: "))
      #expect(
        Self.nothing.json.text
          == #"{"pcm": [], "midi": [], "soundfonts": [], "#
          + #""realtime": {"allowed": false, "rtprio_limit": 0, "rtkit_priority": null, "memlock_bytes": null}}"#)
    }

    @Test func everythingIsNamedAsItIsAskedFor() {
      let port = SequencerDestinationTests.through
      let report = DeviceReport(
        devices: [
          Self.card, PCMProbe(name: "hw:1", description: "", answer: .busy),
          PCMProbe(name: "pulse", description: "", answer: .failed("Connection refused")),
        ], ports: [SequencerClient.ListedPort(port: port, isWritable: true, isReadable: false)],
        soundfonts: ["/a.sf2"], realtime: RealtimePermission(isAllowed: true, limit: 95, lockableBytes: 1))
      #expect(
        report.text == """
          PCM devices (--play alsa:NAME):
            hw:CARD=A,DEV=0 (A, B): S16_LE, 44100-48000 Hz, 2 channels
            hw:1: in use by another program
            pulse: Connection refused
          MIDI ports (--play midi:CLIENT:PORT):
            14:0 'Midi Through' 'Midi Through Port-0'
          soundfonts (--soundfont FILE):
            /a.sf2
            the program's own, if none is named
          real-time priority: allowed

          """)
      #expect(report.json.text.contains(#""rates": [44100, 48000], "channels_min": 2, "channels_max": 2}"#))
      #expect(report.json.text.contains(#"{"name": "hw:1", "description": "", "state": "busy"}"#))
      #expect(report.json.text.contains(#""port": "Midi Through Port-0", "writable": true, "readable": false}"#))
    }
  }
#endif
