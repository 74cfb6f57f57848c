internal import CRealtime

/// How the volume of a partial runs from a note's first frame to its last: attack, decay, sustain, release, all linear.
public struct Envelope: Sendable, Hashable, BitwiseCopyable, Codable {
  /// What `attack`, `decay` and `release` count.
  public enum Unit: Sendable, BitwiseCopyable, Codable {
    /// Shares of the note's duration, 0...1.
    case sharesOfNote
    /// Seconds; a note too short for their sum has them shrunk in proportion.
    case seconds
  }

  /// What the three lengths count.
  public var unit: Unit
  /// Length of the rise from 0 to 1.
  public var attack: Double
  /// Length of the fall from 1 to `sustainLevel`.
  public var decay: Double
  /// Level between decay and release, 0...1.
  public var sustainLevel: Double
  /// Length of the fall from `sustainLevel` to 0.
  public var release: Double

  /// An envelope of these parts.
  public init(unit: Unit, attack: Double, decay: Double, sustainLevel: Double, release: Double) {
    self.unit = unit
    self.attack = attack
    self.decay = decay
    self.sustainLevel = sustainLevel
    self.release = release
  }

  /// The four linear pieces for a note of `frameCount` frames, multiplied by `amplitude`.
  ///
  /// Lengths are rounded half to even. A piece whose length rounds to nothing is left out, so that the shortest notes
  /// (1 to 3 frames) have an envelope too.
  @_noLocks
  func ramps(frameCount: Int, sampleRate: Double, amplitude: Double) -> EnvelopeRamps {
    let frames = Double(frameCount)
    var attackFrames = 0.0
    var decayFrames = 0.0
    var releaseFrames = 0.0
    switch unit {
    case .sharesOfNote:
      attackFrames = rt_rint(attack * frames)
      decayFrames = rt_rint(decay * frames)
      releaseFrames = rt_rint(release * frames)
    case .seconds:
      attackFrames = rt_rint(attack * sampleRate)
      decayFrames = rt_rint(decay * sampleRate)
      releaseFrames = rt_rint(release * sampleRate)
      let total = attackFrames + decayFrames + releaseFrames
      if total > frames {
        attackFrames = rt_rint(attackFrames / total * frames)
        decayFrames = rt_rint(decayFrames / total * frames)
        releaseFrames = rt_rint(releaseFrames / total * frames)
      }
    }
    let level = sustainLevel
    let attackStep = attackFrames > 0 ? 1 / attackFrames : 0
    let decayStep = decayFrames > 0 ? (1 - level) / decayFrames : 0
    let releaseStep = releaseFrames > 0 ? level / releaseFrames : 0
    // The golden ramps are half-open ranges walked by the rounded step: ceil(distance / step) values, which is now and
    // then one more than the nominal length. The sustain is one frame shorter then.
    let attackLength = attackStep > 0 ? rt_ceil(1 / attackStep) : 0
    let decayLength = decayStep > 0 ? rt_ceil((1 - level) / decayStep) : 0
    let releaseLength = releaseStep > 0 ? rt_ceil(level / releaseStep) : 0
    let attackEnd = min(frames, attackLength)
    let decayEnd = min(frames, attackEnd + decayLength)
    let releaseStart = max(decayEnd, frames - releaseLength)
    return EnvelopeRamps(
      attackEnd: Int(attackEnd), decayEnd: Int(decayEnd), releaseStart: Int(releaseStart), end: frameCount,
      attackStep: amplitude * attackStep, decayStep: amplitude * decayStep, releaseStep: amplitude * releaseStep,
      peak: amplitude, level: amplitude * level)
  }
}

/// An envelope laid out for one note: where each piece ends, in frames, and how it moves a frame.
struct EnvelopeRamps: BitwiseCopyable {
  var attackEnd: Int
  var decayEnd: Int
  var releaseStart: Int
  var end: Int
  var attackStep: Double
  var decayStep: Double
  var releaseStep: Double
  var peak: Double
  var level: Double

  /// The linear piece at frame `start` of a chunk whose frame 0 is frame `frame` of the note, and where it ends there.
  @_noLocks
  func piece(from start: Int, frame: Int) -> (level: Line, end: Int) {
    let first = frame + start
    if first < attackEnd { return (Line(value: Double(frame) * attackStep, step: attackStep), attackEnd - frame) }
    if first < decayEnd {
      return (Line(value: peak - Double(frame - attackEnd) * decayStep, step: -decayStep), decayEnd - frame)
    }
    if first < releaseStart { return (Line(value: level, step: 0), releaseStart - frame) }
    return (Line(value: level - Double(frame - releaseStart) * releaseStep, step: -releaseStep), end - frame)
  }
}
