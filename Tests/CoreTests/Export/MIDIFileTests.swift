import Testing

@testable import Core

@Suite struct MIDIFileTests {
  private static func piece(_ rows: [String], _ change: (inout PerformanceSettings) -> Void = { _ in }) throws -> Piece
  {
    var settings = PerformanceSettings()
    change(&settings)
    return Piece(
      roll: try #require(PianoRoll(rowTexts: rows)), settings: settings, score: ScoreBreakdown(entries: []),
      provenance: nil)
  }

  /// Bytes from an annotated hexdump: everything after `#` is for the reader.
  private static func bytes(_ hexdump: String) -> [UInt8] {
    hexdump.split(separator: "\n").flatMap { line in
      line.prefix { $0 != "#" }.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
  }

  @Test func twoNotes() throws {
    let expected = Self.bytes(
      """
      4d 54 68 64 00 00 00 06  # MThd
      00 01 00 02 00 dc        # type 1, 2 tracks, 220 ticks per quarter note
      4d 54 72 6b 00 00 00 1a  # MTrk
      00 ff 51 03 07 a1 20     # tempo 500000
      00 ff 58 04 04 02 18 08  # time signature 4/4, 24 clocks a click, 8 32nds a quarter
      00 ff 59 02 fe 01        # key signature: two flats, minor
      83 38 ff 2f 00           # end of track, at the end of the last column
      4d 54 72 6b 00 00 00 28  # MTrk
      00 ff 03 0a 50 69 61 6e 6f 20 72 6f 6c 6c  # track name "Piano roll"
      00 c0 00                 # program 0
      00 b0 0a 40              # pan: the middle
      00 90 3d 64              # C#4 on
      81 5c 3d 00              # 220 ticks later: C#4 off, running status
      00 3c 64                 # C4 on
      81 5c 3c 00              # C4 off
      00 ff 2f 00              # end of track
      """)
    let piece = try Self.piece(["10", "01"]) { $0.key = KeySignature(tonic: 67, mode: .minor) }
    #expect(MIDIFile(piece).bytes == expected)
  }

  @Test func messagesOfEveryKind() {
    let expected = Self.bytes(
      """
      4d 54 68 64 00 00 00 06 00 01 00 01 00 dc
      4d 54 72 6b 00 00 00 24
      00 b1 65 00              # channel 2: control change 101 = 0
      00 64 01                 # running status: control change 100 = 1
      00 f0 04 7e 7f 09 f7     # system exclusive, its length with the closing f7
      00 b1 06 02              # system exclusive cancels running status
      00 ff 01 02 68 69        # text "hi"
      00 e1 00 40              # no bend
      00 91 3c 40              # the note begins after its bend, although it was given first
      00 ff 2f 00
      """)
    let file = MIDIFile(tracks: [
      [
        MIDIEvent(tick: 0, phase: .noteOn, message: .noteOn(channel: 1, key: 60, velocity: 64)),
        MIDIEvent(tick: 0, phase: .setup, message: .controlChange(channel: 1, controller: 101, value: 0)),
        MIDIEvent(tick: 0, phase: .setup, message: .controlChange(channel: 1, controller: 100, value: 1)),
        MIDIEvent(tick: 0, phase: .setup, message: .systemExclusive([0x7E, 0x7F, 0x09])),
        MIDIEvent(tick: 0, phase: .setup, message: .controlChange(channel: 1, controller: 6, value: 2)),
        MIDIEvent(tick: 0, phase: .tuning, message: .text("hi")),
        MIDIEvent(tick: 0, phase: .tuning, message: .pitchBend(channel: 1, value: 8192)),
      ]
    ])
    #expect(file.bytes == expected)
  }

  @Test(
    arguments: [
      (0, [0x00]), (0x40, [0x40]), (0x7F, [0x7F]), (0x80, [0x81, 0x00]), (0x2000, [0xC0, 0x00]),
      (0x3FFF, [0xFF, 0x7F]),
      (0x1F_FFFF, [0xFF, 0xFF, 0x7F]), (0x0FFF_FFFF, [0xFF, 0xFF, 0xFF, 0x7F]),
    ] as [(Int, [UInt8])])
  func variableLength(value: Int, bytes: [UInt8]) { #expect(MIDIFile.variableLength(value) == bytes) }

  /// The golden notes, programs, tempo and meter, keys an octave up, ends before beginnings within a tick, the roll turned
  /// over, are ours. Where tracks end and what they are called is better than there.
  @Test(arguments: GoldenMIDI.identifiers)
  func goldenMessages(identifier: String) throws {
    let piece = try #require(try GoldenMIDI.read(identifier).pieceTurnedOver)
    var ours = try #require(DecodedMIDI(MIDIFile(piece).bytes))
    let end = 220 * piece.stepCount
    #expect(ours.tracks.allSatisfy { $0.last == DecodedMIDI.Event(tick: end, bytes: [0xFF, 0x2F]) })
    var golden = try #require(DecodedMIDI(try GoldenMIDI.bytes(identifier)))
    for track in golden.tracks.indices {
      for index in golden.tracks[track].indices where golden.tracks[track][index].bytes[0] == 0x90 {
        golden.tracks[track][index].bytes[1] += 12
      }
      // Setup, ends, beginnings, end of track; the original sorts by key already.
      func rank(_ event: DecodedMIDI.Event) -> Int { event.bytes[0] != 0x90 ? 0 : event.bytes[2] == 0 ? 1 : 2 }
      golden.tracks[track] = golden.tracks[track].enumerated()
        .sorted { ($0.element.tick, rank($0.element), $0.offset) < ($1.element.tick, rank($1.element), $1.offset) }
        .map(\.element)
    }
    // Names, ends of tracks, pan.
    func isCompared(_ event: DecodedMIDI.Event) -> Bool {
      event.bytes[0] != 0xB0 && ![[0xFF, 0x03], [0xFF, 0x2F]].contains(Array(event.bytes.prefix(2)))
    }
    for track in golden.tracks.indices { golden.tracks[track].removeAll { !isCompared($0) } }
    for track in ours.tracks.indices { ours.tracks[track].removeAll { !isCompared($0) } }
    #expect(ours == golden)
  }

  /// The golden events TSV has the roll the right way up, and our MIDI has the same notes.
  @Test(arguments: GoldenMIDI.identifiers)
  func keysAreThoseOfTheEventsTSV(identifier: String) throws {
    let piece = try #require(try GoldenMIDI.read(identifier).piece)
    let events = try GoldenMIDI.eventLines(identifier).map { try #require(MIDIKey(name: $0[3])).number }
    let beginnings = try Self.noteMessages(piece).filter { $0[2] > 0 }.map { Int($0[1]) }
    #expect(beginnings == events)
  }

  @Test(arguments: GoldenMIDI.identifiers)
  func goldenNotes(identifier: String) throws {
    let golden = try GoldenMIDI.read(identifier)
    let notes = try #require(golden.pieceTurnedOver).notes
    #expect(notes.count == golden.notes.count)
    #expect(
      Set(notes.map { [$0.pitch.key, $0.velocity, $0.onsetStep * 220, $0.endStep * 220] })
        == Set(golden.notes.map { [$0.pitch + 12, $0.velocity, $0.onTick, $0.offTick] }))
  }

  private static func noteMessages(_ piece: Piece) throws -> [[UInt8]] {
    try #require(DecodedMIDI(MIDIFile(piece).bytes)).tracks[1].map(\.bytes).filter { $0[0] == 0x90 }
  }

  @Test(arguments: [(63.7, 63), (200, 127), (127, 127), (1, 1)] as [(Double, UInt8)])
  func velocityIsTruncatedAndClipped(velocity: Double, byte: UInt8) throws {
    let piece = try Self.piece(["11"]) { $0.velocity = velocity }
    #expect(try Self.noteMessages(piece) == [[0x90, 60, byte], [0x90, 60, 0]])
  }

  @Test(arguments: [0, 0.9, -5]) func velocityZeroHasNoNotes(velocity: Double) throws {
    #expect(try Self.noteMessages(Self.piece(["11"]) { $0.velocity = velocity }).isEmpty)
  }

  @Test func anEmptyRollIsAFileWithoutNotes() throws {
    #expect(try Self.noteMessages(Self.piece(["00", "00"])).isEmpty)
  }

  @Test func keysThatMIDICannotNameAreLeftOutAndReported() throws {
    let piece = try Self.piece(["11", "11"]) { $0.lowestNote = MIDIKey(127) ?? $0.lowestNote }
    #expect(try Self.noteMessages(piece) == [[0x90, 127, 100], [0x90, 127, 0]])
    #expect(MIDIFile.faults(piece) == ["1 notes left out, their keys lie outside 0...127"])
  }

  @Test(arguments: [0.5, 0.35, 1e-9, 1e-6, 16.77, 16.8, 20, 60, 1000, 4096, 1e300, .infinity, .nan])
  func everyStepPlaysAsLongAsItShould(stepSeconds: Double) throws {
    let timing = MIDITiming(stepSeconds: stepSeconds)
    let tempo = try #require(timing.tempos.first).microsecondsPerQuarter
    #expect((1...MIDITiming.maximumTempo).contains(tempo))
    #expect(timing.tick(ofStep: 4096) <= 0x0FFF_FFFF)
    let seconds = Double(timing.stretch * tempo) / 1e6
    let expected = stepSeconds.isFinite ? min(4096, max(1e-6, stepSeconds)) : 4096
    #expect(abs(seconds - expected) <= Double(timing.stretch) * 1e-6)
  }
}
