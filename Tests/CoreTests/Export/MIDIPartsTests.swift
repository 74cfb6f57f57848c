import Testing

@testable import Core

/// MIDI files of pieces in parts.
@Suite struct MIDIPartsTests {
  private static func messages(_ piece: Piece, track: Int) -> [MIDIMessage] {
    MIDIEvent.sorted(MIDIFile(piece).tracks[track]).map(\.message)
  }

  /// Channel, key, onset, end of a track's notes.
  private static func notes(_ piece: Piece, track: Int) throws -> [[Int]] {
    var sounding: [[UInt8]: Int] = [:]
    var notes: [[Int]] = []
    for event in MIDIEvent.sorted(MIDIFile(piece).tracks[track]) {
      guard case .noteOn(let channel, let key, let velocity) = event.message else { continue }
      if velocity > 0 {
        let before = sounding.updateValue(event.tick, forKey: [channel, key])
        #expect(before == nil)
      } else {
        let begun = sounding.removeValue(forKey: [channel, key])
        let onset = try #require(begun)
        notes.append([Int(channel), Int(key), onset, event.tick])
      }
    }
    #expect(sounding.isEmpty)
    return notes.sorted { $0[2] < $1[2] }
  }

  @Test func aTrackAndAChannelAPart() throws {
    let piece = TestParts.trio
    let file = MIDIFile(piece)
    #expect(file.tracks.count == 4 && file.ticksPerQuarter == 220 && file.endTick == 22 * 110)
    for (index, part) in piece.parts.enumerated() {
      let messages = Self.messages(piece, track: index + 1)
      let pan: UInt8 = [32, 64, 96][index]
      #expect(
        Array(messages.prefix(3)) == [
          .trackName(part.name), .programChange(channel: UInt8(index), program: UInt8(part.program)),
          .controlChange(channel: UInt8(index), controller: 10, value: pan),
        ])
      let expected = part.notes.map { [index, $0.degree, 110 * $0.onset, 110 * $0.end] }
      #expect(try Self.notes(piece, track: index + 1) == expected)
    }
    let decoded = try #require(DecodedMIDI(file.bytes))
    #expect(decoded.tracks.allSatisfy { $0.last == DecodedMIDI.Event(tick: 2420, bytes: [0xFF, 0x2F]) })
  }

  @Test func tempoMeterPickupAndKey() {
    let piece = TestParts.performed()
    // Four times the ticks, because notes leave the steps.
    #expect(
      MIDIFile(piece).tracks[0] == [
        MIDIEvent(tick: 0, phase: .setup, message: .tempo(microsecondsPerQuarter: 500_000)),
        MIDIEvent(tick: 8 * 440, phase: .setup, message: .tempo(microsecondsPerQuarter: 480_000)),
        MIDIEvent(tick: 14 * 440, phase: .setup, message: .tempo(microsecondsPerQuarter: 600_000)),
        MIDIEvent(tick: 20 * 440, phase: .setup, message: .tempo(microsecondsPerQuarter: 800_000)),
        MIDIEvent(
          tick: 0, phase: .setup,
          message: .timeSignature(
            numerator: 1, denominatorPower: 2, clocksPerClick: 24, thirtySecondsPerQuarter: 8)),
        MIDIEvent(
          tick: 2 * 440, phase: .setup,
          message: .timeSignature(
            numerator: 3, denominatorPower: 2, clocksPerClick: 24, thirtySecondsPerQuarter: 8)),
        MIDIEvent(tick: 0, phase: .setup, message: .keySignature(sharps: -1, isMinor: true)),
      ])
  }

  @Test func stepsThatAreNoWholeTicksGetMoreOfThem() {
    var piece = TestParts.trio
    piece.stepsPerQuarter = 12
    #expect(MIDITiming(piece).ticksPerQuarter == 660 && MIDITiming(piece).ticksPerStep == 55)
    piece.stepsPerQuarter = 48
    #expect(MIDITiming(piece).ticksPerQuarter == 2640)
  }

  @Test func fifteenPartsHaveChannelsOfTheirOwnAndNoneIsPercussion() throws {
    let parts = (0..<15).map { Part(name: "Part \($0)", notes: TestParts.notes("\(40 + $0):4")) }
    let piece = TestParts.piece(parts, steps: 4)
    let channels = try (0..<15).map { try #require(Self.notes(piece, track: $0 + 1).first)[0] }
    #expect(channels == Array(0...8) + Array(10...15))
    #expect(MIDIFile.faults(piece).isEmpty)
    let more = TestParts.piece(parts + [Part(name: "One more", notes: TestParts.notes("80:4"))], steps: 4)
    #expect(MIDIFile.faults(more) == ["parts beyond the first 15 share their channels and programs"])
  }

  /// A note that lies into the next one of its key is cut there.
  @Test func repeatedNotesThatOverlapWhenPlayed() throws {
    var piece = TestParts.piece([Part(name: "Part", notes: TestParts.notes("60:2 60:2"))], steps: 4)
    piece.interpretation = Interpretation(of: piece)
    piece.interpretation?.deviations[0][0].durationSeconds = 0.1
    #expect(try Self.notes(piece, track: 1).map { [$0[2], $0[3]] } == [[0, 880], [880, 1760]])
  }

  /// Notes of one key that are performed at one moment, or in the other order, stay two.
  @Test(arguments: [-0.5, -0.7]) func repeatedNotesThatMeetWhenPlayed(shift: Double) throws {
    var piece = TestParts.piece([Part(name: "Part", notes: TestParts.notes("60:1 60:2 60:1"))], steps: 4)
    piece.tempo = TempoMap(stepSeconds: 0.5)
    piece.interpretation = Interpretation(of: piece)
    piece.interpretation?.deviations[0][1].onsetSeconds = shift
    let notes = try Self.notes(piece, track: 1)
    #expect(notes.count == 3, "\(notes)")
    #expect(zip(notes, notes.dropFirst()).allSatisfy { $0[2] < $1[2] && $0[3] <= $1[2] }, "\(notes)")
  }

  /// Two degrees on one key at one moment are one note of MIDI's.
  @Test func degreesThatShareAKeyAreOneNote() throws {
    var piece = TestParts.piece(
      [
        Part(
          name: "Part",
          notes: [
            PartNote(onset: 0, duration: 2, degree: 0, velocity: 90),
            PartNote(onset: 0, duration: 1, degree: 1, velocity: 90),
          ])
      ], steps: 4)
    piece.tuning = .equal(divisions: 48)
    piece.lowestNote = MIDIKey(60) ?? .lowest
    piece.tuningOutput = .off
    #expect(try Self.notes(piece, track: 1).count == 1)
  }

  /// Every part has its program on its own channels, whatever the way of tuning.
  @Test(arguments: [MIDITuningOutput.mts, .mpe, .off]) func partsInOtherTunings(output: MIDITuningOutput) throws {
    var piece = TestParts.quarterTones
    piece.tuningOutput = output
    #expect(MIDIFile.faults(piece).count == (output == .off ? 1 : 0))
    var channels: [Set<UInt8>] = []
    for (index, part) in piece.parts.enumerated() {
      var programs: [UInt8: UInt8] = [:]
      var used: Set<UInt8> = []
      for message in Self.messages(piece, track: index + 1) {
        if case .programChange(let channel, let program) = message { programs[channel] = program }
        if case .noteOn(let channel, _, _) = message { used.insert(channel) }
      }
      #expect(used.allSatisfy { programs[$0] == UInt8(part.program) })
      channels.append(used)
    }
    #expect(channels[0].isDisjoint(with: channels[1]))
    #expect(piece.midiTuningOutput == output)
  }

  @Test func memberChannelsAreDealtOutByNeed() {
    let chord = Part(name: "Chord", notes: (0..<5).map { PartNote(onset: 0, duration: 1, degree: $0, velocity: 9) })
    let line = Part(name: "Line", notes: TestParts.notes("1 2 3"))
    let channels = MPE.channels(of: [chord, line, line])
    #expect(channels.map(\.count) == [8, 3, 3] && Set(channels.joined()) == Set(MPE.memberChannels))
    let huge = Part(name: "Huge", notes: (0..<20).map { PartNote(onset: 0, duration: 1, degree: $0, velocity: 9) })
    #expect(MPE.channels(of: [huge, line]).map(\.count) == [13, 1])
  }

  @Test func bendRangesOfTheListener() throws {
    var piece = TestParts.quarterTones
    piece.mpeBendRange = 48
    let messages = Self.messages(piece, track: 1)
    let ranges = messages.compactMap { message -> UInt8? in
      if case .controlChange(_, 6, let value) = message { value } else { nil }
    }
    #expect(ranges.dropFirst().allSatisfy { $0 == 48 } && ranges.count == 9)
    // A quarter tone up of 48 semitones is 85.3 units; FluidSynth needs 86.
    #expect(MPE.bend(cents: 50, range: 48) == 8192 + 86)
    for cents in stride(from: -50.0, through: 50, by: 0.1) {
      #expect(abs((Double(MPE.bend(cents: cents, range: 48)) - 8192) / 8192 * 4800 - cents) < 0.8)
    }
  }
}
