internal import CRealtime

/// What effects do to a chunk.
enum EffectKernels {
  /// chunk[j] *= 1 + wave[j].
  @_noLocks
  static func tremolo(
    _ chunk: UnsafeMutablePointer<Double>, wave: UnsafePointer<Double>, count: Int
  ) {
    for j in 0..<count { chunk[j] *= 1 + wave[j] }
  }

  /// Takes a chunk of input that begins at frame `inputFrame` of the sound and replaces it by the output that begins
  /// `pad` frames earlier: y[n] = x[n + wave[n]], interpolated linearly between frames.
  ///
  /// Before frame 0 and after the last of `frameCount` frames the input holds its first or last sample.
  /// `window` keeps the input from `pad` frames before the output to `pad` frames after it.
  @_noLocks
  static func vibrato(
    _ chunk: UnsafeMutablePointer<Double>, wave: UnsafePointer<Double>, window: UnsafeMutablePointer<Double>,
    pad: Int, inputFrame: Int, frameCount: Int, count: Int
  ) {
    let kept = 2 * pad
    rt_move(window, window + count, kept)
    rt_move(window + kept, chunk, count)
    if inputFrame <= 0 && inputFrame + count > 0 {
      let first = kept - inputFrame
      for j in 0..<first { window[j] = window[first] }
    }
    if inputFrame + count > frameCount {
      for j in max(0, frameCount - inputFrame)..<count { window[kept + j] = window[kept + j - 1] }
    }
    // Frame n of the output lies at window[pad + j]. Floor by adding 2^52 - 1/2: the whole number is then in the low
    // bits. At exact whole numbers it may give the one below, with weight 1: the same sample.
    let magic = 4_503_599_627_370_496.0
    let middle = Double(pad)
    for j in 0..<count {
      let shift = middle + wave[j]
      let rounded = (shift - 0.5) + magic
      let weight = shift - (rounded - magic)
      let lower = j &+ Int(truncatingIfNeeded: rounded.bitPattern & 0xFFFF_FFFF)
      chunk[j] = window[lower] + weight * (window[lower &+ 1] - window[lower])
    }
  }
}
