#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(1))) struct DeviceReportTests {
    @Test func cardsSayWhatTheyAccept() {
      let probes = PCMProbe.all()
      let card = probes.first { $0.name == "hw:CARD=Intel,DEV=0" }
      #expect(card?.description == "HDA Intel, Generic Analog")
      guard case .accepts(let formats, let rates, let commonRates, let channels) = card?.answer else {
        Issue.record("\(probes)")
        return
      }
      #expect(formats == ["S16_LE"])
      #expect(rates == 16000...96000 && commonRates.contains(48000) && channels == 2...2)
      #expect(probes.contains { $0.name == "default" })
    }

    @Test func aBusyCardAnswersAtOnce() throws {
      let player = Process()
      player.executableURL = URL(filePath: "/usr/bin/aplay")
      player.arguments = ["-q", "-D", "hw:Intel", "-f", "S16_LE", "-r", "48000", "-c", "2", "/dev/zero"]
      try ALSAKernel.start(player)
      defer { player.terminate() }
      let end = ContinuousClock.now + .seconds(5)
      var answer: PCMProbe.Answer?
      while answer != .busy, ContinuousClock.now < end {
        let begin = ContinuousClock.now
        answer = PCMProbe.all().first { $0.name == "hw:CARD=Intel,DEV=0" }?.answer
        #expect(ContinuousClock.now - begin < .seconds(3))
      }
      #expect(answer == .busy)
    }

    @Test func portsAreListedWithTheirDirections() throws {
      let ports = try SequencerClient.listPorts()
      let through = try #require(ports.first { $0.port.address == SequencerAddress(client: 14, port: 0) })
      #expect(through.port.clientName == "Midi Through" && through.isWritable && through.isReadable)
      #expect(!ports.contains { $0.port.clientName == "System" })
    }
  }
#endif
