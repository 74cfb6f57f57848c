#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// What is played to the port `Input` comes back as music at the port `Composer`, and hands do what they mean.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(60))) final class FollowAnswerTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "answer-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Two bars of quarter notes.
    private static let keys: [UInt8] = [62, 65, 64, 62, 67, 65, 64, 62]

    private func phrase(from begin: Int64, quarter: Int64) -> [MIDIMaster.Event] {
      Self.keys.enumerated().flatMap { index, key in
        let onset = begin + Int64(index) * quarter
        return [
          MIDIMaster.Event(nanoseconds: onset, message: .midi(.noteOn(channel: 0, key: key, velocity: 80))),
          MIDIMaster.Event(
            nanoseconds: onset + quarter * 9 / 10, message: .midi(.noteOn(channel: 0, key: key, velocity: 0))),
        ]
      }
    }

    /// The first two rounds of the melody in the answer, which is played with it: when they begin.
    private func rounds(_ master: MIDIMaster) throws -> [Int64] {
      var channels: [UInt8: [(nanoseconds: Int64, key: UInt8)]] = [:]
      for event in master.heard {
        guard case .note(let channel, let key, 1...) = event.content else { continue }
        channels[channel, default: []].append((event.nanoseconds, key))
      }
      let onsets = channels.mapValues { $0.map(\.key) }
      #expect(channels.count == 2 && channels.values.allSatisfy { $0.count > 3 }, "\(onsets)")
      let given = try #require(
        channels.values.first { $0.count > 8 && $0.prefix(8).map(\.key) == Self.keys }, "\(onsets)")
      return [given[0].nanoseconds, given[8].nanoseconds]
    }

    @Test func aPhraseIsAnsweredAtABarLineOverAndOver() throws {
      let program = try Program(
        ["--play", "midi", "--answer", "counterpoint", "--seed", "1", "-o", "out"],
        folder: folder.appending(path: "program"))
      let master = try MIDIMaster()
      try master.connect()
      let begin = master.now + 1_000_000_000
      master.send(phrase(from: begin, quarter: 500_000_000), listeningFor: 16)
      let rounds = try rounds(master)
      let bar = 2_000_000_000.0
      let late = Double(rounds[0] - begin).remainder(dividingBy: bar) / 1e6
      let length = Double(rounds[1] - rounds[0]) / 1e6
      print("answering: the answer begins \(late) ms from the bar line; a round of two bars is \(length) ms")
      #expect(abs(late) < 20 && abs(length - 4000) < 20)
      #expect(program.standardError.contains("heard D4:2 F4:2 E4:2 D4:2 G4:2 F4:2 E4:2 D4:2, 120 a minute"))
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
      let written = try FileManager.default.contentsOfDirectory(atPath: program.folder.appending(path: "out").path)
      #expect(written.contains { $0.hasPrefix("result_") })
    }

    /// Its bars are the master's.
    @Test func anAnswerKeepsTheMastersBars() throws {
      let program = try Program(
        ["--play", "midi", "--sync", "clock", "--answer", "counterpoint", "--seed", "1", "-o", "out"],
        folder: folder.appending(path: "program"))
      let master = try MIDIMaster()
      try master.connect()
      let run = MIDIMaster.run(from: master.now + 1_000_000_000, seconds: 24) { _ in 100 }
      let events = run.events + phrase(from: run.beats[4], quarter: 600_000_000)
      master.send(events.sorted { $0.nanoseconds < $1.nanoseconds })
      let first = try rounds(master)[0]
      let distances = run.beats.map { Double(first - $0) / 1e6 }
      let beat = try #require(distances.indices.min { abs(distances[$0]) < abs(distances[$1]) })
      print("answering: the answer begins \(distances[beat]) ms from the master's beat \(beat)")
      #expect(beat % 4 == 0 && abs(distances[beat]) < 5)
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    /// Every other note comes by OSC, which knows nothing of the queue that stamps the others.
    @Test func notesByMIDIAndByOSCAreOnePhrase() throws {
      let file = folder.appending(path: "c.yml")
      try Data("playback: {osc: {port: 9123}}".utf8).write(to: file)
      let program = try Program(
        ["-c", file.path, "--play", "midi", "--answer", "counterpoint", "--seed", "1", "-o", "out"],
        folder: folder.appending(path: "program"))
      let master = try MIDIMaster()
      try master.connect()
      let sender = OSCSender([.init(host: "127.0.0.1", port: 9123)])
      let begin = master.now + 1_000_000_000
      let quarter: Int64 = 500_000_000
      let events = phrase(from: begin, quarter: quarter)
      let byMIDI = events.enumerated().filter { $0.offset / 2 % 2 == 0 }.map(\.element)
      let thread = Thread {
        for (index, key) in Self.keys.enumerated() where index % 2 == 1 {
          let onset = begin + Int64(index) * quarter
          for (time, velocity) in [(onset, 80), (onset + quarter * 9 / 10, 0)] {
            usleep(UInt32(max(0, (time - master.now) / 1000)))
            sender.note(key: Int(key), velocity: velocity)
          }
        }
      }
      thread.start()
      master.send(byMIDI, listeningFor: 10)
      #expect(
        program.standardError.contains("heard D4:2 F4:2 E4:2 D4:2 G4:2 F4:2 E4:2 D4:2, 120 a minute"),
        "\(program.standardError)")
      program.send(SIGTERM)
      #expect(program.ending() == 143, "\(program.standardError)")
    }

    /// A knob is chosen from a shell, and turned: a 14-bit one, after what keyboards say by themselves.
    @Test func aKnobIsLearnt() throws {
      let file = folder.appending(path: "c.yml")
      let library = folder.appending(path: "library").path
      try Data(
        """
        environment: {n_semitones: 25, n_roll_steps: 24, rendering_params: {step_in_seconds: 0.1}}
        agent: {population_size: 8, n_episodes_per_candidate: 2, n_processes: 1}
        playback: {play: midi, input: any}
        daemon: {library: \(library), sessions: {populations: 2, pieces: 1, start_paused: true}}
        """.utf8
      ).write(to: file)
      let program = try Program(["daemon", "-c", file.path], folder: folder.appending(path: "program"))
      let master = try MIDIMaster()
      try master.connect()
      func control(_ arguments: String...) throws -> String {
        let ctl = try Program(
          ["ctl"] + arguments + ["--socket", "\(library)/control.sock"],
          folder: folder.appending(path: UUID().uuidString))
        _ = ctl.ending(withinSeconds: 120)
        return ctl.standardOutput + ctl.standardError
      }
      let asked = try control("learn", "rule 3")
      #expect(asked.contains("turn the knob for rule 3"), "\(asked)")
      let said: [(UInt8, UInt8)] = [(101, 0), (100, 0), (6, 2), (38, 0), (0, 1), (32, 1), (123, 5), (27, 64), (59, 90)]
      let begin = master.now + 100_000_000
      master.send(
        said.enumerated().map { index, message in
          .init(
            nanoseconds: begin + Int64(index) * 1_000_000,
            message: .midi(.controlChange(channel: 2, controller: message.0, value: message.1)))
        }, listeningFor: 2)
      let learnt = try control("learn")
      #expect(learnt.contains("rule 3\tcontrol 27") && learnt.contains("next\tcontrol 59"), "\(learnt)")
      #expect(!learnt.contains("turn the knob"))
      program.send(SIGTERM)
      #expect(program.ending() == 0, "\(program.standardError)")
    }

    /// Volume, and the next piece.
    @Test func knobsAreObeyed() throws {
      let roll = try MIDIMaster.roll(steps: 2000, in: folder)
      let program = try Program(
        ["play", roll, roll, "--play", "midi", "--input", "any"], folder: folder.appending(path: "program"))
      let master = try MIDIMaster()
      try master.connect()
      func turn(_ controller: UInt8, _ value: UInt8, listeningFor seconds: Double) {
        master.forget()
        let message = SequencerTimeline.Message.midi(.controlChange(channel: 4, controller: controller, value: value))
        master.send([.init(nanoseconds: master.now + 10_000_000, message: message)], listeningFor: seconds)
      }
      master.send([], listeningFor: 3)
      #expect(master.heard.contains { $0.onset != nil })
      turn(7, 32, listeningFor: 1)
      let volumes = master.heard.compactMap { heard -> UInt8? in
        if case .control(_, 7, let value) = heard.content { value } else { nil }
      }
      #expect(volumes.count == 1 && volumes[0] < 60, "\(volumes)")
      // Held, and let go.
      turn(41, 127, listeningFor: 1)
      turn(1, 5, listeningFor: 2)
      #expect(!master.heard.contains { $0.onset != nil })
      turn(41, 127, listeningFor: 2)
      #expect(master.heard.contains { $0.onset != nil })
      // Both pieces are over after two of these.
      turn(59, 127, listeningFor: 1)
      turn(59, 0, listeningFor: 1)
      #expect(program.ending(withinSeconds: 0) == nil)
      turn(59, 127, listeningFor: 1)
      #expect(program.ending() == 0, "\(program.standardError)")
    }
  }
#endif
