/// A soft rule of songs: rewards and costs that are added up while a piece is composed, each credited to the decision that
/// earned it. What is counted, and where the idea comes from, is said at each rule; the kernels of CSong count.
public protocol SongRule: Sendable {
  /// The name in the configuration.
  static var name: String { get }
  /// What it is multiplied by where the configuration does not say.
  static var coefficient: Double { get }
}

/// The soft rules by their names in the configuration, in the kernels' order (`state.inc.h` of CSong).
public enum SongRuleRegistry {
  /// All rules there are.
  public static let rules: [any SongRule.Type] = [
    SongSteps.self,
    SongLeaps.self,
    SongLines.self,
    SongContraryMotion.self,
    SongProgression.self,
    SongHarmonicVariety.self,
    SongCompleteness.self,
    SongDoubling.self,
    SongSuspensions.self,
    SongDensity.self,
    SongPulse.self,
    SongNoteValues.self,
    SongAccompaniment.self,
    SongLikeness.self,
    SongCadence.self,
    SongHeight.self,
    SongClimax.self,
    SongNadir.self,
    SongBassLine.self,
    SongTheme.self,
    SongFaults.self,
    SongDissonance.self,
  ]
}
