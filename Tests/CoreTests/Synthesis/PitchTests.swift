import Foundation
import Testing

@testable import Core

/// What sounds has the frequency that was asked for, within 0.1 cent.
@Suite struct PitchTests {
  /// Phase of the component at `frequency` in a window, by projection on a complex oscillation (Hann window), radians.
  static func phase(_ samples: ArraySlice<Float>, frequency: Double, sampleRate: Double) -> Double {
    var (real, imaginary) = (0.0, 0.0)
    for index in samples.indices {
      let position = Double(index - samples.startIndex) / Double(samples.count)
      let weight = Double(samples[index]) * (0.5 - 0.5 * cos(2 * Double.pi * position))
      let angle = 2 * Double.pi * frequency / sampleRate * Double(index)
      real += weight * cos(angle)
      imaginary -= weight * sin(angle)
    }
    return atan2(imaginary, real)
  }

  /// Cents between what sounds and `frequency`: from the phase's drift between windows a quarter of a second apart, which
  /// is a whole period of the default timbre's vibrato.
  static func error(timbre: Timbre, frequency: Double, sampleRate: Double) -> Double {
    var synthesizer = SineSynthesizer(
      instrument: SineInstrument(timbre: timbre, sampleRate: sampleRate), voiceLimit: 1)
    synthesizer.noteOn(
      SineEvent(frequency: frequency, volume: 0.5, location: 0, durationSeconds: 2, sampleRate: sampleRate),
      afterFrames: 0)
    var left = [Float](repeating: 0, count: Int(2 * sampleRate))
    var right = left
    let count = left.count
    left.withUnsafeMutableBufferPointer { left in
      right.withUnsafeMutableBufferPointer { right in
        synthesizer.render(left: left.baseAddress!, right: right.baseAddress!, frameCount: count)
      }
    }
    let window = Int(sampleRate / 4)
    let first = 3 * window
    let phases = [first, first + window].map {
      phase(left[$0..<$0 + window], frequency: frequency, sampleRate: sampleRate)
    }
    let drift = remainder(phases[1] - phases[0], 2 * Double.pi)
    let heard = frequency + drift / (2 * Double.pi) / (Double(window) / sampleRate)
    return 1200 * log2(heard / frequency)
  }

  /// Degrees of 31 equal divisions of the octave, and the keyboard's ends.
  static let frequencies: [Double] = {
    let degrees: [Double] = (1...8).map { degree in 220 * exp2(Double(degree) / 31) }
    return degrees + [27.5, 4186.009, 261.6255653005986, 440]
  }()

  @Test(arguments: frequencies)
  func sineIsInTune(frequency: Double) {
    let pure = Timbre(
      name: "pure", fundamental: .sine,
      envelope: Envelope(unit: .sharesOfNote, attack: 0.1, decay: 0, sustainLevel: 1, release: 0.1), effects: [],
      overtones: [])
    for rate in [44100.0, 48000] {
      #expect(abs(Self.error(timbre: pure, frequency: frequency, sampleRate: rate)) < 0.1)
      // With its vibrato, over whole periods of it; below 100 Hz a quarter of a second is too short to tell partials apart.
      if frequency > 100 {
        #expect(abs(Self.error(timbre: .standard, frequency: frequency, sampleRate: rate)) < 0.1)
      }
    }
  }

  /// The measure itself notices a cent.
  @Test func measureNoticesACent() {
    let turns = 440 * exp2(1.0 / 1200) / 48000
    let samples: [Float] = (0..<24000).map { frame in Float(sin(2 * Double.pi * turns * Double(frame))) }
    let first = Self.phase(samples[0..<12000], frequency: 440, sampleRate: 48000)
    let second = Self.phase(samples[12000..<24000], frequency: 440, sampleRate: 48000)
    let heard = 440 + remainder(second - first, 2 * Double.pi) / (2 * Double.pi) / 0.25
    #expect(abs(1200 * log2(heard / 440) - 1) < 0.01)
  }
}
