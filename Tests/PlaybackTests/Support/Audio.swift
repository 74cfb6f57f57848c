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

    /// How many frames a recording of a reference lacks, time after time, if that is all that is wrong with it: between
    /// two losses, but for the block in which one is, it is equal. nil if it is not.
    static func losses(_ recorded: ArraySlice<Float>, _ reference: ArraySlice<Float>) -> [Int]? {
      let (block, probe) = (2400, 64)
      var (losses, lost, place, unequal): ([Int], Int, Int, Int) = ([], 0, 0, 0)
      func isEqual(_ place: Int, _ count: Int, _ lost: Int) -> Bool {
        let (a, b) = (recorded.startIndex + place - lost, reference.startIndex + place)
        guard a >= recorded.startIndex, a + count <= recorded.endIndex, b + count <= reference.endIndex else {
          return false
        }
        return (0..<count).allSatisfy { abs(recorded[a + $0] - reference[b + $0]) < 1e-6 }
      }
      // What follows a loss, further on than any recording loses at once, is left out.
      while place + 30_000 < reference.count {
        if !isEqual(place, block, lost) {
          unequal += 1
          let next = place + block
          // Silence is equal to itself everywhere: the probe has to have something in it.
          guard (0..<probe).contains(where: { abs(reference[reference.startIndex + next + $0]) > 1e-3 }) else {
            place += block
            continue
          }
          guard let more = stride(from: 0, through: 24_576, by: 256).first(where: { isEqual(next, probe, lost + $0) })
          else {
            // A second loss right behind the first.
            place += block
            continue
          }
          if more > 0 { losses.append(more) }
          lost += more
        }
        place += block
      }
      return losses.isEmpty || unequal > 4 * losses.count ? nil : losses
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
