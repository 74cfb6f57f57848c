#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  /// One clock for whatever comes in, by whatever way.
  @Suite(.timeLimit(.minutes(1))) struct InputClockTests {
    @Test func readingsAreKeptAsLongAsTheyCanBeTrue() {
      var clock = InputClock()
      #expect(clock.monotonic(5) == 5)
      clock.read(1_000, after: 50_000, before: 50_200)
      #expect(clock.ahead == 49_100 && clock.monotonic(2_000) == 51_100)
      // Who was held up between two readings knows less.
      clock.read(2_000, after: 51_050, before: 90_000)
      #expect(clock.ahead == 49_100)
      // The queue's clock is a little fast: what is known cannot be true any more.
      clock.read(3_000, after: 52_000, before: 52_050)
      #expect(clock.ahead == 49_025)
      // It was stopped and has begun again.
      clock.read(0, after: 900_000, before: 900_100)
      #expect(clock.ahead == 900_050)
      clock.read(.max, after: .min, before: .max)
    }

    @Test func aMasterIsWhereItIsForEverybody() throws {
      let master = MasterReading()
      #expect(master.quarters(at: 10) == nil)
      // 120 a minute: 48 clocks a second.
      master.tell(MasterPlace(position: 96, nanoseconds: 1_000_000_000, tempo: 48e-9))
      #expect(abs(try #require(master.quarters(at: 1_500_000_000)) - 5) < 1e-9)
      master.tell(nil)
      #expect(master.quarters(at: 2_000_000_000) == nil)
    }

    /// Every other note by MIDI, stamped by a queue that began an hour after the machine, and by OSC.
    @Test(arguments: [false, true]) func midiAndOSCAreOnePhrase(_ masterRuns: Bool) throws {
      let beat: Int64 = 500_000_000
      let queueBegan: Int64 = 3_600_000_000_000
      var clock = InputClock()
      clock.read(0, after: queueBegan - 10_000, before: queueBegan + 10_000)
      let master = MasterReading()
      // On the second beat of a bar at 120 a minute.
      let begin = queueBegan + 10_000_000_000
      if masterRuns { master.tell(MasterPlace(position: 24 * 9, nanoseconds: begin, tempo: 48e-9)) }
      let playback = try Configuration(text: "playback: {answer: {kind: counterpoint}}", file: "x").playback
      var reader = PhraseReader(playback.answer, meter: .common)
      for (index, key) in [60, 62, 64, 65, 67].enumerated() {
        for (velocity, time) in [(80, begin + Int64(index) * beat), (0, begin + Int64(index) * beat + 450_000_000)] {
          let input: PlayerInput?
          if index % 2 == 0 {
            let event = InputEvent(
              source: SequencerAddress(client: 20, port: 0), nanoseconds: time - queueBegan,
              content: .note(channel: 0, key: UInt8(key), velocity: UInt8(velocity)))
            input = PlayerInput(
              event, seconds: Double(clock.monotonic(event.nanoseconds)) * 1e-9, quarters: master.quarters(at: time))
          } else {
            input = OSCReader.input(
              OSCMessage(path: "/rlmusician/note", numbers: [Double(key), Double(velocity)]),
              seconds: Double(time) * 1e-9, quarters: master.quarters(at: time))
          }
          #expect(reader.take(try #require(input)) == nil)
        }
      }
      let ending = reader.advance(to: try #require(reader.deadline))
      let over = try #require(ending)
      let phrase = try over.phrase.get()
      #expect(phrase.notes.map(\.degree) == [60, 62, 64, 65, 67])
      #expect(phrase.notes.map(\.onset) == (masterRuns ? [4, 8, 12, 16, 20] : [0, 4, 8, 12, 16]))
      #expect(abs(phrase.stepSeconds - 0.125) < 1e-3)
      let firstBar = Double(begin) * 1e-9 - (masterRuns ? 0.5 : 0)
      #expect(abs(over.beginning - firstBar) < 1e-3, "\(over.beginning), \(firstBar)")
    }
  }
#endif
