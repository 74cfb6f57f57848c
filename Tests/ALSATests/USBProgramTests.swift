#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// The whole program on a USB card whose plug is pulled in the middle of a piece and put in again.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(8))) final class USBProgramTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "unplug-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @Test func trainingEndsAndEveryFileIsWholeAlthoughTheCardWasAway() throws {
      let configuration = folder.appending(path: "configuration.yml")
      try Data(
        """
        environment: {rendering_params: {step_in_seconds: 0.2}}
        playback: {excerpt_in_steps: 0}
        """.utf8
      ).write(to: configuration)
      let training = ["train", "-c", configuration.path, "-p", "16", "-e", "2", "--seed", "1", "-o", "out"]
      let player = try Program(training + ["--play", "alsa:hw:0"], folder: folder.appending(path: "played"))
      try wait("the first piece", seconds: 90) { player.standardError.contains("playing population 1,") }
      usleep(1_500_000)
      try ALSAKernel.run("hmp", "device_del card")
      try wait("the loss", seconds: 20) { player.standardError.contains("the sound goes on when it is back") }
      usleep(2_000_000)
      try ALSAKernel.run("hmp", "device_add usb-audio,id=card,audiodev=a")
      try wait("the card", seconds: 20) { FileManager.default.fileExists(atPath: "/dev/snd/pcmC0D0p") }
      let back = ContinuousClock.now
      try wait("the sound", seconds: 20) { player.standardError.contains("the sound is back") }
      let delay = ContinuousClock.now - back
      let recorded = CardComparison.recordedBytes()
      print("the program's sound is back \(delay) after the card")
      #expect(delay < .seconds(2))
      try wait("sound in the card's recording", seconds: 20) {
        ((try? CardComparison.recording(from: recorded)) ?? []).contains { abs($0) > 0.01 }
      }
      #expect(player.ending(withinSeconds: 200) == 0, "\(player.standardError)")
      for piece in 1...2 { #expect(player.standardError.contains("playing piece \(piece),")) }
      #expect(player.standardError.ranges(of: "the sound goes on when it is back").count == 1)

      // The same without sound has to leave the same files, byte for byte.
      let silent = try Program(training + ["--no-play"], folder: folder.appending(path: "silent"))
      #expect(silent.ending(withinSeconds: 200) == 0, "\(silent.standardError)")
      let (files, expected) = (try contents(player.folder), try contents(silent.folder))
      #expect(expected.count == 2 && expected.allSatisfy { $0.count >= 5 })
      #expect(files == expected)
    }

    private func wait(_ what: String, seconds: Double, for condition: () -> Bool) throws {
      let end = ContinuousClock.now + .seconds(seconds)
      while !condition() {
        try #require(ContinuousClock.now < end, "waited in vain for \(what)")
        usleep(10_000)
      }
    }

    /// The pieces' files by name, in the order in which they were written.
    private func contents(_ folder: URL) throws -> [[String: Data]] {
      let output = folder.appending(path: "out")
      let pieces = try FileManager.default.contentsOfDirectory(atPath: output.path).filter { $0.hasPrefix("result_") }
      return try pieces.sorted().map { piece in
        let place = output.appending(path: piece)
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
        return try Dictionary(
          uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: place.appending(path: $0))) })
      }
    }
  }
#endif
