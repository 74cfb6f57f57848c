/// A note as it is performed: what every exporter, every engine and the MIDI port take.
public struct Note: Sendable, Hashable {
  /// The part it belongs to, from 0.
  public let part: Int
  /// The degree of the piece's tuning.
  public let degree: Int
  /// The first step, as notated.
  public let onsetStep: Int
  /// The step after the last, as notated.
  public let endStep: Int
  /// Seconds from the piece's beginning.
  public let onsetSeconds: Double
  /// Seconds; without deviations the difference of two rounded products, so that files agree to the last bit.
  public let durationSeconds: Double
  /// Ticks of `MIDITiming` from the piece's beginning to the note's.
  public let onsetTick: Int
  /// Ticks to the note's end.
  public let endTick: Int
  /// What sounds.
  public let pitch: Pitch
  /// MIDI velocity, 0...127. A note of velocity 0 is silent in MIDI.
  public let velocity: Int
  /// What the part's volume is multiplied by; 1 for a note of the part's own velocity.
  public let gain: Double
}

extension Piece {
  /// The notes as they are performed, in order of onset; at one onset the lowest degree first, then the shorter, then by
  /// part.
  ///
  /// This is the one place where steps become time: in exact time, or as the piece's `interpretation` says.
  public var notes: [Note] {
    let (tempo, timing) = (performedTempo, MIDITiming(self))
    var pitches: [Int: Pitch] = [:]
    var notes: [Note] = []
    for (index, part) in parts.enumerated() {
      for (number, note) in part.notes.enumerated() where note.duration > 0 && note.onset >= 0 {
        let pitch = pitches[note.degree] ?? pitch(ofDegree: note.degree)
        pitches[note.degree] = pitch
        let deviation = interpretation?.deviation(part: index, note: number) ?? .none
        let exact = tempo.seconds(ofStep: note.onset)
        let onset = max(0, exact + deviation.onsetSeconds)
        var duration = tempo.seconds(ofStep: note.end) - exact
        if deviation.durationSeconds != 0 {
          // A note that is short already is not made longer by a rule that shortens.
          duration = max(min(duration, Interpretation.shortestSeconds), duration + deviation.durationSeconds)
        }
        let isExact = deviation.onsetSeconds == 0 && deviation.durationSeconds == 0
        let onsetTick = isExact ? timing.tick(ofStep: note.onset) : timing.tick(atSeconds: onset, tempo)
        let endTick = isExact ? timing.tick(ofStep: note.end) : timing.tick(atSeconds: onset + duration, tempo)
        let (velocity, gain) = Self.loudness(note, of: part, decibels: deviation.decibels)
        notes.append(
          Note(
            part: index, degree: note.degree, onsetStep: note.onset, endStep: note.end, onsetSeconds: onset,
            durationSeconds: duration, onsetTick: onsetTick, endTick: max(onsetTick + 1, endTick), pitch: pitch,
            velocity: velocity, gain: gain))
      }
    }
    return notes.sorted {
      ($0.onsetSeconds, $0.degree, $0.durationSeconds, $0.part) < (
        $1.onsetSeconds, $1.degree, $1.durationSeconds, $1.part
      )
    }
  }

  /// Velocity and gain of a note: General MIDI's amplitude grows with the square of the velocity, so 40 log10 of a ratio
  /// of velocities is decibels.
  private static func loudness(_ note: PartNote, of part: Part, decibels: Double) -> (velocity: Int, gain: Double) {
    let velocity = min(127, max(0, note.velocity))
    let nominal = part.nominalVelocity
    var gain = 1.0
    if velocity != nominal, nominal > 0 {
      let ratio = Double(velocity) / Double(nominal)
      gain = ratio * ratio
    }
    guard decibels != 0, decibels.isFinite, velocity > 0 else { return (velocity, gain) }
    // ln 10 / 20 a decibel; no library's power, so that the bytes are the same everywhere.
    let limited = min(60, max(-60, decibels))
    let change =
      limited < 0 ? exponential(limited * 0.1151292546497022842) : 1 / exponential(limited * -0.1151292546497022842)
    let performed = (Double(velocity) * change.squareRoot()).rounded(.toNearestOrEven)
    return (Int(min(127, max(1, performed))), gain * change)
  }

  /// The most notes that sound at once, by the score.
  public var notesAtOnce: Int { Self.notesAtOnce(parts.flatMap(\.notes)) }

  /// The most of these notes that sound at once.
  static func notesAtOnce(_ notes: [PartNote]) -> Int {
    let changes = notes.filter { $0.duration > 0 }.flatMap { [($0.onset, 1), ($0.end, -1)] }.sorted { $0 < $1 }
    var (now, most) = (0, 0)
    for (_, change) in changes {
      now += change
      most = max(most, now)
    }
    return most
  }
}
