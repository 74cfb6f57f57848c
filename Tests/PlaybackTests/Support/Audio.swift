#if Playback
  import Foundation

  /// Comparison of recordings.
  enum Audio {
    /// Signal-to-noise ratio of `recorded` against `reference` from a frame on, dB; infinite if equal.
    static func signalToNoise(_ recorded: ArraySlice<Float>, _ reference: ArraySlice<Float>) -> Double {
      var signal = 0.0
      var noise = 0.0
      for (a, b) in zip(recorded, reference) {
        signal += Double(b) * Double(b)
        noise += (Double(a) - Double(b)) * (Double(a) - Double(b))
      }
      return noise == 0 ? .infinity : 10 * log10(signal / noise)
    }

    /// The first frame that is not silent.
    static func onset(_ samples: [Float], above level: Float = 1e-4) -> Int? {
      samples.firstIndex { abs($0) > level }
    }

    /// The largest jump between neighbours: a click stands out against the music.
    static func largestStep(_ samples: [Float]) -> Float {
      zip(samples, samples.dropFirst()).map { abs($1 - $0) }.max() ?? 0
    }
  }
#endif
