import Foundation
import Testing

@testable import Core

@Suite struct MIDITuningTests {
  private static func piece(
    _ rows: [String], tuning: Tuning, output: MIDITuningOutput?, lowest: Int = 60
  ) throws -> Piece {
    var settings = PerformanceSettings()
    settings.tuning = tuning
    settings.tuningOutput = output
    settings.lowestNote = try #require(MIDIKey(lowest))
    return Piece(
      roll: try #require(PianoRoll(rowTexts: rows)), settings: settings, score: ScoreBreakdown(entries: []),
      provenance: nil)
  }

  /// Messages of the second track, in order, as a receiver gets them.
  private static func messages(_ piece: Piece) -> [MIDIMessage] {
    MIDIEvent.sorted(MIDIFile(piece).tracks[1]).map(\.message).filter { message in
      switch message {
      case .trackName, .controlChange(_, 10, _): false
      default: true
      }
    }
  }

  /// What a receiver that knows MTS, MPE's bends and RPNs plays: pitches in semitones with onset and end in ticks.
  private struct Receiver {
    struct Sound: Hashable {
      var semitones: Double
      var onset: Int
      var end: Int
    }
    var sounds: [Sound] = []

    init(_ piece: Piece) {
      var programs: [Int: [UInt8: Double]] = [:]
      var program: [UInt8: Int] = [:]
      var bend: [UInt8: Double] = [:]
      var range: [UInt8: Double] = [:]
      var parameter: [UInt8: UInt8] = [:]
      var sounding: [[UInt8]: (Double, Int)] = [:]
      for event in MIDIEvent.sorted(MIDIFile(piece).tracks[1]) {
        switch event.message {
        case .systemExclusive(let data):
          #expect(data[0...3] == [0x7F, 0x7F, 0x08, 0x02] && data.count == 6 + 4 * Int(data[5]))
          for start in stride(from: 6, to: data.count, by: 4) {
            let fraction = Double(Int(data[start + 2]) << 7 | Int(data[start + 3])) / 16384
            programs[Int(data[4]), default: [:]][data[start]] = Double(data[start + 1]) + fraction
          }
        case .controlChange(let channel, 100, let value): parameter[channel] = value
        case .controlChange(let channel, 6, let value):
          if parameter[channel] == 0 { range[channel] = Double(value) }
          if parameter[channel] == 3 { program[channel] = Int(value) }
        case .pitchBend(let channel, let value):
          bend[channel] = (Double(value) - 8192) / 8192 * (range[channel] ?? 2)
          // A channel is bent only while it is silent.
          #expect(!sounding.keys.contains { $0[0] == channel })
        case .noteOn(let channel, let key, let velocity):
          if velocity > 0 {
            #expect(sounding[[channel, key]] == nil, "a note begins on a sounding key")
            let tuned = program[channel].flatMap { programs[$0]?[key] } ?? Double(key)
            sounding[[channel, key]] = (tuned + (bend[channel] ?? 0), event.tick)
          } else if let (semitones, onset) = sounding.removeValue(forKey: [channel, key]) {
            sounds.append(Sound(semitones: semitones, onset: onset, end: event.tick))
          } else {
            Issue.record("a note ends that does not sound")
          }
        default: break
        }
      }
      #expect(sounding.isEmpty)
    }
  }

  private static func randomRows(_ count: Int, steps: Int, density: Double) -> [String] {
    var state: UInt64 = 42
    return (0..<count).map { _ in
      String(
        (0..<steps).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Double(state >> 33) / Double(1 << 31) < density ? "1" : "0" as Character
        })
    }
  }

  /// Every shipped tuning and every kind of receiver: the notes of the piece, in tune.
  @Test(arguments: ShippedTuning.all.map(\.name), [MIDITuningOutput.mts, .mpe])
  func inTune(name: String, output: MIDITuningOutput) throws {
    let tuning = try #require(ShippedTuning.named(name)).tuning
    let rows = Self.randomRows(2 * tuning.degreeCount + 1, steps: 12, density: 3 / Double(2 * tuning.degreeCount))
    let piece = try Self.piece(rows, tuning: tuning, output: output, lowest: 48)
    #expect(MIDIFile.faults(piece) == [])
    let expected = piece.notes.map { note in
      Receiver.Sound(
        semitones: Double(note.pitch.key) + note.pitch.cents / 100, onset: 220 * note.onsetStep,
        end: 220 * note.endStep)
    }.sorted { ($0.onset, $0.semitones) < ($1.onset, $1.semitones) }
    let heard = Receiver(piece).sounds.sorted { ($0.onset, $0.semitones) < ($1.onset, $1.semitones) }
    #expect(heard.map(\.onset) == expected.map(\.onset) && heard.map(\.end) == expected.map(\.end))
    let tolerance = output == .mts ? 0.000_07 : 0.005  // 0.007 and 0.5 cents
    #expect(zip(heard, expected).allSatisfy { (0..<tolerance).contains($0.semitones - $1.semitones + 1e-9) })
  }

  @Test func twelveToneEqualIsNeverRetuned() throws {
    for output in MIDITuningOutput.allCases {
      let plain = try Self.piece(["10", "11"], tuning: .twelveToneEqual, output: nil)
      let asked = try Self.piece(["10", "11"], tuning: .twelveToneEqual, output: output)
      #expect(MIDIFile(plain).bytes == MIDIFile(asked).bytes)
    }
  }

  /// MTS by the byte: one message, then RPN 4 (bank) and 3 (program).
  @Test func mtsMessages() throws {
    let tuning = Tuning(name: "t", degreesInCents: [0, 150], periodInCents: 1200)
    let messages = try Self.messages(Self.piece(["10", "01"], tuning: tuning, output: .mts))
    #expect(messages[0] == .programChange(channel: 0, program: 0))
    #expect(
      messages[1]
        == .systemExclusive([0x7F, 0x7F, 8, 2, 0, 2, 60, 60, 0, 0, 62, 61, 64, 0]))
    let controls = messages[2..<14].compactMap { message -> [UInt8]? in
      guard case .controlChange(0, let controller, let value) = message else { return nil }
      return [controller, value]
    }
    #expect(
      controls == [
        [101, 0], [100, 4], [6, 0], [38, 0], [101, 127], [100, 127], [101, 0], [100, 3], [6, 0], [38, 0], [101, 127],
        [100, 127],
      ])
    #expect(messages[14...].allSatisfy { if case .noteOn = $0 { true } else { false } })
  }

  /// MPE by the message: MCM on channel 1, the bend ranges, then bend before note, channel by channel.
  @Test func mpeMessages() throws {
    let tuning = Tuning(name: "t", degreesInCents: [0, 150], periodInCents: 1200)
    let messages = try Self.messages(Self.piece(["10", "11"], tuning: tuning, output: .mpe))
    #expect(
      messages[0...2].elementsEqual([
        .controlChange(channel: 0, controller: 101, value: 0), .controlChange(channel: 0, controller: 100, value: 6),
        .controlChange(channel: 0, controller: 6, value: 15),
      ]))
    let ranges = messages.filter { if case .controlChange(_, 100, 0) = $0 { true } else { false } }
    #expect(ranges.count == 15)
    let tail: [MIDIMessage] = [
      .pitchBend(channel: 1, value: 8192), .pitchBend(channel: 2, value: 8192 - 2048),
      .noteOn(channel: 1, key: 60, velocity: 100), .noteOn(channel: 2, key: 62, velocity: 100),
      .noteOn(channel: 2, key: 62, velocity: 0), .noteOn(channel: 1, key: 60, velocity: 0),
    ]
    #expect(Array(messages.suffix(6)) == tail)
    // Percussion's channel is never played.
    #expect(!MPE.memberChannels.contains(9) && MPE.memberChannels.count == MIDITuningOutput.mpeNoteLimit)
  }

  /// Exact but for what FluidSynth's rounding asks for, and never out of order.
  @Test func bends() {
    var last = -1
    for cents in stride(from: -50, through: 50, by: 0.1) {
      let bend = MPE.bend(cents: cents, range: 2)
      let exact = (Double(bend) - 8192) / 8192 * 200
      #expect((-0.000_1...0.5).contains(exact - cents))
      let fluidSynth = (exact * 127 / 128 + 1e-9).rounded(.down)
      #expect(abs(fluidSynth - cents) < 1, "\(cents)")
      #expect(Int(bend) >= last)
      last = Int(bend)
    }
    #expect(MPE.bend(cents: 0, range: 2) == 8192)
  }

  /// A channel that has just been released is the last to be taken again.
  @Test func channelsRestAsLongAsTheyCan() throws {
    let rows = ["1010101010101010", "0101010101010101"]
    let piece = try Self.piece(rows, tuning: .equal(divisions: 19), output: .mpe)
    let channels = MPE.assign(piece.notes, to: MPE.channels(of: piece.parts)[0]).compactMap { $0 }
    #expect(channels.count == 16)
    #expect(Set(channels.prefix(14)).count == 14)
    #expect(channels[14] == channels[0])
  }

  @Test func moreNotesAtOnceThanChannels() throws {
    let rows = Array(repeating: "11", count: 20)
    let forced = try Self.piece(rows, tuning: .equal(divisions: 19), output: .mpe)
    #expect(MIDIFile.faults(forced) == ["6 notes left out, tuning_output mpe has channels for 14 at once; mts for all"])
    #expect(Receiver(forced).sounds.count == 14)
    let free = try Self.piece(rows, tuning: .equal(divisions: 19), output: nil)
    #expect(free.midiTuningOutput == .mts && MIDIFile.faults(free) == [])
    #expect(Receiver(free).sounds.count == 20)
    #expect(try Self.piece(["1"], tuning: .equal(divisions: 19), output: nil).midiTuningOutput == .mpe)
  }

  /// 200 distinct pitches need two keyboards, on two channels with a tuning program each.
  @Test func moreThan128Pitches() throws {
    let tuning = Tuning.equal(divisions: 53)
    let piece = try Self.piece(Self.randomRows(200, steps: 4, density: 0.3), tuning: tuning, output: .mts, lowest: 30)
    let keyboard = TunedKeyboard(piece)
    #expect(keyboard.keyboards.map(\.count) == [100, 100])
    #expect(keyboard.keyboards.joined().allSatisfy { abs(Double($0.key) - $0.semitones) < 41 })
    #expect(Receiver(piece).sounds.count == piece.notes.count)
    for case .systemExclusive(let data) in Self.messages(piece) { #expect(data.count + 2 <= 516) }
    let all = try Self.piece(
      Self.randomRows(256, steps: 4, density: 1), tuning: .equal(divisions: 31), output: .mts, lowest: 20)
    #expect(TunedKeyboard(all).keyboards.map(\.count) == [128, 128])
    #expect(Receiver(all).sounds.count == 256)
  }

  @Test func keysAreAsNearAsTheyCanBe() {
    let keyboard = TunedKeyboard((0..<25).map { Pitch(key: 84 - $0) })
    #expect((0..<25).allSatisfy { keyboard.place(ofDegree: $0) == .init(keyboard: 0, key: 84 - $0) })
    let edge = TunedKeyboard([
      Pitch(key: 130), Pitch(key: 127), Pitch(key: 126), Pitch(frequency: Pitch(key: 126).frequency * 1.01),
    ])
    #expect(edge.place(ofDegree: 0) == nil)
    #expect(edge.keyboards[0].map(\.key) == [125, 126, 127] || edge.keyboards[0].map(\.key) == [126, 127])
  }

  @Test func theNearestKeysAndAWarning() throws {
    // Degrees of 31 divisions: 0, 39, 77 cents: keys 60, 60, 61.
    let piece = try Self.piece(["0110", "1111", "1100"], tuning: .equal(divisions: 31), output: .off)
    #expect(MIDIFile.faults(piece) == ["tuning_output is off: notes of the tuning 31edo on the nearest keys"])
    let notes = Self.messages(piece).compactMap { message -> [UInt8]? in
      guard case .noteOn(_, let key, let velocity) = message else { return nil }
      return [key, velocity]
    }
    // The two lower rows are one note of four steps on key 60.
    #expect(notes == [[60, 100], [61, 100], [61, 0], [60, 0]])
  }

  /// Rows of one pitch: a second one ends the first and begins anew.
  @Test func rowsOfOnePitchShareAKey() throws {
    let tuning = Tuning(name: "t", degreesInCents: [0, 150, 150], periodInCents: 1200)
    let piece = try Self.piece(["011100", "110000", "000000"], tuning: tuning, output: .mts)
    let sounds = Receiver(piece).sounds
    #expect(sounds.map(\.onset) == [0, 220] && sounds.map(\.end) == [220, 880])
  }

  @Test func whatMIDICannotNameIsLeftOut() throws {
    for output in MIDITuningOutput.allCases {
      let piece = try Self.piece(
        ["1", "1", "1"], tuning: .equal(divisions: 1, periodInCents: 2400), output: output, lowest: 90)
      #expect(MIDIFile.faults(piece).contains("1 notes left out, their keys lie outside 0...127"))
      #expect(Receiver(piece).sounds.count == 2)
    }
  }
}
