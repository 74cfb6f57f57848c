import Foundation
import Testing

@testable import Core

@Suite struct TimbreConsonanceTests {
  private let table = IntervalConsonances.twelveTone

  private func consonance(_ semitones: Int, entropyShare: Double = 0, spectrum: Spectrum = Spectrum(.standard))
    -> Double
  {
    TimbreConsonance(spectrum: spectrum, entropyShare: entropyShare)
      .consonance(cents: 100 * Double(semitones), periodInCents: 1200)
  }

  /// Two sines of 500 and 550 Hz, worked out by hand from the formula.
  @Test func formula() {
    let s = 0.24 / (0.021 * 500 + 19)
    #expect(abs(Roughness.dissonance(550, 500, 0.5, 0.25) - 0.125 * (exp(-175 * s) - exp(-287.5 * s))) < 1e-15)
    #expect(Roughness.dissonance(500, 500, 1, 1) == 0)
    // The curve is highest where its derivative vanishes: ln(b/a) / (b - a) in units of 1/s.
    let peak = log(5.75 / 3.5) / (5.75 - 3.5) / s
    let there = Roughness.dissonance(500, 500 + peak, 1, 1)
    #expect(there > Roughness.dissonance(500, 499 + peak, 1, 1) && there > Roughness.dissonance(500, 501 + peak, 1, 1))
  }

  /// A harmonic timbre is smooth at the ratios of small numbers: Sethares' figure 3 (seven harmonics, 0.88^n).
  @Test func harmonicTimbresHaveTheirMinimaAtSmallRatios() {
    let spectrum = Spectrum((0..<7).map { (ratio: Double($0 + 1), amplitude: pow(0.88, Double($0))) })
    let roughness = Roughness(spectrum: spectrum, fundamental: 500)
    for ratio in [6.0 / 5, 5.0 / 4, 4.0 / 3, 3.0 / 2, 5.0 / 3, 2] {
      let cents = 1200 * log2(ratio)
      let there = roughness.ofInterval(cents: cents)
      #expect(there < roughness.ofInterval(cents: cents - 12), "\(ratio)")
      #expect(there < roughness.ofInterval(cents: cents + 12), "\(ratio)")
    }
  }

  /// Bohlen and Pierce chose odd ratios because such timbres suit them: the default one has odd partials only.
  @Test func theDefaultTimbreSuitsTheTritave() {
    let roughness = Roughness(spectrum: Spectrum(.standard), fundamental: 261.6)
    let tritave = roughness.ofInterval(cents: 1200 * log2(3))
    #expect(tritave < roughness.ofInterval(cents: 1900 - 60) / 4)
    #expect(tritave < roughness.ofInterval(cents: 1900 + 60) / 4)
  }

  @Test func spectrumOfTheDefaultTimbre() {
    let partials = Spectrum(.standard).partials
    #expect(partials.prefix(5).map(\.ratio) == [1, 3, 5, 7, 9])
    #expect(partials[0].amplitude == 0.625)
    #expect(abs(partials[2].amplitude - 0.1 * 8 / (.pi * .pi)) < 1e-12)
    #expect(partials.allSatisfy { $0.amplitude >= 1e-3 })
  }

  /// Where roughness alone agrees with the hand-made table, and where it does not.
  @Test func signsInTwelveToneEqualTemperament() {
    for semitones in [1, 2, 3, 4, 7, 8, 9] {
      #expect(consonance(semitones).sign == table[semitones].sign, "\(semitones)")
    }
    #expect(consonance(0) == 0 && consonance(12) == 0 && consonance(24) == 0)
    // Not so: the tritone and the sevenths, smooth with odd partials; and the fourth, which the table calls neutral.
    for semitones in [5, 6, 10, 11] { #expect(consonance(semitones) > 0, "\(semitones)") }
    #expect(abs(consonance(1) + 3) < 1e-9)
    #expect(consonance(7) > 1.5 && consonance(7) < 2)
  }

  /// Harmonic entropy alone agrees on everything but the tritone.
  @Test func signsByHarmonicEntropy() {
    for semitones in [1, 2, 3, 4, 7, 8, 9, 10, 11] {
      #expect(consonance(semitones, entropyShare: 1).sign == table[semitones].sign, "\(semitones)")
    }
    #expect(consonance(6, entropyShare: 1) > 0)
    #expect(consonance(7, entropyShare: 1) == (1...11).map { consonance($0, entropyShare: 1) }.max())
  }

  @Test(arguments: [0, 0.5, 1]) func everyValueIsFinite(share: Double) {
    let consonance = TimbreConsonance(spectrum: Spectrum(.standard), entropyShare: share)
    for cents in stride(from: -50_000.0, through: 50_000, by: 97) {
      let value = consonance.consonance(cents: cents, periodInCents: 0)
      #expect(value.isFinite && (-5...2.5).contains(value), "\(cents): \(value)")
    }
    let silent = TimbreConsonance(spectrum: Spectrum([]), entropyShare: share)
    #expect(silent.consonance(cents: 100, periodInCents: 1200).isFinite)
  }

  /// Whatever the mixture, the table's consonances stay consonant and its seconds dissonant.
  @Test(arguments: [0, 0.25, 0.5, 0.75, 1]) func consonancesAndSecondsAlwaysAgree(share: Double) {
    for semitones in [1, 2, 3, 4, 7, 8, 9] {
      #expect(consonance(semitones, entropyShare: share).sign == table[semitones].sign, "\(semitones)")
    }
  }
}
