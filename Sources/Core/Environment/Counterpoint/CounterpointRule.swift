public import CKernels

/// One rule that a continuation must not break.
///
/// A rule is one file: what holds in its comment, its parameters read from `piece.rules.params.<name>`, and what it
/// means for the table of what can still finish. It becomes known by one line in `CounterpointRuleRegistry`.
///
/// The formulas speak of a movement m (degrees), a duration d (steps), the new pitch x, its onset t, and of the melody:
/// what *sounds with* the new note is what the melody has from step t to step t + d - 1. A rest asks for nothing.
public protocol CounterpointRule: Sendable {
  /// The name in the configuration.
  static var name: String { get }

  /// Reads the rule's parameters.
  init(_ section: ConfigurationSection) throws(ConfigurationError)

  /// Whether a line may go on like this.
  func holds(_ next: Continuation, after line: CounterpointLine) -> Bool

  /// Switches the rule on in the table's own form of it. A test compares the two.
  func fold(into rules: inout ck_counterpoint_rules)
}

extension CounterpointLine {
  /// The melody's keys that sound with a continuation, note by note; rests are left out.
  func soundingKeys(_ next: Continuation) -> [Int] {
    var keys: [Int] = []
    for step in next.onset..<next.end {
      let key = task.melodyKeys[step]
      if key >= 0, step == next.onset || task.melodyKeys[step - 1] != key { keys.append(key) }
    }
    return keys
  }

  /// The key of a continuation.
  func key(_ next: Continuation) -> Int { task.key(next.position) }

  /// The degrees, 1 to 7, of the last notes, oldest first.
  func lastDegrees(_ count: Int) -> [Int] { notes.suffix(count).map { task.scale.degree(at: $0.position) } }
}
