/// A melody that is given: what a counterpoint is composed against.
///
/// A cantus firmus is the case of one whole bar a note. Any rhythm, rests and notes outside the scale are possible.
public struct GivenLine: Sendable, Hashable {
  /// A note on steps, each an eighth.
  public struct Note: Sendable, Hashable {
    /// MIDI number.
    public var key: Int
    /// The first step.
    public var onset: Int
    /// The step after the last.
    public var end: Int

    /// A note of these parts.
    public init(key: Int, onset: Int, end: Int) {
      self.key = key
      self.onset = onset
      self.end = end
    }
  }

  /// In order of onset; no two overlap.
  public let notes: [Note]

  /// A line of these notes, in any order.
  ///
  /// - Returns: nil if a note has no length or begins before step 0, or two sound at once.
  public init?(notes: [Note]) {
    let sorted = notes.sorted { $0.onset < $1.onset }
    for (index, note) in sorted.enumerated() {
      guard note.onset >= 0, note.end > note.onset else { return nil }
      guard index == 0 || sorted[index - 1].end <= note.onset else { return nil }
    }
    self.notes = sorted
  }

  /// A cantus firmus: one bar of eight eighths a note.
  public init(cantusFirmus keys: [Int]) {
    notes = keys.enumerated().map { Note(key: $0.element, onset: 8 * $0.offset, end: 8 * $0.offset + 8) }
  }

  /// The step after the last note.
  public var end: Int { notes.last?.end ?? 0 }

  /// The key that sounds at every step; -1 for a rest.
  public func keysByStep(count: Int) -> [Int] {
    var keys = Array(repeating: -1, count: count)
    for note in notes {
      for step in note.onset..<min(note.end, count) { keys[step] = note.key }
    }
    return keys
  }
}
