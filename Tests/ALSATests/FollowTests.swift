#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// The program as the slave and the master of others' sequencers.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(60))) final class FollowTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "follow-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func start(_ arguments: String...) throws -> Program {
      try Program(arguments, folder: folder.appending(path: UUID().uuidString))
    }

    private func end(_ program: Program) {
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    /// A piece whose steps are told apart by their keys: 60, 61, ...
    private func scale(_ name: String, steps: Int) throws -> String {
      let rows = (0..<steps).reversed().map { row in
        (0..<steps).map { $0 == row ? "1" : "0" }.joined(separator: "\t")
      }
      let file = folder.appending(path: "\(name).tsv")
      try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: file)
      return file.path
    }

    @Test func startContinueAndPositionBeginAtTheRightNotes() throws {
      let program = try start(
        "play", try scale("one", steps: 16), try scale("two", steps: 8), "--play", "midi", "--sync", "clock")
      let master = try MIDIMaster()
      try master.connect()
      func play(_ first: [SequencerTimeline.Message], beats: Double) -> [UInt8] {
        master.forget()
        let begin = master.now + 300_000_000
        var events = first.map { MIDIMaster.Event(nanoseconds: begin - 5_000_000, message: $0) }
        events += MIDIMaster.run(from: begin, seconds: beats / 2, first: nil) { _ in 120 }.events
        master.send(events)
        return master.heard.compactMap(\.onset)
      }
      #expect(play([.start], beats: 3) == [60, 61, 62])
      // On where it was: the clock after the last is the fourth quarter note.
      #expect(play([.resume], beats: 2) == [63, 64])
      // The tenth quarter note is 36 sixteenths on.
      #expect(play([.position(36), .resume], beats: 2) == [69, 70])
      // Between two: the note that sounds there begins again.
      #expect(play([.position(30), .resume], beats: 1) == [67, 68])
      // From the beginning: the next piece.
      #expect(play([.start], beats: 2) == [60, 61])
      // Behind its eighth step it is over, and the first is gone: nothing is left to play.
      #expect(play([.position(28), .resume], beats: 2) == [67])
      #expect(program.ending() == 0, "\(program.standardError)")
    }

    @Test func aNamedInputIsHeardAgainWhenItReappears() throws {
      var master: MIDIMaster? = try MIDIMaster(name: "Keys")
      let program = try start(
        "play", try scale("one", steps: 8), "--play", "midi", "--sync", "clock", "--input", "Keys:clock")
      #expect(master?.isSubscribed() == true, "\(program.standardError)")
      master = nil
      usleep(1_000_000)
      let again = try MIDIMaster(name: "Keys")
      // It is subscribed by itself; only its ears have to be connected.
      #expect(again.isSubscribed(), "\(program.standardError)")
      try again.client.connect(from: try Program.port())
      again.send(MIDIMaster.run(from: again.now + 300_000_000, seconds: 0.9) { _ in 120 }.events)
      #expect(again.heard.compactMap(\.onset) == [60, 61])
      end(program)
    }

    @Test func anInputThatIsNotThereEndsWith69() throws {
      let program = try start("play", try scale("one", steps: 2), "--play", "midi", "--input", "nobody:5")
      #expect(program.ending() == 69)
      #expect(program.standardError.contains("no MIDI port 'nobody:5' to hear"))
    }

    @Test func whatCeasesWithoutAWordIsHeldOrGoesOn() throws {
      for (loss, goesOn) in [("hold", false), ("go_on", true)] {
        let configuration = folder.appending(path: "\(loss).yml")
        try Data("playback: {sync: {on_loss: \(loss), patience_in_seconds: 0.5}}\n".utf8).write(to: configuration)
        let program = try start(
          "play", try scale("one", steps: 64), "--play", "midi", "--sync", "clock", "-c", configuration.path)
        let master = try MIDIMaster()
        try master.connect()
        let run = MIDIMaster.run(from: master.now + 300_000_000, seconds: 1.9, stops: false) { _ in 120 }
        master.send(run.events, listeningFor: 4)
        let onsets = master.heard.filter { $0.onset != nil }
        #expect(goesOn ? onsets.count >= 10 : onsets.count == 5, "\(loss): \(onsets.count)")
        #expect(program.standardError.contains("the master's clock has ceased"))
        end(program)
      }
    }

    // MARK: midish, a sequencer of others

    /// midish, told what to do line by line; as for a front end (`-v`), so that it reads on while it plays.
    private final class Midish {
      private let process = Process()
      private let commands = Pipe()
      init(in folder: URL) throws {
        process.executableURL = URL(filePath: "/usr/bin/midish")
        process.arguments = ["-v"]
        process.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin"]
        process.currentDirectoryURL = folder
        process.standardInput = commands
        process.standardOutput = FileHandle.nullDevice
        try ALSAKernel.start(process)
      }
      func say(_ lines: String...) throws {
        for line in lines { try commands.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }
      }
      func end() {
        try? commands.fileHandleForWriting.close()
        process.waitUntilExit()
      }
    }

    /// Its clock starts and stops the music, at its tempo.
    @Test func midishIsTheMaster() throws {
      let program = try start("play", try scale("one", steps: 32), "--play", "midi", "--sync", "clock")
      let ear = try MIDIMaster(name: "Ear")
      try ear.connect()
      let input = SequencerAddress(client: try Program.port().client, port: 1)
      let midish = try Midish(in: folder)
      try midish.say("dnew 0 \"\(input)\" wo", "dmmctx {}", "dclktx {0}", "t 150", "p")
      ear.send([], listeningFor: 6)
      let heard = ear.heard.filter { $0.onset != nil }
      #expect(heard.compactMap(\.onset).prefix(8) == [60, 61, 62, 63, 64, 65, 66, 67])
      let lengths = zip(heard.dropFirst(2), heard.dropFirst()).map { Double($0.nanoseconds - $1.nanoseconds) / 1e6 }
      let mean = lengths.reduce(0, +) / Double(max(1, lengths.count))
      #expect(abs(mean - 400) < 8, "\(mean) ms a beat at 150 bpm")
      try midish.say("s")
      ear.send([], listeningFor: 1)
      ear.forget()
      ear.send([], listeningFor: 2)
      #expect(ear.heard.allSatisfy { $0.onset == nil })
      // Again: its song begins at 0.
      try midish.say("p")
      ear.send([], listeningFor: 2)
      #expect(ear.heard.first { $0.onset != nil }?.onset == 60)
      try midish.say("s")
      midish.end()
      end(program)
    }

    /// It records what the program plays, by the program's clock: every note is on its own beat.
    @Test func midishIsTheSlave() throws {
      let midish = try Midish(in: folder)
      let program = try start("play", try scale("one", steps: 16), "--play", "midi", "--midi-clock")
      let port = try Program.port()
      try midish.say("dnew 0 \"\(port)\" ro", "dclkrx 0", "tnew take", "ct take", "r")
      #expect(program.ending(withinSeconds: 300) == 0, "\(program.standardError)")
      let file = folder.appending(path: "take.mid")
      try midish.say("s", "export \"\(file.path)\"")
      midish.end()
      let list = """
        import mido, sys
        take = mido.MidiFile(sys.argv[1])
        for track in take.tracks:
            now = 0
            for message in track:
                now += message.time
                if message.type == "note_on" and message.velocity > 0:
                    print(message.note, now / take.ticks_per_beat)
        """
      let notes = try ALSAKernel.run("/usr/bin/python3", "-c", list, file.path).split(separator: "\n").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
      #expect(notes.map { Int($0[0]) } == Array(60..<76))
      let first = notes.first?[1] ?? 0
      for (index, note) in notes.enumerated() { #expect(abs(note[1] - first - Double(index)) <= 1.01 / 24, "\(note)") }
    }
  }
#endif
