#if Playback
  import Testing

  @testable import Playback

  @Suite struct SequencerDestinationTests {
    static let through = port(14, 0, "Midi Through", "Midi Through Port-0")
    static let synth = port(128, 0, "FLUID Synth (1234)", "Synth input port (1234:0)")
    static let ardour = port(129, 1, "ardour", "physical: in")
    static let ports = [
      through, synth, port(129, 0, "ardour", "MIDI Clock in"), ardour, port(130, 0, "14", "odd"),
      port(24, 0, "a:b", "c"),
    ]

    static func port(_ client: Int, _ port: Int, _ clientName: String, _ portName: String) -> SequencerPort {
      SequencerPort(
        address: SequencerAddress(client: client, port: port), clientName: clientName, portName: portName)
    }

    @Test(arguments: [
      ("14:0", "14:0"), ("14", "14:0"), ("14:", "14:0"), (" 14 : 0 ", "14:0"), ("129:1", "129:1"),
      ("Midi Through", "14:0"), ("midi through:0", "14:0"), ("Midi Through:Midi Through Port-0", "14:0"),
      ("fluid", "128:0"), ("FLUID Synth (1234):Synth input port (1234:0)", "128:0"), ("fluid:synth", "128:0"),
      ("ardour", "129:0"), ("ardour:physical: in", "129:1"), ("ARDOUR:phys", "129:1"), ("129:MIDI", "129:0"),
      ("a:b", "24:0"), ("a:b:c", "24:0"), ("a:b:0", "24:0"),
    ])
    func finds(_ text: String, _ address: String) throws {
      let destination = try #require(SequencerDestination(text))
      #expect(destination.choose(from: Self.ports)?.address.description == address)
    }

    @Test(arguments: [
      "15:0", "14:1", "129:2", "Through", "ardour:out", ":0", "fluid:x", "-1:0", "14:0:0", "999999999999999999999",
    ])
    func findsNothing(_ text: String) throws {
      #expect(try #require(SequencerDestination(text)).choose(from: Self.ports) == nil)
    }

    @Test func emptyTextIsNoDestination() {
      #expect(SequencerDestination("") == nil)
      #expect(SequencerDestination("  ") == nil)
    }
  }
#endif
