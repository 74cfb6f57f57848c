import Foundation
import Testing

@testable import Core

@Suite struct NotationTests {
  /// `onset:value` of a voice, rests in parentheses, ties with `~`.
  private static func text(_ elements: [Notation.Element]) -> String {
    elements.map { element in
      let value = element.isWholeBarRest ? "bar" : element.value.lilyPond + (element.isTiedTo ? "~" : "")
      return element.isRest ? "(\(value))" : value
    }.joined(separator: " ")
  }

  private static func bars(_ notes: String, meter: String, perQuarter: Int = 2, steps: Int, pickup: Int = 0) throws
    -> [String]
  {
    var piece = TestParts.piece([Part(name: "Part", notes: TestParts.notes(notes))], steps: steps)
    piece.stepsPerQuarter = perQuarter
    piece.meter = try #require(Meter(meter))
    piece.pickupSteps = pickup
    return Notation(piece).parts[0].map { text($0.voices[0]) }
  }

  @Test(arguments: [
    ("60:8", "4/4", 8, ["1"]), ("60:6 60:2", "4/4", 8, ["2. 4"]), ("60:5 60:3", "4/4", 8, ["2~ 8 8~ 4"]),
    ("60 60:2 60 60:4", "4/4", 8, ["8 4 8 2"]), ("60 60:4 60:3", "4/4", 8, ["8 8~ 4. 8~ 4"]),
    ("60:12 60:4", "4/4", 16, ["1~", "2 2"]), ("r:8", "4/4", 8, ["(bar)"]), ("r 60:7", "4/4", 8, ["(8) 8~ 2."]),
    ("60:2 r:6", "4/4", 8, ["4 (4) (2)"]), ("60:6", "6/8", 6, ["2."]), ("60:4 60:2", "6/8", 6, ["4.~ 8 4"]),
    ("60 60 60 60:3", "6/8", 6, ["8 8 8 4."]), ("60:2 60:4", "6/8", 6, ["4 8~ 4."]), ("60:6", "3/4", 6, ["2."]),
    ("60:10", "5/4", 10, ["1~ 4"]),
  ])
  func valuesShowTheBeats(notes: String, meter: String, steps: Int, expected: [String]) throws {
    #expect(try Self.bars(notes, meter: meter, steps: steps) == expected)
  }

  @Test func aPickupEndsWhereItsBarWould() throws {
    #expect(try Self.bars("60:3 60:6", meter: "4/4", steps: 11, pickup: 3) == ["8~ 4", "2. (4)"])
    #expect(try Self.bars("60:2 60:6 60:6", meter: "3/4", steps: 14, pickup: 2) == ["4", "2.", "2."])
  }

  @Test func thirdsOfABeatAreTriplets() throws {
    #expect(try Self.bars("60 60 60 60:9", meter: "4/4", perQuarter: 3, steps: 12) == ["8*2/3 8*2/3 8*2/3 2."])
    #expect(try Self.bars("60:2 60 60:9", meter: "4/4", perQuarter: 3, steps: 12) == ["4*2/3 8*2/3 2."])
  }

  /// A bracket a beat.
  @Test func bracketsEndWithTheirBeats() throws {
    var piece = TestParts.piece([Part(name: "P", notes: TestParts.notes("60 62 64 65:2 67 69:6"))], steps: 12)
    piece.stepsPerQuarter = 3
    let lilyPond = LilyPond.text(piece)
    #expect(lilyPond.contains("\\tuplet 3/2 { c'8 d'8 e'8 } \\tuplet 3/2 { f'4 g'8 } a'2 |"))
    let xml = MusicXML.text(piece, programVersion: "")
    #expect(xml.matches(of: /<tuplet type="start" bracket="yes"\/>/).count == 2)
    #expect(xml.matches(of: /<tuplet type="stop"\/>/).count == 2)
  }

  /// MusicXML has no octaves below 0: the part is written higher and transposes.
  @Test func lowPartsTranspose() {
    let piece = TestParts.piece(
      [Part(name: "Low", notes: TestParts.notes("9:4 13:4")), Part(name: "High", notes: TestParts.notes("60:8"))],
      steps: 8)
    let xml = MusicXML.text(piece, programVersion: "")
    #expect(xml.contains("<step>A</step><octave>0</octave>"))
    #expect(xml.contains("<octave>1</octave>"))
    #expect(xml.matches(of: /<transpose>.*<octave-change>-1<\/octave-change><\/transpose>/).count == 1)
  }

  /// Whatever is written, its values last as long as it does.
  @Test func valuesLastWhatTheyShould() {
    for perQuarter in 1...48 {
      for steps in 1...200 {
        let value = NoteValue(ratio: steps, perQuarter: perQuarter)
        #expect(4 * perQuarter * value.normal == steps * value.denominator * value.actual)
        if let plain = NoteValue(steps: steps, perQuarter: perQuarter) {
          #expect(4 * perQuarter * ((2 << plain.dots) - 1) == steps * plain.denominator << plain.dots)
        }
      }
    }
  }

  @Test func overlappingNotesAreVoicesAndEqualOnesChords() {
    let notes = [(0, 4, 72), (0, 2, 60), (0, 2, 64), (2, 2, 59)].map {
      PartNote(onset: $0.0, duration: $0.1, degree: $0.2, velocity: 100)
    }
    let bars = Notation(TestParts.piece([Part(name: "Part", notes: notes)], steps: 8)).parts[0]
    #expect(bars[0].voices.map { $0.filter { !$0.isRest }.map(\.degrees) } == [[[72]], [[60, 64], [59]]])
  }

  @Test(arguments: [
    ([34, 40], "treble"), ([20, 24], "bass"), ([27, 31, 24], "treble_8"), ([8, 12], "bass_8"), ([44, 47], "treble^8"),
    ([], "treble"),
  ])
  func clefsByRange(positions: [Int], name: String) {
    #expect(Clef.best(for: positions).lilyPond == name)
  }

  @Test func scoresOfTheTrio() {
    let xml = MusicXML.text(TestParts.trio, programVersion: "0.1.0")
    #expect(xml.contains("<measure number=\"0\" implicit=\"yes\">") && xml.contains("<fifths>-1</fifths>"))
    #expect(xml.contains("<step>C</step><alter>1</alter><octave>5</octave>"))
    #expect(xml.contains("<sound tempo=\"120\"/>") && xml.contains("<part-name>Cantus firmus</part-name>"))
    let lilyPond = LilyPond.text(TestParts.trio)
    #expect(lilyPond.contains("\\key d \\minor") && lilyPond.contains("\\partial 1*1/4") && lilyPond.contains("cis''"))
    #expect(lilyPond.contains("\\clef \"bass\"") && lilyPond.contains("\\tempo 4 = 120"))
  }

  @Test func flatsInFMajor() {
    var piece = TestParts.piece([Part(name: "Part", notes: TestParts.notes("70:4 69:4"))], steps: 8)
    piece.key = KeySignature(tonic: 65, mode: .major)
    #expect(MusicXML.text(piece, programVersion: "").contains("<step>B</step><alter>-1</alter><octave>4</octave>"))
    #expect(LilyPond.text(piece).contains("bes'2") && !LilyPond.text(piece).contains("ais"))
  }

  @Test func hostileNamesAreEscaped() {
    let piece = TestParts.piece([Part(name: "</part>\"\\\n\u{0}&", notes: TestParts.notes("60:8"))], steps: 8)
    #expect(MusicXML.text(piece, programVersion: "").contains("<part-name>&lt;/part&gt;&quot;\\  &amp;</part-name>"))
    #expect(LilyPond.text(piece).contains("instrumentName = \"</part>\\\"\\\\  &\""))
  }

  /// Only pieces in parts have scores.
  @Test func filesOfAPieceInParts() throws {
    let folder = try TemporaryFolder()
    var options = FileOptions()
    options.hasStrictMIDI = true
    var settings = AudioSettings()
    settings.sampleRate = 8000
    options.hasStems = true
    let piece = TestParts.performed()
    let written = try PieceFolder.write(
      piece, to: folder.path, at: Timestamp(.init(timeIntervalSince1970: 0)), audio: settings, options: options)
    #expect(
      OutputFolder.entries(written.path) == [
        "music.mid", "music.wav", "music_strict.mid", "piano_roll.svg", "piano_roll.tsv", "piece.json", "score.ly",
        "score.musicxml", "sinethesizer_events.tsv", "stem_1_soprano.wav", "stem_2_cantus_firmus.wav",
        "stem_3_bass.wav",
      ])
    let read = try PieceFolder.read(written.path)
    #expect(read.parts == piece.parts && read.interpretation == piece.interpretation && !read.isRoll)
    let strict = try InputFile.read("\(written.path)/music_strict.mid", limit: 1 << 20, as: "a MIDI file")
    #expect(strict == MIDIFile(TestParts.trio).bytes)
  }
}
