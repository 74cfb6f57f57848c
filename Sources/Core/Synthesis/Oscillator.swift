internal import CRealtime

/// A rotating pair of sine and cosine: the phase of an oscillator at the beginning of a chunk.
struct Phasor: BitwiseCopyable {
  var sine: Double
  var cosine: Double

  /// The phase `turns`, in periods.
  @_noLocks
  init(turns: Double) {
    let angle = 2 * Double.pi * (turns - rt_rint(turns))
    sine = rt_sin(angle)
    cosine = rt_cos(angle)
  }

  /// Goes on by the phase of `step`: sin(a + b), cos(a + b).
  @_noLocks
  mutating func rotate(by step: Phasor) {
    let turned = sine * step.cosine + cosine * step.sine
    cosine = cosine * step.cosine - sine * step.sine
    sine = turned
  }
}

/// A straight line: `value + j * step` at frame j of a chunk.
struct Line: BitwiseCopyable {
  var value: Double
  var step: Double

  @_noLocks
  init(value: Double, step: Double) {
    self.value = value
    self.step = step
  }
}

/// Adds waveforms to a chunk. Loops over plain pointers, without calls or branches, so that the compiler vectorizes
/// them; a sine costs three operations a frame (angle addition with a table), no polynomial.
enum Oscillator {
  /// Adding and subtracting 1.5 * 2^52 rounds to a whole number with what every CPU has.
  private static var magic: Double { @_noLocks get { 6_755_399_441_055_744 } }

  /// Sines of `turnsPerFrame * j`, then cosines, for j in 0..<count: the table for `addSine`.
  @_noLocks
  static func fillTable(_ table: UnsafeMutablePointer<Double>, turnsPerFrame: Double, count: Int) {
    let step = Phasor(turns: turnsPerFrame)
    var phasor = Phasor(turns: 0)
    for j in 0..<count {
      table[j] = phasor.sine
      table[count + j] = phasor.cosine
      phasor.rotate(by: step)
    }
  }

  /// chunk[j] += level[j] * sin(phase + j * step), with sin(phase) cos(j * step) + cos(phase) sin(j * step).
  @_noLocks
  static func addSine(
    to chunk: UnsafeMutablePointer<Double>, from start: Int, to end: Int, level: Line, phase: Phasor,
    table: UnsafePointer<Double>, count: Int, numbers: UnsafePointer<Double>
  ) {
    let cosines = table + count
    let sine = phase.sine
    let cosine = phase.cosine
    let value = level.value
    let step = level.step
    for j in start..<end {
      chunk[j] += (value + numbers[j] * step) * (sine * cosines[j] + cosine * table[j])
    }
  }

  /// chunk[j] += level[j] * wave[j] for a wave made of straight lines; `turns` is its phase at frame 0 of the chunk.
  @_noLocks
  static func addStraight(
    to chunk: UnsafeMutablePointer<Double>, from start: Int, to end: Int, level: Line, waveform: Waveform,
    turns: Double, turnsPerFrame: Double, numbers: UnsafePointer<Double>
  ) {
    let magic = magic
    // |phase + j * turn| < 2^7, far below where `magic` fails.
    let phase = turns - rt_rint(turns)
    let turn = turnsPerFrame - rt_rint(turnsPerFrame)
    let value = level.value
    let step = level.step
    switch waveform {
    case .triangle:
      // With the phase's distance r from half a period, the wave is 1 - 4 |r|.
      let middle = phase - 0.5
      for j in start..<end {
        let x = middle + numbers[j] * turn
        let r = x - ((x + magic) - magic)
        chunk[j] += (value + numbers[j] * step) * (1 - 4 * abs(r))
      }
    case .square:
      for j in start..<end {
        let x = phase + numbers[j] * turn
        let r = x - ((x + magic) - magic)
        chunk[j] += (value + numbers[j] * step) * (r >= 0 && r < 0.5 ? 1 : -1)
      }
    case .sawtooth, .sine:
      for j in start..<end {
        let x = phase + numbers[j] * turn
        let r = x - ((x + magic) - magic)
        chunk[j] += (value + numbers[j] * step) * (2 * (r < 0 ? r + 1 : r) - 1)
      }
    }
  }
}
