#if Playback
  import Foundation
  import Testing

  @testable import Playback

  /// When the port's events come, by the kernel's clock, while every processor trains.
  ///
  /// `scripts/test-alsa timing` runs these in a machine whose time is that of its instructions: the clock of an emulator
  /// that its host holds up for 10 ms would say that of every note in those 10 ms.
  @Suite(.alsaKernel, .serialized, .timeLimit(.minutes(60))) final class TimingTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "timing-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The recording of another program, whose clock moves on when its queue looks for what is due.
    @Test func arecordmidiHearsNotesWithinAMillisecondWhileEveryProcessorTrains() throws {
      let (roll, configuration) = try piece()
      let take = try whileEveryProcessorTrains {
        try Take.record(roll: roll, configuration: configuration, in: folder)
      }
      #expect(take.recorded.map(\.message) == take.expected.map(\.message))
      expectPunctual(take.recorded, take.expected, "arecordmidi")
    }

    /// Stamped with the kernel's time at the moment of delivery, to the nanosecond.
    @Test func notesAreDeliveredWithinAMillisecondWhileEveryProcessorTrains() throws {
      let (roll, configuration) = try piece()
      let expected = try Take.music(ofRoll: roll, configuration: configuration, in: folder)
      let receiver = try SequencerReceiver(name: "Receiver")
      try whileEveryProcessorTrains {
        let player = try Program(
          ["play", roll, "-c", configuration, "--play", "midi:Receiver"], folder: folder.appending(path: "player"))
        receiver.collect(seconds: 60) { $0.last?.message == "unsubscribed" }
        #expect(player.ending() == 0, "\(player.standardError)")
      }
      let received = receiver.received.map { Take.Event(message: $0.message, seconds: Double($0.nanoseconds) / 1e9) }
      expectPunctual(received.filter(isOnset), expected.filter(isOnset), "delivered")
    }

    /// A roll and a configuration whose step is no multiple of the period in which the queue looks for what is due.
    private func piece() throws -> (roll: String, configuration: String) {
      (
        try ProgramInput.roll(rows: 25, steps: 257, share: 0.12, in: folder),
        try ProgramInput.configuration(stepSeconds: 0.0317, in: folder)
      )
    }

    private func whileEveryProcessorTrains<Result>(_ body: () throws -> Result) throws -> Result {
      let trainer = try Program(
        ["--style", "roll", "-p", "1000000", "--threads", "2", "--no-play", "--json", "-o", "out"],
        folder: folder.appending(path: "trainer"))
      let end = ContinuousClock.now + .seconds(60)
      while populations(trainer) < 3, ContinuousClock.now < end { usleep(50_000) }
      let before = populations(trainer)
      try #require(before >= 3, "no training: \(trainer.standardError)")
      let result = try body()
      #expect(trainer.ending(withinSeconds: 0) == nil, "the training ended early: \(trainer.standardError)")
      // It went on all the time; how far it came is the machine's speed.
      #expect(populations(trainer) > before)
      return result
    }

    private func populations(_ trainer: Program) -> Int {
      trainer.standardOutput.split(separator: "\n").filter { $0.contains("\"population\"") }.count
    }

    private func isOnset(_ event: Take.Event) -> Bool { event.message.hasPrefix("on") }

    private func expectPunctual(_ received: [Take.Event], _ expected: [Take.Event], _ measure: String) {
      let onsets = zip(received, expected).filter { isOnset($1) }
      #expect(onsets.count > 500 && received.count == expected.count)
      let offsets = onsets.map { $0.seconds - $1.seconds }.sorted()
      guard !offsets.isEmpty else { return }
      // Where the listener's clock begins is its own business, so one constant is free.
      let errors = offsets.map { abs($0 - offsets[offsets.count / 2]) * 1000 }.sorted()
      let figures = [errors[errors.count / 2], errors[errors.count * 99 / 100], errors[errors.count - 1]]
        .map { String(format: "%.3f", $0) }
      print(
        "\(measure), while every processor trains: \(errors.count) onsets, median \(figures[0]) ms,",
        "p99 \(figures[1]) ms, max \(figures[2]) ms")
      #expect(errors[errors.count * 99 / 100] < 1)
    }
  }
#endif
