import Foundation
import Testing

@testable import Core

@Suite struct ScalaScaleTests {
  private let lowest = MIDIKey(45)!

  private func read(_ text: String) throws -> ScalaScale {
    try ScalaScale(bytes: Array(text.utf8), file: "x.scl")
  }

  /// The lines that the format's own description calls valid.
  @Test(arguments: [
    ("81/64", 407.820_003), ("408.0", 408), ("408.", 408), ("5", 2786.313_714), ("-5.0", -5), ("10/20", -1200),
    ("100.0 cents", 100), (" 100.0 C#", 100), ("5/4   E\\", 386.313_714), ("\t2/1", 1200), (".5", 0.5),
    ("2147483647/2147483646", 8.06e-7), ("2", 1200), ("1/1", 0), ("0.0", 0), ("-0.5\t!", -0.5), ("3 / 2", 701.955_001),
    ("100.0cents", 100), ("19383245667680019896796723/19342813113834066795298816", 3.615_046),
  ])
  func validPitches(line: String, cents: Double) throws {
    let scale = try read("! c\nname\n 1 \n!\n\(line)\n")
    #expect(abs(scale.pitchesInCents[0] - cents) < 1e-6, "\(scale.pitchesInCents)")
  }

  @Test(arguments: [
    "", "x", "-3/2", "3/-2", "-2", "0", "0/1", "3/0", "3/", "/2", "3/2/1", ".", "-.", "1e3", "1.5e3", "100,5", "3/2.5",
    "999999.0", "7\\12", "7 \\ 12", "\u{663}/2", " ! not a comment",
    "1" + String(repeating: "0", count: 400),
  ])
  func invalidPitches(line: String) throws {
    let error = #expect(throws: DataError.self) { try read("! c\r\n\r\n2\r\n2/1\r\n\(line)\r\n! end\r\n") }
    #expect(error?.file == "x.scl")
    #expect(error?.line == 5)
  }

  @Test func descriptionMayBeEmptyAndNotesMayBeNone() throws {
    let scale = try read("! zero.scl\n\n0\n")
    #expect(scale.description == "")
    #expect(scale.pitchesInCents == [])
    #expect(
      scale.tuning(name: "zero", lowest: lowest) == Tuning(name: "zero", degreesInCents: [0], periodInCents: 1200))
  }

  @Test func commentsCarriageReturnsAndLatin1() throws {
    let text = "! caf\u{E9}\r\nTemp\u{E9}rament\r\n! between\r\n 2\r\n!\r\n3/2\r\n! again\r\n2/1"
    let latin1 = text.unicodeScalars.map { UInt8($0.value) }
    let scale = try ScalaScale(bytes: latin1, file: "x.scl")
    #expect(scale.description == "Temp\u{E9}rament")
    #expect(scale.pitchesInCents.count == 2)
    #expect(try read(text.replacing("\r\n", with: "\r")).pitchesInCents == scale.pitchesInCents)
    #expect(try read(text).description == scale.description)
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstLine() throws {
    let commented = try read("\u{FEFF}! c\nTemperament\n1\n2/1\n")
    #expect(commented.description == "Temperament" && commented.pitchesInCents == [1200])
    #expect(try read("\u{FEFF}Temperament\n1\n2/1\n").description == "Temperament")
  }

  @Test func orderIsKept() throws {
    let tuning = try read("falls\n3\n700.0\n-100.0\n1/2\n").tuning(name: "falls", lowest: lowest)
    #expect(tuning.degreesInCents == [0, 700, -100])
    #expect(tuning.periodInCents == -1200)
    #expect(tuning.cents(ofDegree: 4) == -500)
    #expect(tuning.cents(ofDegree: -1) == 1100)
  }

  @Test(arguments: [
    ("", 1), ("! only\n", 1), ("d\n", 1), ("d\nx\n", 2), ("d\n-1\n", 2), ("d\n99999\n", 2), ("d\n3 notes\n", 2),
    ("d\n2\n3/2\n", 3), ("d\n1.5\n2/1\n", 2), ("d\n99999999999999999999999\n", 2), ("\u{0}\u{1}\n\u{2}", 2),
  ])
  func malformedFiles(text: String, line: Int) {
    let error = #expect(throws: DataError.self) { try read(text) }
    #expect(error?.line == line, "\(String(describing: error))")
  }

  /// As the format's own programs read it: what follows a number, and what follows the last note, is a remark.
  @Test(arguments: [
    "d\n 1 note\n2/1\n", "d\n1 ! one\n2/1\n3/1\n", "d\n1\n2/1\nnever mind\n", "d\r\n1\r\n2/1\r\n\u{1A}",
    "d\n1\n2/1\n\u{1A}\n",
  ])
  func remarks(text: String) throws {
    #expect(try read(text).pitchesInCents == [1200])
  }

  /// A reference pitch for other programs: of all degrees 0 it allows, the nearest to the lowest note.
  @Test func referencePitch() throws {
    let scale = "!\nseven\n3\n!\n386.3\n7/4\n2/1\n"
    for octave in -2...8 {
      let tuning = try read(scale + "! @ABL REFERENCE_PITCH \(octave) 1 440.0 remark\n").tuning(
        name: "x", lowest: lowest)
      // Degree 1 at 440 Hz puts degree 0 at 352; A2 is 110 Hz.
      #expect(abs(tuning.frequency(ofDegree: 1, above: lowest) - 110) < 1e-9)
      #expect(tuning.rootFrequency.map { abs($0 - 110 / exp2(386.3 / 1200)) < 1e-9 } == true)
    }
    #expect(try read(scale).tuning(name: "x", lowest: lowest).rootFrequency == nil)
    #expect(try read(scale + "!! @ABL REFERENCE_PITCH 3 1 440\n").reference == nil)
    for bad in ["3 3 440", "3 -1 440", "3 1 0", "3 1", "x 1 440", "3 1 nan"] {
      let error = #expect(throws: DataError.self) { try read(scale + "! @ABL REFERENCE_PITCH \(bad)\n") }
      #expect(error?.line == 8, "\(bad)")
    }
  }

  @Test func sixteenBitsAreCalledThat() throws {
    // With the byte order mark, and without.
    for mark: [UInt8] in [[0xFF, 0xFE, 0x64, 0], [0xFE, 0xFF, 0, 0x64], [0x64, 0, 0x65, 0], [0, 0x64, 0, 0x65]] {
      let error = #expect(throws: DataError.self) { try ScalaScale(bytes: mark, file: "x.scl") }
      #expect(error?.reason.contains("UTF-16") == true)
    }
  }

  @Test func blankLinesAtTheEndDoNotCount() throws {
    #expect(try read("d\n1\n2/1\n\n \t\n! end\n\n").pitchesInCents == [1200])
  }

  @Test func hugeFilesAreRefused() {
    #expect(throws: DataError.self) { try ScalaScale(bytes: Array(repeating: 0x20, count: 2_000_000), file: "x") }
  }
}
