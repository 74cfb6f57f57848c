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

    /// The factor that turns the reference into what was recorded, by least squares.
    static func gain(of recorded: ArraySlice<Float>, against reference: ArraySlice<Float>) -> Float {
      var product = 0.0
      var energy = 0.0
      for (a, b) in zip(recorded, reference) {
        product += Double(a) * Double(b)
        energy += Double(b) * Double(b)
      }
      return energy == 0 ? 0 : Float(product / energy)
    }

    /// A place from which a recording goes on elsewhere in its reference.
    struct Difference: CustomStringConvertible {
      /// Frames of the reference before it.
      var place: Int
      /// Frames of the reference that are not in the recording.
      var lost: Int
      /// Frames of the recording that are not in the reference.
      var added: Int
      /// Whether what was added is silence.
      var isSilent: Bool

      var description: String {
        let loss = lost == 0 ? "" : " - \(lost)"
        let addition = added == 0 ? "" : " + \(added)\(isSilent ? " of silence" : "")"
        return "\((100 * Double(place) / 48_000).rounded() / 100) s:\(loss)\(addition)"
      }
    }

    /// Everything in which a recording differs from a reference, if that is frames that are missing and frames that are too
    /// many: between two places both are equal, sample by sample. nil if they are not.
    static func differences(_ recorded: ArraySlice<Float>, _ reference: ArraySlice<Float>) -> [Difference]? {
      let (probe, near, farthest) = (2048, 8192, 49_152)
      var differences: [Difference] = []
      return recorded.withUnsafeBufferPointer { recorded in
        reference.withUnsafeBufferPointer { reference in
          func isEqual(_ a: Int, _ b: Int) -> Bool {
            guard a + probe <= recorded.count, b + probe <= reference.count else { return false }
            // Silence is equal to itself everywhere: there has to be something.
            return (0..<probe).allSatisfy { abs(recorded[a + $0] - reference[b + $0]) < 1e-6 }
              && (0..<probe).contains { abs(reference[b + $0]) > 1e-3 }
          }
          var (a, b) = (0, 0)
          while a < recorded.count, b < reference.count {
            if abs(recorded[a] - reference[b]) < 1e-6 {
              (a, b) = (a + 1, b + 1)
              continue
            }
            // One thing at a time: so many are missing, too many, or others; then some of each, by the sixteenth of a quantum.
            // Near ones first: music is equal to itself a second later.
            var found = (1..<near).lazy.compactMap { count -> (added: Int, lost: Int)? in
              if isEqual(a, b + count) { return (0, count) }
              if isEqual(a + count, b) { return (count, 0) }
              return isEqual(a + count, b + count) ? (count, count) : nil
            }.first
            if found == nil {
              found =
                stride(from: 64, to: farthest, by: 64).lazy.compactMap { total -> (added: Int, lost: Int)? in
                  stride(from: 0, through: total, by: 64).first { isEqual(a + $0, b + total - $0) }.map {
                    ($0, total - $0)
                  }
                }.first
            }
            guard let found else {
              // The end of both is shorter than what is compared.
              return reference.count - b < farthest && !differences.isEmpty ? differences : nil
            }
            let isSilent = found.added > 0 && (a..<(a + found.added)).allSatisfy { abs(recorded[$0]) < 1e-6 }
            differences.append(Difference(place: b, lost: found.lost, added: found.added, isSilent: isSilent))
            (a, b) = (a + found.added, b + found.lost)
          }
          return differences
        }
      }
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

#if Playback
  extension Audio {
    /// How far the strongest line near a frequency lies from it, cents: maximum of the windowed Fourier transform.
    static func cents(
      of samples: [Float], near frequency: Double, rate: Double, resolution: Double = 0.5
    ) -> Double {
      let windowed = samples.enumerated().map { index, sample in
        Double(sample) * (0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(samples.count)))
      }
      func power(_ cents: Double) -> Double {
        let step = 2 * Double.pi * frequency * exp2(cents / 1200) / rate
        var (real, imaginary) = (0.0, 0.0)
        for (index, sample) in windowed.enumerated() {
          real += sample * cos(step * Double(index))
          imaginary += sample * sin(step * Double(index))
        }
        return real * real + imaginary * imaginary
      }
      let coarse = stride(from: -40.0, through: 40, by: 4).max { power($0) < power($1) } ?? 0
      let fine = stride(from: coarse - 4, through: coarse + 4, by: 0.5).max { power($0) < power($1) } ?? 0
      guard resolution < 0.5 else { return fine }
      return stride(from: fine - 0.5, through: fine + 0.5, by: resolution).max { power($0) < power($1) } ?? 0
    }
  }
#endif
