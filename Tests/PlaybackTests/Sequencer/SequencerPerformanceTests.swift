#if Playback
  import Core
  import Testing

  @testable import Playback

  @Suite struct SequencerPerformanceTests {
    private static func file(_ events: [MIDIEvent]) -> SequencerPerformance {
      SequencerPerformance(
        file: MIDIFile(tracks: [events]), timing: MIDITiming(stepSeconds: 0.5), stepCount: 4)
    }

    @Test func bankAndProgramThenTheFilesNotes() throws {
      let performance = SequencerPerformance(try piece(["0110", "1000"]) { $0.program = 19 })
      #expect(
        performance.events.map(\.message) == [
          .controlChange(channel: 0, controller: 0, value: 0), .controlChange(channel: 0, controller: 32, value: 0),
          .programChange(channel: 0, program: 19), .controlChange(channel: 0, controller: 10, value: 64),
          .noteOn(channel: 0, key: 60, velocity: 100),
          .noteOn(channel: 0, key: 60, velocity: 0), .noteOn(channel: 0, key: 61, velocity: 100),
          .noteOn(channel: 0, key: 61, velocity: 0),
        ])
      #expect(performance.events.map { $0.nanoseconds / 1_000_000 } == [0, 0, 0, 0, 0, 500, 500, 1500])
      #expect(performance.duration == 2_000_000_000)
      #expect(performance.channels == [0])
    }

    @Test func sameOrderAsTheFile() throws {
      let chords = try piece(["1100", "0110", "1111", "1001"])
      let filed = MIDIEvent.sorted(MIDIFile(chords).tracks[1]).map(\.message).filter {
        if case .controlChange = $0 { false } else { $0.channel != nil }
      }
      let sent = SequencerPerformance(chords).events.map(\.message).filter {
        if case .controlChange = $0 { false } else { true }
      }
      #expect(sent == filed)
    }

    @Test func timesAreTheFilesTempo() throws {
      // 0.35 s is 349999 microseconds a quarter in the file, so also here.
      let performance = SequencerPerformance(try piece(["01"]) { $0.stepSeconds = 0.35 })
      #expect(performance.events.last?.nanoseconds == 699_998_000 as Int64)
    }

    @Test func longestRollAtTheSlowestTempoDoesNotOverflow() throws {
      let roll = String(repeating: "0", count: 4095) + "1"
      let performance = SequencerPerformance(try piece([roll]) { $0.stepSeconds = 4096 })
      #expect(abs(performance.duration - 4096 * 4096 * 1_000_000_000) < 1_000_000_000)
    }

    @Test func systemExclusiveHasTravelledBeforeTheFirstNote() {
      let data = [UInt8](repeating: 1, count: 623)  // 625 bytes with its ends: 0.2 s on a cable
      let performance = Self.file([
        MIDIEvent(tick: 0, phase: .setup, message: .systemExclusive(data)),
        MIDIEvent(tick: 0, phase: .setup, message: .systemExclusive(data)),
        MIDIEvent(tick: 0, phase: .noteOn, message: .noteOn(channel: 0, key: 60, velocity: 1)),
      ])
      #expect(performance.events.map(\.nanoseconds) == [-400_000_000, -200_000_000, 0])
    }

    @Test(arguments: [MIDITuningOutput.mts, .mpe])
    func theSetupOfATuningTravelsNoFasterThanOnACable(_ output: MIDITuningOutput) throws {
      let performance = SequencerPerformance(
        try piece(["01", "10"]) {
          $0.tuning = Tuning.equal(divisions: 19)
          $0.tuningOutput = output
        })
      let setup = performance.events.prefix(performance.setup.count)
      #expect(setup.map(\.message) == performance.setup && setup.count >= 16)
      for (event, next) in zip(setup, performance.events.dropFirst()) {
        #expect(next.nanoseconds - event.nanoseconds >= 960_000)
      }
    }

    @Test func systemExclusiveNoReceiverCouldTakeIsLeftOut() {
      let large = MIDIEvent(tick: 0, phase: .setup, message: .systemExclusive(Array(repeating: 0, count: 4095)))
      let small = MIDIEvent(tick: 0, phase: .setup, message: .systemExclusive(Array(repeating: 0, count: 4094)))
      #expect(Self.file([large]).events.isEmpty)
      #expect(Self.file([small]).events.count == 1)
    }
  }
#endif
