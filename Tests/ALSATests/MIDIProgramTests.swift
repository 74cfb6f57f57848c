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

    /// A roll file of so many rows and steps, about `share` of its cells on; the same every time.
    private func roll(rows: Int, steps: Int, share: Double) throws -> String {
      var state: UInt64 = 1
      let lines = (0..<rows).map { _ in
        (0..<steps).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Double(state >> 33) / Double(1 << 31) < share ? "1" : "0"
        }.joined(separator: "\t")
      }
      let file = folder.appending(path: "roll.tsv")
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
      return file.path
    }

    private func configuration(stepSeconds: Double) throws -> String {
      let file = folder.appending(path: "configuration.yml")
      try Data("environment:\n  rendering_params:\n    step_in_seconds: \(stepSeconds)\n".utf8).write(to: file)
      return file.path
    }

    private func start(_ arguments: String...) throws -> Program {
      try Program(arguments, folder: folder.appending(path: UUID().uuidString))
    }

    @Test func arecordmidiRecordsTheNotesOfTheMIDIFile() throws {
      let roll = try roll(rows: 25, steps: 33, share: 0.15)
      let configuration = try configuration(stepSeconds: 0.05)
      let rendered = try start("render", roll, "-c", configuration, "-o", folder.appending(path: "files").path)
      #expect(rendered.ending() == 0, "\(rendered.standardError)")
      let piece = rendered.standardOutput.split(separator: "\n")[0]
      let player = try start("play", roll, "-c", configuration, "--play", "midi")
      let address = try Program.port()

      let recording = folder.appending(path: "recording.mid").path
      let recorder = Process()
      recorder.executableURL = URL(filePath: "/usr/bin/arecordmidi")
      recorder.arguments = ["-p", address.description, "-t", "960", recording]
      try ALSAKernel.start(recorder)
      #expect(player.ending() == 0, "\(player.standardError)")
      recorder.interrupt()
      recorder.waitUntilExit()

      let list = """
        import mido, sys
        for message in mido.merge_tracks(mido.MidiFile(sys.argv[1]).tracks):
            if message.type == "program_change": print("program", message.channel, message.program)
            if message.type in ("note_on", "note_off"):
                on = message.type == "note_on" and message.velocity > 0
                print("on" if on else "off", message.channel, message.note, message.velocity if on else 0)
        """
      let file = URL(filePath: String(piece), relativeTo: rendered.folder).appending(path: "music.mid").path
      let expected = try ALSAKernel.run("/usr/bin/python3", "-c", list, file)
      #expect(expected.split(separator: "\n").count > 150)
      #expect(try ALSAKernel.run("/usr/bin/python3", "-c", list, recording) == expected)
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

    /// Lateness by the kernel's own clock while the program trains on both processors.
    ///
    /// The emulator itself is held up when its host has other work; ticks that the receiver sends itself show when, and
    /// the notes of such moments are left out. What is ours (events handed over late, wrong times) moves notes, not ticks.
    @Test func onsetsAreWithinAMillisecondWhileBothProcessorsTrain() async throws {
      let load = try start("-p", "100000", "--no-play", "-o", "out")
      let rows = (0..<12).map { row in (0..<64).map { ($0 + row) % 3 == 0 ? "1" : "0" }.joined() }
      var settings = PerformanceSettings()
      settings.stepSeconds = 0.0317  // no multiple of the queue's period
      let piece = Piece(
        roll: try #require(PianoRoll(rowTexts: rows)), settings: settings, score: ScoreBreakdown(entries: []),
        provenance: nil)
      var best: Lateness?
      for _ in 1...3 where best.map({ $0.p99 >= 1 || $0.counted < $0.all / 2 }) ?? true {
        let lateness = try await lateness(piece)
        print("onsets while both processors train: \(lateness)")
        if best.map({ lateness.p99 < $0.p99 }) ?? true { best = lateness }
      }
      #expect(load.ending(withinSeconds: 0) == nil, "the load ended too early: \(load.standardError)")
      let figures = try #require(best)
      #expect(figures.p99 < 1 && figures.counted >= figures.all / 2)
    }

    private struct Lateness: CustomStringConvertible {
      var all: Int
      var counted: Int
      var median: Double
      var p99: Double
      var maximum: Double
      var description: String { "\(counted) of \(all) notes, median \(median) ms, p99 \(p99) ms, max \(maximum) ms" }
    }

    /// Plays the piece twice and compares when its notes arrive with when they should, up to a constant: milliseconds
    /// early or late.
    private func lateness(_ piece: Piece) async throws -> Lateness {
      let performance = SequencerPerformance(piece)
      let onsets = performance.events.filter {
        if case .noteOn(_, _, 1...) = $0.message { true } else { false }
      }.map(\.nanoseconds)
      let expected = onsets + onsets.map { $0 + performance.duration }
      let receiver = try SequencerReceiver(name: "Receiver")
      var options = SequencerOutput.Options()
      options.destination = SequencerDestination("Receiver")
      options.stateFolder = folder
      let output = try SequencerOutput(options)
      let interval: Int64 = 3_000_000
      let due = try receiver.tick(every: interval, count: 1600)
      for id in 1...2 { output.enqueue(PlayerItem(id: UInt64(id), piece: piece)) }
      receiver.collect(seconds: 30) { $0.filter { $0.message == "tick" }.count == due.count }
      await output.close()
      let ticks = zip(receiver.received.filter { $0.message == "tick" }.map(\.nanoseconds), due)
      // A queue looks at its events once a millisecond, so ticks are late by a constant.
      let usual = ticks.map { $0 - $1 }.min() ?? 0
      let standstills = ticks.filter { $0 - $1 - usual > 500_000 }.map { ($1 - interval)...($0 + interval) }
      let received = receiver.received.filter { $0.message.hasPrefix("on") }.map(\.nanoseconds)
      try #require(received.count == expected.count)
      let offsets = zip(received, expected).map { $0 - $1 }
      let constant = offsets.sorted()[offsets.count / 2]
      let lateness = zip(received, expected).filter { came, onset in
        let due = onset + constant
        return !standstills.contains { $0.overlaps(min(came, due)...max(came, due)) }
      }.map { abs(Double($0 - $1 - constant)) / 1e6 }.sorted()
      guard let maximum = lateness.last else {
        return Lateness(all: expected.count, counted: 0, median: .infinity, p99: .infinity, maximum: .infinity)
      }
      return Lateness(
        all: expected.count, counted: lateness.count, median: lateness[lateness.count / 2],
        p99: lateness[lateness.count * 99 / 100], maximum: maximum)
    }
  }
#endif
