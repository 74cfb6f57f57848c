#if Playback
  import Foundation
  import Testing

  @testable import Playback

  /// The daemon with a real card that comes and goes, and with a real sequencer.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(4))) final class USBDaemonTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "daemon-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func waits(for what: Comment, seconds: Double = 60, until holds: () throws -> Bool) throws {
      let end = ContinuousClock.now + .seconds(seconds)
      while try !holds() {
        if ContinuousClock.now > end {
          Issue.record("waited in vain for: \(what)")
          return
        }
        usleep(50_000)
      }
    }

    /// Sound arrives at the card.
    private func plays(_ what: Comment) throws {
      let before = CardComparison.recordedBytes()
      try waits(for: what) { CardComparison.recordedBytes() > before + 100_000 }
    }

    private func control(_ arguments: String...) throws -> Program {
      let program = try Program(
        ["ctl"] + arguments + ["--socket", "\(folder.path)/library/control.sock"],
        folder: folder.appending(path: UUID().uuidString))
      _ = program.ending(withinSeconds: 60)
      return program
    }

    @Test func theCardAppearsGoesComesBackAndMakesRoomForMIDI() throws {
      let configuration = """
        environment: {n_semitones: 25, n_roll_steps: 24, rendering_params: {step_in_seconds: 0.1}}
        agent: {population_size: 8, n_episodes_per_candidate: 2, n_processes: 1}
        playback: {play: 'alsa:plughw:0', follow: final, volume: 1}
        daemon: {library: \(folder.path)/library, sessions: {populations: 3, pieces: 1}, retention: {pieces: 20}}
        """
      let file = folder.appending(path: "c.yml")
      try Data(configuration.utf8).write(to: file)
      try ALSAKernel.run("hmp", "device_del card")
      let daemon = try Program(["daemon", "-c", file.path], folder: folder)
      // Without the card it says so and composes.
      try waits(for: "a word about the card") {
        daemon.standardError.contains("plughw:0") && daemon.standardError.contains("written, not played")
      }
      try waits(for: "a piece") { daemon.standardError.contains("piece ") }
      try ALSAKernel.run("hmp", "device_add usb-audio,id=card,audiodev=a")
      try waits(for: "the card") { daemon.standardError.contains("sound: alsa:plughw:0") }
      try plays("sound on the card that appeared")

      try ALSAKernel.run("hmp", "device_del card")
      try waits(for: "the loss") { daemon.standardError.contains("the sound goes on when it is back") }
      try ALSAKernel.run("hmp", "device_add usb-audio,id=card,audiodev=a")
      try waits(for: "the card again") { daemon.standardError.contains("the sound is back") }
      try plays("sound on the card that came back")

      // What is not there is refused, and the card plays on.
      let refused = try control("set", "output=midi:nobody:5")
      #expect(refused.ending() == 69, "\(refused.standardError)")
      #expect(refused.standardError.contains("nobody:5"))
      try plays("sound after the refusal")
      let changed = try control("set", "output=midi")
      #expect(changed.ending() == 0, "\(changed.standardError)")
      _ = try Program.port(withinSeconds: 60)
      #expect(try control("set", "output=alsa:plughw:0").ending() == 0)
      try plays("sound on the card after MIDI")
      try waits(for: "the port's end") {
        try !SequencerClient.listPorts().contains { $0.port.clientName == SequencerOutput.clientName }
      }
      daemon.send(SIGTERM)
      #expect(daemon.ending() == 0, "\(daemon.standardError)")
    }
  }
#endif
