internal import CSong

/// A soft rule of songs: rewards and costs that are added up while a piece is composed, each credited to the decision that
/// earned it. What is counted, and where the idea comes from, is said in the rule's file: `rules` of CSong.
public struct SongRule: Sendable, Hashable {
  /// The name in the configuration.
  public let name: String
  /// What it says, in a line.
  public let summary: String
  /// What it is multiplied by where the configuration does not say.
  public let coefficient: Double
}

/// The soft rules by their names in the configuration, in the kernels' order.
public enum SongRuleRegistry {
  /// All rules there are.
  public static let rules: [SongRule] = (0..<Int32(SONG_RULES)).compactMap { index in
    guard let rule = song_rule_at(index)?.pointee else { return nil }
    return SongRule(
      name: String(cString: rule.name), summary: String(cString: rule.summary), coefficient: Double(rule.coefficient))
  }
}
