import Foundation
import Testing

@testable import Core

/// Melodies from text, MIDI and MusicXML.
@Suite struct MelodyFileTests {
  private func read(_ bytes: [UInt8]) throws -> String { MelodyText.text(try MelodyFile.read(bytes, file: "m").line) }

  @Test func textIsReadAndWritten() throws {
    for text in ["D4 F4 E4", "D4:4 r:2 F#4:2 G4", "C4:16 A3"] {
      #expect(MelodyText.text(try MelodyText.read(text)) == text)
    }
    #expect(MelodyText.text(try MelodyText.read(" Bb3,Eb4:3\tr:5 C4 ")) == "A#3 D#4:3 r:5 C4")
    for text in ["", "r:8", "H4", "C4:0", "C4:x", "C4:4:4", "C4:9999999999999999999", "C4:512 C4", "C4:-1"] {
      #expect(throws: MelodyText.Fault.self, "\(text)") { try MelodyText.read(text) }
    }
  }

  @Test func aPipeIsRead() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let text = Array("D4 F4 E4".utf8)
    #expect(write(ends[1], text, text.count) == text.count)
    close(ends[1])
    #expect(try MelodyFile.melody("/dev/fd/\(ends[0])") == "D4 F4 E4")
    #expect(MelodyFile.isFileName("-"))
  }

  @Test func theOriginalsMIDIFilesGiveTheirMelody() throws {
    // A bar of the original's is 440 ticks at 220 a quarter note: half a bar of four quarters. Times differ, notes not.
    for name in ["01", "03"] {
      let url = Fixture.folder.appending(path: "counterpoint/files/\(name).mid")
      let line = try MelodyFile.read(Array(Data(contentsOf: url)), file: name).line
      struct File: Decodable { var piece: CounterpointFacts.Setup }
      let facts = try JSONDecoder().decode(
        File.self, from: Data(contentsOf: Fixture.folder.appending(path: "counterpoint/files/\(name).json")))
      #expect(line.notes.filter { $0.key > 1 }.map { MIDIKey($0.key)?.name } == facts.piece.cantus_firmus)
    }
  }

  /// A file of one track: chunks by hand.
  private func midi(_ events: [UInt8], division: [UInt8] = [0, 96], format: UInt8 = 0) -> [UInt8] {
    let track = events + [0, 0xFF, 0x2F, 0]
    return Array("MThd".utf8) + [0, 0, 0, 6, 0, format, 0, 1] + division + Array("MTrk".utf8)
      + [0, 0, UInt8(track.count >> 8), UInt8(track.count & 255)] + track
  }

  @Test func midiIsReadInEighths() throws {
    // C4 for a half note, running status, a quarter's rest, E4 for a quarter; percussion and controllers between.
    let events: [UInt8] = [
      0, 0xC0, 5, 0, 0xB0, 7, 100, 0, 0x90, 60, 100, 0, 0x99, 35, 100, 0x81, 0x40, 0x90, 60, 0, 0x60, 64, 90, 0x60,
      0x80,
      64, 0,
    ]
    #expect(try read(midi(events)) == "C4:4 r:2 E4:2")
    // A chord's highest, and what overlaps is cut.
    let chord: [UInt8] = [0, 0x90, 60, 90, 0, 67, 90, 0x60, 69, 90, 0x60, 0x80, 67, 0, 0, 60, 0, 0, 69, 0]
    #expect(try read(midi(chord)) == "G4:2 A4:2")
  }

  /// The tempo at the first note; the standard's where none is said.
  @Test func aFilesTempoIsItsOwn() throws {
    func tempo(_ quarter: Int) -> [UInt8] {
      [0, 0xFF, 0x51, 3, UInt8(quarter >> 16), UInt8(quarter >> 8 & 255), UInt8(quarter & 255)]
    }
    let note: [UInt8] = [0, 0x90, 60, 100, 0x60, 0x80, 60, 0, 0, 0x90, 62, 100, 0x60, 0x80, 62, 0]
    func read(_ events: [UInt8]...) throws -> MelodyFile.Reading {
      try MelodyFile.read(midi(Array(events.joined())), file: "m")
    }
    let said = try read(tempo(400_000), note)
    #expect(said.tempo == 150 && !said.changesTempo)
    #expect(try read(note).tempo == 120)
    let late = try read(tempo(400_000), Array(note[..<8]), tempo(600_000), Array(note[8...]))
    #expect(late.tempo == 150 && late.changesTempo)
    // No quarter note lasts nothing; one of another length than it has is none.
    #expect(try read(tempo(0), [0, 0xFF, 0x51, 1, 9], note).tempo == 120)
    let phrase = try PhraseQuantizer.Phrase(file: midi(tempo(400_000) + note))
    #expect(abs(phrase.stepSeconds - 0.1) < 1e-9 && phrase.remarks == ["the file's tempo is used, 150 a minute"])
    let slow = try PhraseQuantizer.Phrase(file: midi(tempo(16_000_000) + note))
    #expect(slow.stepSeconds == 0.75 && slow.remarks.count == 1)
    let xml = Self.score.replacing("<note><pitch><step>D", with: "<sound tempo=\"72.5\"/><note><pitch><step>D")
    #expect(try MelodyFile.read(Array(xml.utf8), file: "m").tempo == 72.5)
    for text in ["x", "", "-1", "nan", "1e999"] {
      #expect(try MelodyFile.read(Array(xml.replacing("72.5", with: text).utf8), file: "m").tempo == nil, "\(text)")
    }
    #expect(try PhraseQuantizer.Phrase(text: "C4 D4").remarks.isEmpty)
  }

  /// 100 bars: nothing for a training, and the first 64 for an answer.
  @Test func aLongFilesBeginningIsAnswered() throws {
    var notes: [UInt8] = []
    for bar in 0..<100 {
      let key = UInt8(60 + bar % 5)
      notes += [0, 0x90, key, 90, 0x83, 0x00, 0x80, key, 0]
    }
    let file = midi(notes)
    #expect(throws: DataError.self) { try read(file) }
    let phrase = try PhraseQuantizer.Phrase(file: file)
    #expect(phrase.notes.count == 64 && phrase.stepCount == 1024)
    #expect(phrase.remarks.contains("the file is longer than 64 bars: its beginning is used"))
  }

  @Test func runningStatusGoesOnAfterMetaEvents() throws {
    let events: [UInt8] = [
      0, 0x90, 60, 100, 0x60, 60, 0, 0, 0xFF, 1, 1, 65, 0, 62, 100, 0x60, 62, 0, 0, 0xF0, 1, 0xF7, 0, 64, 100, 0x60, 64,
      0,
    ]
    #expect(try read(midi(events)) == "C4:2 D4:2 E4:2")
    // Before any status, and a status in the middle of a message.
    #expect(throws: DataError.self) { try read(midi([0, 0xFF, 1, 1, 65, 0, 60, 100, 0x60, 60, 0])) }
    #expect(throws: DataError.self) { try read(midi([0, 0x90, 0x90, 60, 100, 0x60, 60, 0])) }
    #expect(throws: DataError.self) { try read(midi([0, 0x90, 60, 0xFF, 0x60, 60, 0])) }
  }

  @Test func badMIDIIsRefused() throws {
    let good = midi([0, 0x90, 60, 100, 0x60, 0x80, 60, 0])
    #expect(try read(good) == "C4:2")
    for length in 0..<good.count - 4 {
      #expect(throws: DataError.self, "\(length)") { try read(Array(good[..<length])) }
    }
    #expect(throws: DataError.self) { try read(midi([0, 0x90, 60, 100], division: [0xE7, 40])) }
    #expect(throws: DataError.self) { try read(midi([0, 0x90, 60, 100], division: [0, 0])) }
    #expect(throws: DataError.self) { try read(midi([0, 0x90, 60, 100], format: 2)) }
    #expect(throws: DataError.self) { try read(midi([0, 60, 100])) }
    #expect(throws: DataError.self) { try read(midi([])) }
  }

  static let score = """
    <?xml version="1.0"?><!DOCTYPE score-partwise><!-- <note> -->
    <score-partwise version="4.0"><part-list/><part id="P1">
    <measure number="1"><attributes><divisions>2</divisions></attributes>
    <note><pitch><step>D</step><octave>4</octave></pitch><duration>4</duration><voice>1</voice></note>
    <note><rest/><duration>2</duration></note>
    <note><grace/><pitch><step>A</step><octave>5</octave></pitch></note>
    <note><pitch><step>F</step><alter>1</alter><octave>4</octave></pitch><duration>2</duration><tie type="start"/></note>
    <backup><duration>8</duration></backup>
    <note><pitch><step>C</step><octave>3</octave></pitch><duration>8</duration><voice>2</voice></note></measure>
    <measure number="2"><note><pitch><step>F</step><alter>1</alter><octave>4</octave></pitch><duration>4</duration>\
    <tie type="stop"/></note><forward><duration>2</duration></forward>
    <note><pitch><step>B</step><alter>-1</alter><octave>3</octave></pitch><duration>2</duration></note></measure>
    </part><part id="P2"><measure><note><pitch><step>C</step><octave>2</octave></pitch><duration>8</duration></note>
    </measure></part></score-partwise>
    """

  @Test func musicXMLIsReadWithTiesAndRests() throws {
    #expect(try read(Array(Self.score.utf8)) == "D4:4 r:2 F#4:6 r:2 A#3:2")
  }

  @Test func badMusicXMLIsRefusedOrRead() throws {
    #expect(throws: DataError.self) { try read(Array("<score-partwise></score-partwise>".utf8)) }
    #expect(throws: DataError.self) { try read(Array("<".utf8)) }
    #expect(throws: DataError.self) {
      try read(Array(Self.score.replacing("<octave>4", with: "<octave>99").utf8))
    }
    #expect(throws: DataError.self) { try read(Array(Self.score.replacing("<duration>4", with: "<duration>x").utf8)) }
    let bytes = Array(Self.score.utf8)
    for length in stride(from: 0, to: bytes.count, by: 7) { _ = try? read(Array(bytes[..<length])) }
  }

  @Test func archivesAndNoiseAreRefused() {
    #expect(throws: DataError.self) { try read([0x50, 0x4B, 3, 4]) }
    #expect(throws: DataError.self) { try read([0xFF, 0xFE, 0x00]) }
    #expect(MelodyFile.isFileName("a/b") && MelodyFile.isFileName("x.MID") && !MelodyFile.isFileName("D4 F4"))
  }
}
