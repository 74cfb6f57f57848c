import Foundation

/// The sine partials of a timbre: what reaches the ear's filters.
public struct Spectrum: Sendable, Hashable {
  /// One sine.
  public struct Partial: Sendable, Hashable {
    /// Frequency as a multiple of the fundamental's.
    public var ratio: Double
    /// Amplitude relative to the event's volume.
    public var amplitude: Double
  }

  /// In ascending order of frequency, each frequency once.
  public let partials: [Partial]

  /// A spectrum of these sines; those of one frequency are added.
  public init(_ partials: [(ratio: Double, amplitude: Double)]) {
    var sums: [Double: Double] = [:]
    for partial in partials { sums[partial.ratio, default: 0] += abs(partial.amplitude) }
    self.partials = sums.sorted { $0.key < $1.key }.map { Partial(ratio: $0.key, amplitude: $0.value) }
  }

  /// The spectrum of a timbre: its oscillations by their Fourier series, as far as they matter.
  ///
  /// Harmonics weaker than a thousandth of the volume (-60 dB) are left out. Envelopes and vibrato are not considered:
  /// they are the same for both notes of an interval.
  public init(_ timbre: Timbre) {
    self.init(
      timbre.partials.flatMap { partial in
        Self.series(partial.waveform)
          .map { (ratio: $0.ratio * partial.frequencyRatio, amplitude: $0.amplitude * partial.volumeShare) }
          .filter { abs($0.amplitude) >= 1e-3 }
      })
  }

  /// Amplitudes of the harmonics of a waveform with peak 1, without their phases.
  private static func series(_ waveform: Waveform) -> [(ratio: Double, amplitude: Double)] {
    let harmonics = (1...31).map { Double($0) }
    let odd = stride(from: 1.0, through: 31, by: 2)
    return switch waveform {
    case .sine: [(1, 1)]
    case .square: odd.map { ($0, 4 / .pi / $0) }
    case .triangle: odd.map { ($0, 8 / (.pi * .pi) / ($0 * $0)) }
    case .sawtooth: harmonics.map { ($0, 2 / .pi / $0) }
    }
  }
}
