#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// The port as other programs see and hear it.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(1))) final class SequencerOutputTests {
    static let silence = ["control 0 64 0", "control 0 123 0"]
    let folder = FileManager.default.temporaryDirectory.appending(path: "sequencer-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func output(to destination: String? = nil, clock: Bool = false, wait: Double = 0) throws -> SequencerOutput
    {
      var options = SequencerOutput.Options()
      options.destination = destination.flatMap { SequencerDestination($0) }
      options.sendsClock = clock
      options.waitSeconds = wait
      options.stateFolder = folder
      return try SequencerOutput(options)
    }

    private func address() throws -> SequencerAddress {
      let ports = try SequencerClient.listPorts()
      let port = try #require(ports.first { $0.port.clientName == SequencerOutput.clientName })
      #expect(port.isReadable && !port.isWritable)
      return port.port.address
    }

    /// A chord of three keys that sounds for `steps` half seconds.
    private func chord(steps: Int = 20) throws -> Piece {
      try piece(Array(repeating: String(repeating: "1", count: steps), count: 3))
    }

    private func piece(_ rows: [String], stepSeconds: Double = 0.5) throws -> Piece {
      var settings = PerformanceSettings()
      settings.stepSeconds = stepSeconds
      settings.program = 19
      return Piece(
        roll: try #require(PianoRoll(rowTexts: rows)), settings: settings, score: ScoreBreakdown(entries: []),
        provenance: nil)
    }

    private func hasChord(_ received: [SequencerReceiver.Received]) -> Bool {
      received.filter { $0.message.hasPrefix("on") }.count == 3
    }

    @Test func portHasItsNamesAsLongAsItLives() async throws {
      let output = try output()
      let listing = try ALSAKernel.run("aconnect", "-i", "-l")
      #expect(listing.contains("'RL-Musician' [type=user"))
      #expect(listing.contains("0 'Composer "))
      #expect(try ALSAKernel.run("arecordmidi", "-l").contains("Composer"))
      await output.close()
      await output.close()
      #expect(try !ALSAKernel.run("aconnect", "-l").contains("RL-Musician"))
    }

    @Test func pieceArrivesWithBankAndProgramBeforeItsNotes() async throws {
      let output = try output()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      output.enqueue(PlayerItem(id: 5, piece: try piece(["0110", "1000"], stepSeconds: 0.1)))
      receiver.collect(seconds: 3) { $0.filter { $0.message.hasPrefix("off") }.count == 2 }
      #expect(
        receiver.messages.filter { $0 != "subscribed" } == [
          "control 0 0 0", "control 0 32 0", "program 0 19", "control 0 10 64", "on 0 60 100", "off 0 60",
          "on 0 61 100", "off 0 61",
        ])
      var reports = output.events.makeAsyncIterator()
      #expect(await reports.next() == .started(5))
      #expect(await reports.next() == .finished(5))
      #expect(await reports.next() == .idle)
      #expect(output.position.item == nil)
      await output.close()
    }

    @Test func theFirstPieceWaitsForAListenerButNotForEver() async throws {
      let patient = try output(wait: 60)
      patient.enqueue(PlayerItem(id: 1, piece: try chord()))
      let receiver = try SequencerReceiver(name: "Receiver")
      receiver.collect(seconds: 1)
      let begin = ContinuousClock.now
      try receiver.listen(to: try address())
      receiver.collect(seconds: 3, until: hasChord)
      #expect(hasChord(receiver.received))
      #expect(ContinuousClock.now - begin > .milliseconds(450))
      await patient.close()
      let impatient = try output(wait: 0.3)
      impatient.enqueue(PlayerItem(id: 2, piece: try chord(steps: 1)))
      var reports = impatient.events.makeAsyncIterator()
      #expect(await reports.next() == .started(2))
      await impatient.close()
    }

    @Test func closingInTheMiddleOfAChordEndsEveryNote() async throws {
      let output = try output()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      output.enqueue(PlayerItem(id: 1, piece: try chord()))
      receiver.collect(seconds: 3, until: hasChord)
      #expect(receiver.hanging == ["0 60", "0 61", "0 62"])
      await output.close()
      receiver.collect(seconds: 1) { $0.last?.message == "unsubscribed" }
      #expect(receiver.hanging.isEmpty)
      #expect(receiver.messages.suffix(3) == Self.silence + ["unsubscribed"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func pauseSkipAndStopLeaveNothingSounding() async throws {
      let output = try output()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      for id in 1...3 { output.enqueue(PlayerItem(id: UInt64(id), piece: try chord())) }
      receiver.collect(seconds: 3, until: hasChord)
      let offs = [60, 61, 62].map { "off 0 \($0)" }
      let ons = [60, 61, 62].map { "on 0 \($0) 100" }
      for (command, expected) in [
        (output.pause, offs), (output.resume, ons), (output.skip, offs + ons), (output.stop, offs),
      ] {
        _ = receiver.take()
        command()
        receiver.collect(seconds: 0.7)
        #expect(receiver.notes == expected)
      }
      #expect(output.position.item == nil)
      await output.close()
    }

    @Test func aSubscriberThatLeavesIsSilencedAndOneThatJoinsLearnsTheProgram() async throws {
      let output = try output()
      let port = try address()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: port)
      output.enqueue(PlayerItem(id: 1, piece: try chord()))
      receiver.collect(seconds: 3, until: hasChord)
      try receiver.unlisten(to: port)
      receiver.collect(seconds: 2) { $0.last?.message == "control 0 123 0" }
      #expect(receiver.hanging.isEmpty)
      let other = try SequencerReceiver(name: "Other")
      try other.listen(to: port)
      other.collect(seconds: 2) { $0.last?.message.hasPrefix("control 0 10 ") == true }
      #expect(
        other.messages.filter { $0 != "subscribed" }
          == ["control 0 0 0", "control 0 32 0", "program 0 19", "control 0 10 64"])
      await output.close()
    }

    @Test func aNamedPortIsSubscribedAgainWhenItComesBack() async throws {
      var receiver: SequencerReceiver? = try SequencerReceiver(name: "Synth", portName: "main in")
      let output = try output(to: "synth:main")
      var reports = output.events.makeAsyncIterator()
      let old = try #require(receiver?.address)
      receiver = nil
      #expect(await reports.next() == .deviceLost("MIDI port \(old) 'Synth' 'main in' is gone"))
      let stranger = try SequencerReceiver(name: "Stranger")
      receiver = try SequencerReceiver(name: "Synth", portName: "main in")
      #expect(await reports.next() == .deviceBack)
      #expect(receiver?.address != old)
      output.enqueue(PlayerItem(id: 1, piece: try chord(steps: 1)))
      receiver?.collect(seconds: 3, until: hasChord)
      #expect(receiver?.notes.count == 3)
      stranger.collect(seconds: 0.1)
      #expect(stranger.notes.isEmpty)
      await output.close()
    }

    @Test func aPortThatIsNotThereIsAnErrorThatListsWhatIs() throws {
      let error = #expect(throws: DeviceUnavailableError.self) { try self.output(to: "no such synth:7") }
      #expect(error?.reason.contains("'no such synth:7'") == true)
      #expect(error?.available.contains("14:0 'Midi Through' 'Midi Through Port-0'") == true)
      #expect(throws: Never.self) { _ = try self.output(to: "14:0") }
      #expect(throws: Never.self) { _ = try self.output(to: "midi through:midi through port-0") }
    }

    @Test func clockStartsRunsAndStops() async throws {
      let output = try output(clock: true)
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      output.enqueue(PlayerItem(id: 1, piece: try piece(["1000"])))
      receiver.collect(seconds: 5) { $0.last?.message == "stop" }
      let transport = receiver.messages.filter { ["start", "clock", "stop"].contains($0) }
      #expect(transport == ["start"] + Array(repeating: "clock", count: 96) + ["stop"])
      await output.close()
    }

    @Test func systemExclusiveArrivesWhole() throws {
      let client = try SequencerClient(name: "Sender", portName: "out")
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: client.address)
      client.runQueue()
      for (index, size) in [10, 1000, 4094].enumerated() {
        let message = MIDIMessage.systemExclusive(Array(repeating: 1, count: size))
        #expect(client.schedule(.midi(message), at: Int64(index + 1) * 50_000_000))
      }
      receiver.collect(seconds: 2) { $0.last?.message == "sysex 4096" }
      #expect(receiver.messages.filter { $0.hasPrefix("sysex") } == ["sysex 12", "sysex 1002", "sysex 4096"])
    }

    @Test func aFullPoolIsRefusedWithoutWaiting() throws {
      let client = try SequencerClient(name: "Sender", portName: "out")
      client.runQueue()
      var accepted = 0
      while accepted < 3000, client.schedule(.clock, at: 3_600_000_000_000) { accepted += 1 }
      #expect((400...2000).contains(accepted))
      #expect(client.freeCells() < 10)
      client.emptyQueue()
      #expect(client.freeCells() >= accepted)
    }

    /// A chord in 19 divisions that sounds for ten seconds.
    private func tunedChord(_ tuningOutput: MIDITuningOutput, steps: Int = 20) throws -> Piece {
      var piece = try chord(steps: steps)
      piece.tuning = Tuning.equal(divisions: 19)
      piece.tuningOutput = tuningOutput
      return piece
    }

    @Test(arguments: [MIDITuningOutput.mts, .mpe])
    func receiversArePutBackToTwelveTonesByStopByTheNextPieceAndAtTheEnd(_ tuningOutput: MIDITuningOutput) async throws
    {
      let output = try output()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      // A stop in the middle.
      output.enqueue(PlayerItem(id: 1, piece: try tunedChord(tuningOutput)))
      receiver.collect(seconds: 10, until: hasChord)
      #expect(!receiver.tuning.isTwelveToneEqual)
      output.stop()
      receiver.collect(seconds: 10) { [receiver] _ in receiver.tuning.isTwelveToneEqual }
      #expect(receiver.tuning.isTwelveToneEqual && receiver.hanging.isEmpty)
      // Another piece, reached by a skip.
      _ = receiver.take()
      output.enqueue(PlayerItem(id: 2, piece: try tunedChord(tuningOutput)))
      output.enqueue(PlayerItem(id: 3, piece: try chord()))
      receiver.collect(seconds: 10, until: hasChord)
      #expect(!receiver.tuning.isTwelveToneEqual)
      _ = receiver.take()
      output.skip()
      receiver.collect(seconds: 10, until: hasChord)
      #expect(receiver.tuning.isTwelveToneEqual)
      // The end.
      output.stop()
      output.enqueue(PlayerItem(id: 4, piece: try tunedChord(tuningOutput)))
      _ = receiver.take()
      receiver.collect(seconds: 10, until: hasChord)
      #expect(!receiver.tuning.isTwelveToneEqual)
      await output.close()
      receiver.collect(seconds: 10) { $0.last?.message == "unsubscribed" }
      #expect(receiver.tuning.isTwelveToneEqual && receiver.hanging.isEmpty)
    }

    @Test func moreThan128PitchesArriveInTune() async throws {
      let output = try output()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      // Every degree of more than three octaves in turn, lowest first.
      let count = 180
      var piece = try piece(
        (0..<count).map { row in
          String((0..<count).map { $0 == count - 1 - row ? "1" : "0" as Character })
        }, stepSeconds: 0.02)
      piece.tuning = Tuning.equal(divisions: 53)
      piece.tuningOutput = .mts
      output.enqueue(PlayerItem(id: 1, piece: piece))
      receiver.collect(seconds: 30) { $0.filter { $0.message.hasPrefix("off") }.count == count }
      let pitches = receiver.notes.filter { $0.hasPrefix("on") }.compactMap { note -> Double? in
        let words = note.split(separator: " ").dropFirst().compactMap { UInt8($0) }
        return receiver.tuning.pitch(channel: words[0], key: words[1])
      }
      #expect(pitches.count == count)
      #expect(pitches.enumerated().allSatisfy { abs($1 - 60 - 12.0 / 53 * Double($0)) < 0.001 })
      await output.close()
    }

    @Test func moreNotesAtOnceThanChannelsAreSaid() async throws {
      let lines = Mutex<[String]>([])
      var options = SequencerOutput.Options()
      options.stateFolder = folder
      options.notice = { line in lines.withLock { $0.append(line) } }
      let output = try SequencerOutput(options)
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: try address())
      var piece = try piece(Array(repeating: "10", count: 17), stepSeconds: 0.1)
      piece.tuning = Tuning.equal(divisions: 19)
      piece.tuningOutput = .mpe
      for id in 1...2 { output.enqueue(PlayerItem(id: UInt64(id), piece: piece)) }
      receiver.collect(seconds: 10) { $0.filter { $0.message.hasPrefix("off") }.count == 28 }
      #expect(receiver.notes.filter { $0.hasPrefix("on") }.count == 28)
      await output.close()
      #expect(lines.withLock { $0.map { $0.contains("3 notes left out") } } == [true])
    }

    @Test func aSubscriberThatLeavesIsPutBackToTwelveTones() async throws {
      let output = try output()
      let port = try address()
      let receiver = try SequencerReceiver(name: "Receiver")
      try receiver.listen(to: port)
      output.enqueue(PlayerItem(id: 1, piece: try tunedChord(.mpe)))
      receiver.collect(seconds: 10, until: hasChord)
      try receiver.unlisten(to: port)
      receiver.collect(seconds: 10) { [receiver] _ in receiver.tuning.isTwelveToneEqual }
      #expect(receiver.tuning.isTwelveToneEqual && receiver.hanging.isEmpty)
      await output.close()
    }

    /// The child plays a chord and is killed in the middle; the next start ends it.
    @Test func whatAKilledProcessLeftSoundingIsSilencedByTheNextStart() async throws {
      let receiver = try SequencerReceiver(name: "Survivor")
      let folder = folder.path
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
        var options = SequencerOutput.Options()
        options.destination = SequencerDestination("Survivor")
        options.stateFolder = URL(filePath: folder)
        let output = try SequencerOutput(options)
        var settings = PerformanceSettings()
        settings.tuning = Tuning.equal(divisions: 19)
        settings.tuningOutput = .mpe
        let roll = PianoRoll(rowTexts: ["1111111111", "1111111111"])!
        let piece = Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
        output.enqueue(PlayerItem(id: 1, piece: piece))
        try await Task.sleep(for: .seconds(1.5))
        kill(getpid(), SIGKILL)
      }
      receiver.collect(seconds: 0.5)
      #expect(receiver.hanging.count == 2)
      #expect(!receiver.tuning.isTwelveToneEqual)
      // It silences before it returns.
      let output = try output()
      receiver.collect(seconds: 10) { [receiver] _ in receiver.tuning.isTwelveToneEqual }
      #expect(receiver.hanging.isEmpty && receiver.tuning.isTwelveToneEqual)
      #expect(receiver.messages.contains("control 1 123 0"))
      await output.close()
    }
  }
#endif
