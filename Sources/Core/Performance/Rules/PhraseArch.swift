/// Phrases begin and end slowly and softly (KTH: phrase arch).
///
///     u = ((turn - x) / turn)^2 before the turn, ((x - turn) / (1 - turn))^2 after it,   x = 0...1 through the phrase
///     length + 10 % k u before, + 20 % k u after;   level - k u dB before, - 2 k u dB after (amplitude 2)
///
/// The last phrase of a piece gains a little more at its end. A phrase arch turns early, at 0.3: it hurries to the
/// phrase's first summit, then takes its time. Short phrases have a flatter one.
enum PhraseArch: PerformanceRule {
  static let name = "phrase_arch"
  static let summary = "Phrases begin and end slower and softer."
  static let defaultAmount = 1.5

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    Arch(turn: 0.3, share: 0.5).apply(amount, phrases: draft.phrases(draft.analysis.phrases), to: &draft)
  }
}

/// The same for the parts of phrases, shallower.
enum SubphraseArch: PerformanceRule {
  static let name = "subphrase_arch"
  static let summary = "So do the halves of phrases."
  static let defaultAmount = 1.5

  static func apply(_ amount: Double, to draft: inout PerformanceDraft) {
    guard !draft.analysis.subphrases.isEmpty else { return }
    Arch(turn: 0.5, share: 0.25).apply(amount, phrases: draft.phrases(draft.analysis.subphrases), to: &draft)
  }
}

/// An arch of length and level over phrases.
struct Arch {
  /// Where it turns, 0...1 of the phrase.
  var turn: Double
  /// The share of the arch that this level of phrases has: two levels lie over each other.
  var share: Double

  func apply(_ amount: Double, phrases: [Range<Int>], to draft: inout PerformanceDraft) {
    for phrase in phrases {
      let depth = min(1, Double(phrase.count) / Double(Self.wholeQuarters * draft.piece.stepsPerQuarter))
      for step in phrase {
        let x = (Double(step - phrase.lowerBound) + 0.5) / Double(phrase.count)
        // How the piece itself comes to its end is for the final ritard to say.
        if phrase.upperBound == draft.piece.stepCount, x > turn { break }
        draft.stretch[step] += depth * share * amount * values(at: x).length
      }
    }
    for note in draft.notes {
      guard let phrase = phrases.first(where: { $0.contains(note.note.onset) }) else { continue }
      let (_, level) = values(at: (Double(note.note.onset - phrase.lowerBound) + 0.5) / Double(phrase.count))
      draft.changes[note.part][note.number].decibels += share * amount * level
    }
  }

  /// Quarters from which on a phrase has the whole arch; a shorter one has no time for it.
  private static let wholeQuarters = 12

  /// Length and level for k = 1.
  private func values(at x: Double) -> (length: Double, level: Double) {
    let u = x < turn ? (turn - x) / turn : (x - turn) / (1 - turn)
    return x < turn ? (0.1 * u * u, -u * u) : (0.2 * u * u, -2 * u * u)
  }
}
