/// A note: a maximal run of cells in one row of a roll. What every exporter, every engine and the MIDI port take.
public struct Note: Sendable, Hashable {
  /// The row in the roll, 0 the highest.
  public let row: Int
  /// The first step.
  public let onsetStep: Int
  /// The step after the last.
  public let endStep: Int
  /// Seconds from the piece's beginning.
  public let onsetSeconds: Double
  /// Seconds; the difference of two rounded products, so that files agree to the last bit.
  public let durationSeconds: Double
  /// What sounds.
  public let pitch: Pitch
  /// MIDI velocity, 0...127. A note of velocity 0 is silent in MIDI.
  public let velocity: Int
}

extension Piece {
  /// The notes in order of onset; at one onset the lowest pitch first, then the shorter.
  ///
  /// A run that reaches the last column ends at `stepCount * stepSeconds`.
  public var notes: [Note] {
    var notes: [Note] = []
    for row in 0..<roll.rowCount {
      let pitch = settings.tuning.pitch(ofDegree: roll.rowCount - 1 - row, above: settings.lowestNote)
      var onset: Int?
      for step in 0...roll.stepCount {
        let isOn = step < roll.stepCount && roll[row, step]
        if isOn, onset == nil {
          onset = step
        } else if !isOn, let start = onset {
          let onsetSeconds = Double(start) * settings.stepSeconds
          notes.append(
            Note(
              row: row, onsetStep: start, endStep: step, onsetSeconds: onsetSeconds,
              durationSeconds: Double(step) * settings.stepSeconds - onsetSeconds, pitch: pitch,
              velocity: min(127, max(0, Int(settings.velocity)))))
          onset = nil
        }
      }
    }
    return notes.sorted {
      ($0.onsetStep, -$0.row, $0.endStep) < ($1.onsetStep, -$1.row, $1.endStep)
    }
  }
}
