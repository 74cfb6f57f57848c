/// `performance` of the configuration: whether a piece in parts is performed or typed, and by how much of each rule.
public struct PerformanceConfiguration: Sendable, Hashable {
  /// `style`.
  public enum Style: String, Sendable, CaseIterable {
    /// By the rules.
    case expressive
    /// In exact time and at one loudness: all rules off.
    case none
  }

  /// `style`.
  public var style: Style = .expressive
  /// `k`: how much of every rule, by its name; 1 is what the rule's authors found usual.
  public var amounts: [String: Double]

  /// The default: expressive, every rule as much as it is by itself.
  public init() {
    amounts = Dictionary(uniqueKeysWithValues: PerformanceRules.all.map { ($0.name, $0.defaultAmount) })
  }

  /// Reads the section.
  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    self.init()
    let word = try section.choice("style", default: style.rawValue, of: Style.allCases.map(\.rawValue))
    style = Style(rawValue: word) ?? .expressive
    let table = try section.section("k")
    for rule in PerformanceRules.all {
      amounts[rule.name] = try table.number(rule.name, default: rule.defaultAmount, in: 0...10)
    }
  }

  /// How a piece is played; nil for exact time.
  ///
  /// - Parameters:
  ///   - analysis: what is known of the piece beside its notes.
  ///   - spectrum: the leading part's partials: they decide which intervals are remarkable outside twelve equal
  ///     divisions.
  public func interpretation(
    of piece: Piece, analysis: ScoreAnalysis, spectrum: Spectrum = Spectrum(.standard)
  ) -> Interpretation? {
    guard style == .expressive else { return nil }
    var draft = PerformanceDraft(
      piece, analysis: analysis, charge: MelodicChargeTable(tuning: piece.tuning, spectrum: spectrum))
    for rule in PerformanceRules.all {
      let amount = amounts[rule.name] ?? 0
      if amount > 0 { rule.apply(amount, to: &draft) }
    }
    return draft.interpretation
  }
}

extension Interpretation {
  /// The same where another's clock is followed: its tempo holds, only loudness and articulation are ours.
  ///
  /// - Parameter tempo: the score's.
  public func inTempo(_ tempo: TempoMap) -> Interpretation {
    var steady = self
    steady.tempo = tempo
    for part in deviations.indices {
      for note in deviations[part].indices {
        // What it began later and what it lost by that go together.
        steady.deviations[part][note].durationSeconds += deviations[part][note].onsetSeconds
        steady.deviations[part][note].onsetSeconds = 0
      }
    }
    return steady
  }
}
