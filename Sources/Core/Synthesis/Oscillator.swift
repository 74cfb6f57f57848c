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

/// Fills pieces of a chunk with a waveform. Loops over plain pointers, without calls or branches, so that the compiler
/// vectorizes them; a sine costs three operations a frame (angle addition with a table), no polynomial.
enum Oscillator {
  /// Sines of `turnsPerFrame * j`, then cosines, for j in 0..<count: the table for `fillSine`.
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

  /// wave[j] = sin(phase + j * step) = sin(phase) cos(j * step) + cos(phase) sin(j * step).
  @_noLocks
  static func fillSine(
    _ wave: UnsafeMutablePointer<Double>, from start: Int, to end: Int, phase: Phasor,
    table: UnsafePointer<Double>, count: Int
  ) {
    let sines = table
    let cosines = table + count
    let sine = phase.sine
    let cosine = phase.cosine
    for j in start..<end { wave[j] = sine * cosines[j] + cosine * sines[j] }
  }

  /// A triangle, square or sawtooth from its phase in turns; `numbers[j]` is j.
  @_noLocks
  static func fillStraight(
    _ wave: UnsafeMutablePointer<Double>, from start: Int, to end: Int, waveform: Waveform, turns: Double,
    turnsPerFrame: Double, numbers: UnsafePointer<Double>
  ) {
    let phase = turns - rt_rint(turns)
    let step = turnsPerFrame - rt_rint(turnsPerFrame)
    // Adding and subtracting 1.5 * 2^52 rounds to a whole number with what every CPU has. |phase + j * step| < 2^9.
    let magic = 6_755_399_441_055_744.0
    switch waveform {
    case .triangle:
      // With the phase's distance r from half a period, the wave is 1 - 4 |r|.
      for j in start..<end {
        let x = phase + numbers[j] * step - 0.5
        let r = x - ((x + magic) - magic)
        wave[j] = 1 - 4 * abs(r)
      }
    case .square:
      for j in start..<end {
        let x = phase + numbers[j] * step
        let r = x - ((x + magic) - magic)
        wave[j] = r >= 0 && r < 0.5 ? 1 : -1
      }
    case .sawtooth, .sine:
      for j in start..<end {
        let x = phase + numbers[j] * step
        let r = x - ((x + magic) - magic)
        wave[j] = 2 * (r < 0 ? r + 1 : r) - 1
      }
    }
  }

  /// chunk[j] += envelope * wave[j]; frame j of the chunk is frame `frame + j` of the note.
  @_noLocks
  static func accumulate(
    _ wave: UnsafePointer<Double>, into chunk: UnsafeMutablePointer<Double>, from start: Int, to end: Int,
    frame: Int, ramps: EnvelopeRamps, numbers: UnsafePointer<Double>
  ) {
    var j = start
    while j < end {
      let piece = ramps.piece(at: frame + j)
      let pieceEnd = min(end, piece.end - frame)
      let first = piece.value - Double(j) * piece.step
      let step = piece.step
      for i in j..<pieceEnd { chunk[i] += (first + numbers[i] * step) * wave[i] }
      j = pieceEnd
    }
  }
}
