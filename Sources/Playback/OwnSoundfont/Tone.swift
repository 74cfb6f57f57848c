internal import Core
internal import Foundation

/// A synthesized tone whose period is a whole number of frames: its loop is seamless and in tune by construction, because
/// a soundfont's sample may have any sample rate.
struct Tone {
  /// Frames a period has; harmonics up to half of that.
  var periodFrames = 128
  /// Periods before the loop.
  var attackPeriods = 1
  /// Periods of the loop.
  var loopPeriods = 1
  /// Amplitudes of the harmonics in the loop, the fundamental first.
  var harmonics: [Double]
  /// How much more of each harmonic there is at the beginning; it is gone when the loop begins.
  var attackGain: (_ harmonic: Int) -> Double = { _ in 1 }
  /// Peak of the sample, 1 is full scale. Every instrument's is such that a default piece is as loud as with the sine
  /// synthesizer: what sustains has to be lower than what decays. (The generator for it, initial attenuation, is no
  /// choice: players disagree about its unit.)
  var peak: Double
  /// Lines beside each harmonic, in loops: many players who are never quite together. (0 is the harmonic itself.)
  var sideLines: [Int] = [0]

  /// The sample of a key.
  func sample(name: String, key: Int) -> SoundfontFile.Sample {
    let loopStart = attackPeriods * periodFrames
    let loopLength = loopPeriods * periodFrames
    let margin = 16
    let count = loopStart + loopLength + margin
    let table = (0..<loopLength).map { sin(2 * Double.pi * Double($0) / Double(loopLength)) }
    var random: UInt64 = 2026
    var sound = [Double](repeating: 0, count: count)
    for (index, amplitude) in harmonics.enumerated() where amplitude != 0 && index < periodFrames / 2 - 1 {
      for line in sideLines {
        // Whole cycles a loop.
        let cycles = (index + 1) * loopPeriods + line * (1 + index / 4)
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let phase = sideLines.count > 1 ? Int(random >> 33) % loopLength : 0
        let level = amplitude / (1 + abs(Double(line)) / 2)
        let more = attackGain(index + 1) - 1
        for frame in 0..<count {
          let place = (cycles * (frame - loopStart) + phase) % loopLength
          var gain = level
          if more != 0, frame < loopStart {
            let left = 1 - Double(frame) / Double(loopStart)
            gain *= 1 + more * left * left * left
          }
          sound[frame] += gain * table[place < 0 ? place + loopLength : place]
        }
      }
    }
    // The first period swells from silence.
    for frame in 0..<min(periodFrames, loopStart) { sound[frame] *= Double(frame) / Double(periodFrames) }
    let scale = 32_767 * peak / max(1e-9, sound.map { abs($0) }.max() ?? 1)
    let rate = (MIDIKey(key)?.frequency ?? 440) * Double(periodFrames)
    return SoundfontFile.Sample(
      name: "\(name) \(key)", frames: sound.map { Int16(($0 * scale).rounded()) },
      loop: loopStart..<(loopStart + loopLength), sampleRate: Int(rate.rounded()), rootKey: key)
  }
}
