/// One rule of performance: how a musician's playing departs from the score, and by how much for k = 1.
///
/// The rules of the KTH system are documented in A. Friberg, R. Bresin, J. Sundberg, *Overview of the KTH rule system for
/// musical performance*, Advances in Cognitive Psychology 2 (2006), 145-161; each file here says which one it is.
/// A rule becomes known by one line in `PerformanceRules`.
protocol PerformanceRule: Sendable {
  /// Its name under `performance.k`.
  static var name: String { get }
  /// What it does, in a sentence for the configuration.
  static var summary: String { get }
  /// The k it has unless the configuration says otherwise.
  static var defaultAmount: Double { get }

  /// Adds what it does, `amount` times, to a performance in the making.
  static func apply(_ amount: Double, to draft: inout PerformanceDraft)
}

/// The rules by their names in the configuration, in the order they are applied.
enum PerformanceRules {
  static let all: [any PerformanceRule.Type] = [
    PhraseArch.self, SubphraseArch.self, FinalRitard.self, HighLoud.self, MelodicCharge.self, HarmonicCharge.self,
    DurationContrast.self, Punctuation.self, RepetitionArticulation.self, LeapArticulation.self, Dynamics.self,
    MetricalAccent.self, MelodyLead.self, TimingNoise.self,
  ]
}
