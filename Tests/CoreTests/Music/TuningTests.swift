import Foundation
import Testing

@testable import Core

@Suite struct TuningTests {
  @Test func twelveDivisionsAreTheKeyboard() {
    #expect(Tuning.equal(divisions: 12).isTwelveToneEqual)
    #expect(!Tuning.twelveToneEqual.rooted(at: 432).isTwelveToneEqual)
    #expect(Tuning.twelveToneEqual.pitch(ofDegree: 9, above: MIDIKey(60)!).frequency == 440)
  }

  @Test func theReferencePitchIsThatOfDegreeZero() {
    let tuning = Tuning.equal(divisions: 19).rooted(at: 100)
    #expect(tuning.pitch(ofDegree: 0, above: MIDIKey(60)!).frequency == 100)
    #expect(tuning.pitch(ofDegree: 38, above: MIDIKey(60)!).frequency == 400)
  }

  /// Chains of fifths, checked against Barbour, Tuning and Temperament (1951), and by hand.
  @Test func shippedTunings() throws {
    func cents(_ name: String, _ degree: Int) throws -> Double {
      try #require(ShippedTuning.named(name)).tuning.cents(ofDegree: degree)
    }
    #expect(try abs(cents("pythagorean", 4) - 407.820) < 1e-3)
    #expect(try abs(cents("pythagorean", 3) - 294.135) < 1e-3)
    #expect(try abs(cents("pythagorean", 8) - 815.640) < 1e-3)
    #expect(try abs(cents("meantone", 1) - 76.049) < 1e-3)
    #expect(try abs(cents("meantone", 4) - 386.314) < 1e-3)
    #expect(try abs(cents("meantone", 7) - 696.578) < 1e-3)
    #expect(try abs(cents("just-major", 5) - 884.359) < 1e-3)
    #expect(try abs(cents("bohlen-pierce", 13) - 1901.955) < 1e-3)
    #expect(try abs(cents("bohlen-pierce", 1) - 146.304) < 1e-3)
    #expect(try cents("pelog", 9) == 1646)
    for shipped in ShippedTuning.all {
      #expect(shipped.tuning.name == shipped.name)
      #expect(shipped.tuning.degreesInCents == shipped.tuning.degreesInCents.sorted())
    }
  }

  @Test func frequenciesBeyondAllMeasureStayFinite() {
    let wide = Tuning(name: "wide", degreesInCents: [0], periodInCents: 120_000)
    #expect(wide.pitch(ofDegree: 255, above: MIDIKey(60)!).frequency == 1e12)
    #expect(wide.pitch(ofDegree: -255, above: MIDIKey(60)!).frequency == 1e-9)
  }

  @Test(arguments: [
    (12, [0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]), (19, [0, 3, 6, 8, 11, 14, 17], [0, 3, 5, 8, 11, 13, 16]),
    (31, [0, 5, 10, 13, 18, 23, 28], [0, 5, 8, 13, 18, 21, 26]),
    (22, [0, 4, 8, 9, 13, 17, 21], [0, 4, 5, 9, 13, 14, 18]),
    (53, [0, 9, 18, 22, 31, 40, 49], [0, 9, 13, 22, 31, 35, 44]),
  ])
  func diatonicScales(divisions: Int, major: [Int], minor: [Int]) {
    let tuning = Tuning.equal(divisions: divisions)
    #expect(Scale.named("major", in: tuning)?.degrees == major)
    #expect(Scale.named("minor", in: tuning)?.degrees == minor)
  }

  /// Without a good fifth (or without octaves) there is no diatonic scale to derive.
  @Test(arguments: [1, 2, 5, 6, 7, 8, 11, 13, 14]) func divisionsWithoutDiatonicScale(divisions: Int) {
    #expect(Scale.named("major", in: .equal(divisions: divisions)) == nil)
  }

  @Test func scalesOfUnequalTunings() {
    #expect(Scale.named("major", in: ShippedTuning.named("meantone")!.tuning)?.degrees == [0, 2, 4, 5, 7, 9, 11])
    #expect(Scale.named("major", in: ShippedTuning.named("just-major")!.tuning)?.degrees == Array(0...6))
    #expect(Scale.named("minor", in: ShippedTuning.named("just-major")!.tuning) == nil)
    #expect(Scale.named("major", in: ShippedTuning.named("bohlen-pierce")!.tuning) == nil)
    #expect(Scale.named("dorian", in: .twelveToneEqual) == nil)
    #expect(Scale(degrees: [-1, 13, 0], of: 13).degrees == [0, 12])
    #expect(Scale(degrees: [0, 2], of: 5).contains(-3))
  }
}
