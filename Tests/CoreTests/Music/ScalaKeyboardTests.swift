import Foundation
import Testing

@testable import Core

@Suite struct ScalaKeyboardTests {
  private let middle = MIDIKey(60)!

  private func read(
    size: String = "12", first: String = "0", last: String = "127", middle: String = "60", reference: String = "69",
    frequency: String = "440.0", octave: String = "12", map: [String] = (0..<12).map(String.init)
  ) throws -> ScalaKeyboard {
    let lines = ["! a.kbm", size, "! c", first, last, middle, reference, frequency, octave] + map
    return try ScalaKeyboard(bytes: Array((lines.joined(separator: "\r\n") + "\r\n").utf8), file: "a.kbm")
  }

  @Test func theTemplateIsTheOrdinaryKeyboard() throws {
    let keyboard = try read()
    for key in 0...127 {
      let key = try #require(MIDIKey(key))
      let frequency = try #require(keyboard.frequency(ofKey: key, in: .twelveToneEqual))
      #expect(abs(frequency / key.frequency - 1) < 1e-12)
    }
    let tuning = try #require(keyboard.tuning(of: .twelveToneEqual, from: middle))
    #expect(tuning.hasTwelveEqualDegrees)
  }

  /// Size 0: every key the next degree, whatever the formal octave says.
  @Test(arguments: ["0", "12", "-5"]) func linear(octave: String) throws {
    let keyboard = try read(size: "0", middle: "60", reference: "60", frequency: "300", octave: octave, map: [])
    let scale = Tuning.equal(divisions: 19)
    #expect(keyboard.frequency(ofKey: MIDIKey(79)!, in: scale) == 600)
    #expect(keyboard.frequency(ofKey: MIDIKey(41)!, in: scale) == 150)
    let tuning = try #require(keyboard.tuning(of: scale, from: MIDIKey(62)!))
    #expect(tuning.degreeCount == 19)
    #expect(tuning.rootFrequency == 300 * exp2(2.0 / 19))
  }

  /// Five black keys: the white ones are unmapped and have no row.
  @Test func rowsAreTheMappedKeys() throws {
    let black = ["x", "0", "x", "1", "x", "X", "2", "x", "3", "x", "4"]  // the last x is left out
    let keyboard = try read(reference: "61", frequency: "200", octave: "5", map: black)
    let scale = try #require(ShippedTuning.named("slendro")).tuning
    #expect(keyboard.mappedKeys(from: middle).prefix(6).map(\.number) == [61, 63, 66, 68, 70, 73])
    #expect(keyboard.frequency(ofKey: middle, in: scale) == nil)
    let tuning = try #require(keyboard.tuning(of: scale, from: MIDIKey(64)!))
    #expect(tuning.degreesInCents == [0, 244, 476, 716, 944])
    #expect(tuning.periodInCents == 1200)
    #expect(abs(try #require(tuning.rootFrequency) - 200 * exp2(484.0 / 1200)) < 1e-9)
  }

  /// A root that lies beyond all numbers is none, not a trap.
  @Test func farRoot() throws {
    let keyboard = try read(size: "1", reference: "60", frequency: "1", octave: "-12192", map: ["0"])
    let scale = Tuning.equal(divisions: 12)
    #expect(keyboard.tuning(of: scale, from: MIDIKey(61)!) == nil)
    #expect(keyboard.tuning(of: scale, from: middle) != nil)
  }

  /// Degrees outside the scale, negative and doubled ones, and a formal octave of two periods.
  @Test func anyDegree() throws {
    let keyboard = try read(size: "4", reference: "60", frequency: "100", octave: "10", map: ["0", "-5", "7", "7"])
    let scale = Tuning.equal(divisions: 5)
    let tuning = try #require(keyboard.tuning(of: scale, from: middle))
    #expect(tuning.degreesInCents == [0, -1200, 1680, 1680])
    #expect(tuning.periodInCents == 2400)
    #expect(keyboard.frequency(ofKey: MIDIKey(64)!, in: scale) == 400)
    #expect(keyboard.frequency(ofKey: MIDIKey(56)!, in: scale) == 25)
  }

  /// Octave degree 0 is the scale's last degree, its period.
  @Test func octaveDegreeZero() throws {
    let keyboard = try read(octave: "0")
    #expect(keyboard.frequency(ofKey: MIDIKey(81)!, in: .twelveToneEqual) == 880)
    let seven = try read(
      size: "7", reference: "60", frequency: "261.6", octave: "0", map: (0..<7).map(String.init))
    let major = Tuning(name: "major", degreesInCents: [0, 200, 400, 500, 700, 900, 1100], periodInCents: 1200)
    #expect(seven.frequency(ofKey: MIDIKey(67)!, in: major) == 523.2)
    #expect(try #require(seven.tuning(of: major, from: middle)).periodInCents == 1200)
  }

  /// A formal octave that is no multiple of the scale's size counts the degrees of an unequal scale on.
  @Test func repetitionsCountDegrees() throws {
    let keyboard = try read(size: "3", reference: "60", frequency: "100", octave: "3", map: ["0", "1", "2"])
    let scale = Tuning(name: "five", degreesInCents: [0, 100, 300, 600, 1000], periodInCents: 1200)
    let cents = try (0...6).map { key in
      1200 * log2(try #require(keyboard.frequency(ofKey: MIDIKey(60 + key)!, in: scale)) / 100)
    }
    for (found, expected) in zip(cents, [0.0, 100, 300, 600, 1000, 1200, 1300]) {
      #expect(abs(found - expected) < 1e-9)
    }
    #expect(abs(try #require(keyboard.frequency(ofKey: MIDIKey(64)!, in: scale)) - 178.18) < 0.005)
    // Five repetitions of the map are three periods of the scale.
    let tuning = try #require(keyboard.tuning(of: scale, from: middle))
    #expect(tuning.degreeCount == 15 && tuning.periodInCents == 3600)
    for degree in -20...40 { #expect(tuning.cents(ofDegree: degree) == scale.cents(ofDegree: degree)) }
  }

  /// What repeats only after more degrees than a scale may have: the degrees that have keys.
  @Test func longPatterns() throws {
    let keyboard = try read(reference: "60", frequency: "100", octave: "997")
    let tuning = try #require(keyboard.tuning(of: .equal(divisions: 1000), from: middle))
    #expect(tuning.degreeCount == 68)
    #expect(tuning.degreesInCents[12] == 1200 * 0.997)
  }

  @Test func rangeEndsTheRows() throws {
    let keyboard = try read(first: "50", last: "62")
    #expect(keyboard.mappedKeys(from: middle).map(\.number) == [60, 61, 62])
    #expect(keyboard.frequency(ofKey: MIDIKey(63)!, in: .twelveToneEqual) == nil)
    #expect(keyboard.tuning(of: .twelveToneEqual, from: MIDIKey(70)!) == nil)
  }

  @Test func theReferenceKeyMustBeMapped() {
    let error = #expect(throws: DataError.self) { try read(reference: "61", map: ["0", "x", "2"]) }
    #expect(error?.line == 7)
  }

  /// A degree so far down that its frequency is next to nothing: no number holds what the others would be measured by.
  @Test func aRootWithoutAFrequencyIsNoTuning() throws {
    let scale = Tuning(name: "down", degreesInCents: [0, 100], periodInCents: -1200)
    let keyboard = try read(reference: "61", octave: "2", map: ["2100", "0"] + Array(repeating: "0", count: 10))
    #expect(keyboard.tuning(of: scale, from: middle) == nil)
    #expect(keyboard.tuning(of: scale, from: MIDIKey(61)!) != nil)
  }

  @Test func malformedFiles() {
    #expect(throws: DataError.self) { try read(size: "-1") }
    #expect(throws: DataError.self) { try read(size: "x") }
    #expect(throws: DataError.self) { try read(size: "2") }  // twelve entries follow
    #expect(throws: DataError.self) { try read(size: "0") }
    #expect(throws: DataError.self) { try read(first: "70", last: "60") }
    #expect(throws: DataError.self) { try read(last: "128") }
    #expect(throws: DataError.self) { try read(middle: "") }
    #expect(throws: DataError.self) { try read(frequency: "0") }
    #expect(throws: DataError.self) { try read(frequency: "nan") }
    #expect(throws: DataError.self) { try read(frequency: "-440") }
    #expect(throws: DataError.self) { try read(octave: "9999999999999999999999") }
    #expect(throws: DataError.self) { try read(map: ["0", "1.5"]) }
    #expect(throws: DataError.self) { try read(map: ["y"]) }
    #expect(throws: DataError.self) { try read(map: []) }  // everything unmapped
    #expect(throws: DataError.self) { try ScalaKeyboard(bytes: [], file: "a.kbm") }
  }
}
