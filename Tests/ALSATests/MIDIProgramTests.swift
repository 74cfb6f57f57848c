#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// The program with MIDI out, seen from the programs that listen.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(2))) final class MIDIProgramTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func roll(rows: Int, steps: Int, share: Double) throws -> String {
      try ProgramInput.roll(rows: rows, steps: steps, share: share, in: folder)
    }

    private func configuration(stepSeconds: Double) throws -> String {
      try ProgramInput.configuration(stepSeconds: stepSeconds, in: folder)
    }

    private func start(_ arguments: String...) throws -> Program {
      try Program(arguments, folder: folder.appending(path: UUID().uuidString))
    }

    @Test func arecordmidiRecordsTheNotesOfTheMIDIFile() throws {
      let roll = try roll(rows: 25, steps: 33, share: 0.15)
      let take = try Take.record(roll: roll, configuration: try configuration(stepSeconds: 0.05), in: folder)
      #expect(take.expected.count > 150)
      #expect(take.recorded.map(\.message) == take.expected.map(\.message))
    }

    @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129), (SIGINT, 130)] as [(Int32, Int32)])
    func aSignalInTheMiddleOfAChordEndsEveryNote(_ signal: Int32, _ code: Int32) throws {
      let receiver = try SequencerReceiver(name: "Receiver")
      let roll = try roll(rows: 6, steps: 20, share: 1)
      let player = try start("play", roll, "--play", "midi:receiver")
      receiver.collect(seconds: 20) { $0.filter { $0.message.hasPrefix("on") }.count == 6 }
      #expect(receiver.hanging.count == 6)
      player.send(signal)
      #expect(player.ending() == code)
      receiver.collect(seconds: 1) { $0.last?.message == "unsubscribed" }
      #expect(receiver.hanging.isEmpty)
      #expect(receiver.messages.suffix(3) == ["control 0 64 0", "control 0 123 0", "unsubscribed"])
    }

    @Test func aPortThatIsNotThereEndsWith69() throws {
      let player = try start("play", try roll(rows: 1, steps: 1, share: 1), "--play", "midi:nobody:5")
      #expect(player.ending() == 69)
      let lines = player.standardError.split(separator: "\n")
      #expect(lines.first?.contains("'nobody:5'") == true)
      #expect(lines.contains { $0.contains("14:0 'Midi Through' 'Midi Through Port-0'") })
      #expect(player.standardOutput.isEmpty)
    }

    @Test func trainingIsHeardThroughTheNamedPort() throws {
      let receiver = try SequencerReceiver(name: "Synth")
      let trainer = try start(
        "-p", "1", "-e", "1", "--seed", "1", "--follow", "final", "-c", try configuration(stepSeconds: 0.02), "-o",
        "out",
        "--play", "midi:synth")
      #expect(trainer.ending(withinSeconds: 90) == 0, "\(trainer.standardError)")
      receiver.collect(seconds: 1) { $0.last?.message == "unsubscribed" }
      #expect(receiver.notes.count > 20)
      #expect(receiver.hanging.isEmpty)
    }
  }
#endif
