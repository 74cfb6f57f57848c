import Foundation
import Testing

@testable import Core

@Suite struct AutomaticConsonanceTests {
  private func rule(_ yaml: String, tuning: Tuning) throws -> Consonances {
    let root = try ConfigurationSection.root(text: yaml, file: "c.yml")
    let rule = try Consonances(root, context: RuleContext(tuning: tuning))
    try root.rejectUnknownKeys()
    return rule
  }

  @Test func aTableStaysATableInTwelve() throws {
    #expect(try rule("", tuning: .twelveToneEqual).intervals.values == [IntervalConsonances.twelveTone])
    #expect(try rule("", tuning: .twelveToneEqual.rooted(at: 415)).intervals.values.count == 1)
    #expect(try rule("interval_consonances: auto", tuning: .twelveToneEqual).intervals.values[0].count == 256)
  }

  /// Every pair of notes is worth what the interval between them is worth, in equal and unequal tunings.
  @Test(arguments: ["19edo", "pelog", "bohlen-pierce", "just-major"]) func pairByPair(name: String) throws {
    let tuning = try #require(ShippedTuning.named(name)).tuning
    let rule = try rule("distance_weights: {0: 1, 2: 0.5}", tuning: tuning)
    #expect((rule.intervals.values.count == 1) == tuning.isEqual)
    let consonance = TimbreConsonance(spectrum: Spectrum(.standard))
    var random = SplitMix(seed: 7)
    var roll = PianoRoll(rowCount: 70, stepCount: 9)
    for _ in 0..<60 { roll[Int(random.next() % 70), Int(random.next() % 9)] = true }
    var expected = 0.0
    for (distance, weight) in [(0, 1.0), (2, 0.5)] {
      for upper in 0..<70 {
        for lower in upper + 1..<70 {
          let cents = tuning.cents(ofDegree: 69 - upper) - tuning.cents(ofDegree: 69 - lower)
          let value = consonance.consonance(cents: cents, periodInCents: tuning.periodInCents)
          for step in 0..<9 where roll[upper, step] {
            for other in Set([step - distance, step + distance]) where (0..<9).contains(other) && roll[lower, other] {
              expected += weight * value
            }
          }
        }
      }
    }
    #expect(abs(rule.score(roll) - expected) < 1e-9)
  }

  @Test func harmonicEntropyIsAShare() throws {
    let plain = try rule("interval_consonances: auto", tuning: .equal(divisions: 31))
    let entropic = try rule("{interval_consonances: auto, harmonic_entropy: 1}", tuning: .equal(divisions: 31))
    #expect(plain.intervals.value(ofInterval: 30) > 0 && entropic.intervals.value(ofInterval: 30) < 0)
  }

  @Test(arguments: [
    "interval_consonances: manual", "interval_consonances: [1]", "harmonic_entropy: 0.5",
    "{interval_consonances: auto, harmonic_entropy: 2}", "{interval_consonances: {0: 1}, harmonic_entropy: 1}",
  ]) func refused(yaml: String) {
    #expect(throws: ConfigurationError.self) { try rule(yaml, tuning: .twelveToneEqual) }
  }

  /// What the configuration's timbre sounds like decides: pure sines are rough only when they lie close.
  @Test func theConfiguredTimbreCounts() throws {
    func value(_ timbre: String) throws -> Double {
      let envelope =
        "{name: relative_adsr, attack_share: 0.1, decay_share: 0.1, sustain_level: 0.6, release_share: 0.2}"
      let overtones = (2...8).map {
        "{waveform: sine, frequency_ratio: \($0), volume_share: 0.1, volume_envelope: \(envelope)}"
      }.joined(separator: ", ")
      let yaml = """
        tuning: 31edo
        timbres:
          - {name: pure, fundamental_waveform: sine, fundamental_volume_envelope: \(envelope)}
          - {name: rich, fundamental_waveform: sine, fundamental_volume_envelope: \(envelope), overtones_specs: [\(overtones)]}
        environment: {scoring_coefs: {consonances: 1}, rendering_params: {sinethesizer: {timbre: \(timbre)}}}
        """
      let rules = try Configuration(text: yaml, file: "c").environment.rules
      let rule = try #require(rules.entries.first?.rule as? Consonances)
      // A fifth, and a quarter tone above it.
      return rule.intervals.value(ofInterval: 18) - rule.intervals.value(ofInterval: 19)
    }
    #expect(try value("rich") > 0.1)
    #expect(try value("rich") > 5 * abs(value("pure")))
  }

  @Test func hugeAndFoldedTuningsScore() throws {
    var roll = PianoRoll(rowCount: 256, stepCount: 2)
    for row in 0..<256 { roll[row, 0] = true }
    for tuning in [
      Tuning(name: "falling", degreesInCents: [0, -700, 300], periodInCents: -1200),
      Tuning(name: "still", degreesInCents: [0, 50], periodInCents: 0), .equal(divisions: 1024),
    ] {
      #expect(try rule("", tuning: tuning).score(roll).isFinite)
    }
  }
}

private struct SplitMix {
  var seed: UInt64
  mutating func next() -> UInt64 {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var z = seed
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    return z ^ (z >> 31)
  }
}
