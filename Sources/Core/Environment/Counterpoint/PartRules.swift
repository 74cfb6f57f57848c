/// What holds between composed parts, beside what the fifteen rules say of each part and the melody. The original knows
/// one composed part only.
///
/// Parts are composed one after the other. On each side of the melody a later part lies beyond the earlier ones. Of a new
/// part and every earlier one:
///
/// 1. They do not cross or meet: at every step the outer one lies beyond the other.
/// 2. A note that begins at a half bar, or together with a note of the other part, is consonant with it. Between them a
///    fourth is a consonance too, unless the lower of the two is a part below the melody: that one may be the bass.
/// 3. No parallel unisons, fifths or octaves: where both move, two perfect consonances of one kind do not follow each
///    other.
/// 4. Neighbours on the same side stay within a major tenth (16 semitones) of each other; the outer one may then be
///    further from the melody than `absence_of_large_intervals` says, which is not asked of it.
struct PartRules {
  /// Sets of positions, bit by bit: which may sound at a step, begin at a step, begin at a step after a position
  /// (`step * 64 + position`).
  private(set) var sounding: [UInt64]
  private(set) var beginning: [UInt64]
  private(set) var moves: [UInt64]
  /// Whether a part lies between the new one and the melody.
  private(set) var hasNeighbour = false

  /// The widest interval between neighbours, in semitones.
  static let widestInterval = 16

  /// nil if there is no earlier part.
  init?(_ task: CounterpointTask) {
    guard !task.companions.isEmpty else { return nil }
    let count = task.stepCount
    sounding = Array(repeating: .max, count: count)
    beginning = Array(repeating: .max, count: count)
    moves = Array(repeating: .max, count: count * 64)
    for (companion, keys) in zip(task.companions, task.companionKeys) {
      let isSameSide = Self.isAbove(companion, task) == task.isAbove
      hasNeighbour = hasNeighbour || isSameSide
      let onsets = Set(companion.notes.map(\.onset))
      for step in 0..<count where keys[step] >= 0 {
        let other = keys[step]
        for (position, key) in task.scale.keys.enumerated() {
          let bit = UInt64(1) << UInt64(position)
          let isBeyond = task.isAbove ? key > other : key < other
          if !isBeyond || (isSameSide && abs(key - other) > Self.widestInterval) { sounding[step] &= ~bit }
          if step % 4 == 0 || onsets.contains(step), !Self.isConsonant(key, other, task, companion) {
            beginning[step] &= ~bit
          }
        }
        guard step > 0, onsets.contains(step), keys[step - 1] >= 0, keys[step - 1] != other else { continue }
        for before in task.scale.keys.indices {
          guard let kind = Self.perfect(task.key(before), keys[step - 1]) else { continue }
          for after in task.scale.keys.indices where after != before {
            if Self.perfect(task.key(after), other) == kind { moves[step * 64 + before] &= ~(1 << UInt64(after)) }
          }
        }
      }
    }
    // The movement to the last note is nobody's choice: what may sound before it is.
    let last = task.lastOnset
    guard last > 0 else { return }
    for before in task.scale.keys.indices where moves[last * 64 + before] >> UInt64(task.end) & 1 == 0 {
      sounding[last - 1] &= ~(1 << UInt64(before))
    }
  }

  /// Whether a note that follows a position keeps them all.
  func holds(_ next: Continuation, after position: Int) -> Bool {
    let bit = UInt64(1) << UInt64(next.position)
    return beginning[next.onset] & bit != 0 && moves[next.onset * 64 + position] & bit != 0
      && (next.onset..<next.end).allSatisfy { sounding[$0] & bit != 0 }
  }

  /// Whether a part lies above the melody: its first note tells.
  private static func isAbove(_ companion: GivenLine, _ task: CounterpointTask) -> Bool {
    (companion.notes.first?.key ?? 0) > (task.melody.notes.first?.key ?? 0)
  }

  private static func isConsonant(_ a: Int, _ b: Int, _ task: CounterpointTask, _ companion: GivenLine) -> Bool {
    if KeyboardScale.isConsonant(a, b) { return true }
    guard abs(a - b) % 12 == 5 else { return false }
    return a < b ? task.isAbove : isAbove(companion, task)
  }

  /// 0 for unisons and octaves, 7 for fifths; nil for the rest.
  private static func perfect(_ a: Int, _ b: Int) -> Int? {
    let interval = abs(a - b) % 12
    return interval == 0 || interval == 7 ? interval : nil
  }
}
