#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// Pieces in parts at the port.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(1))) final class SequencerPartsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "parts-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    private let setup = [
      "control 0 0 0", "control 0 32 0", "program 0 73", "control 0 10 32", "control 1 0 0", "control 1 32 0",
      "program 1 42", "control 1 10 64", "control 2 0 0", "control 2 32 0", "program 2 0", "control 2 10 108",
    ]

    @Test func everyChannelHasItsProgramBeforeItsNotesAndForWhoComesLater() async throws {
      var options = SequencerOutput.Options()
      options.waitSeconds = 0
      options.stateFolder = folder
      let output = try SequencerOutput(options)
      let ports = try SequencerClient.listPorts()
      let port = try #require(ports.first { $0.port.clientName == SequencerOutput.clientName }).port.address
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: port)
      output.enqueue(PlayerItem(id: 1, piece: PartsPiece.trio(stepSeconds: 0.5)))
      receiver.collect(seconds: 3) { $0.filter { $0.message.hasPrefix("on") }.count == 2 }
      let heard = receiver.messages.filter { $0 != "subscribed" }
      #expect(Array(heard.prefix(12)).sorted() == setup.sorted())
      #expect(heard.dropFirst(12).prefix(2).sorted() == ["on 0 76 100", "on 1 60 100"])

      let late = try SequencerReceiver(name: "Late")
      try late.listen(to: port)
      late.collect(seconds: 8) { $0.contains { $0.message == "off 2 48" } }
      let told = late.messages.filter { $0 != "subscribed" }
      #expect(Array(told.prefix(12)).sorted() == setup.sorted())
      // The third part begins long after it came.
      #expect(told.contains("on 2 48 100") && late.hanging.isEmpty)
      await output.close()
    }
  }
#endif
