extension Timbre {
  /// The timbres that need no configuration: the default one, and a small orchestra for pieces in parts.
  ///
  /// Those that sustain are as loud as the default one (the power of their partials is), those that decay begin twice as
  /// loud. A configuration's timbre of the same name takes its place.
  public static let shipped: [Timbre] = [
    standard,
    // Nearly a sine, with breath of a second harmonic; slow to speak.
    winds("flute", [1, 0.35, 0.12, 0.05, 0.02], attack: 0.06, release: 0.09, vibrato: 5),
    // The reed: harmonics two to four above the fundamental.
    winds("oboe", [0.6, 0.75, 0.9, 0.55, 0.3, 0.2, 0.12, 0.06], attack: 0.035, release: 0.06, vibrato: 5.5),
    // A closed pipe: odd harmonics.
    winds("clarinet", [1, 0.04, 0.55, 0.05, 0.3, 0.05, 0.14, 0.03, 0.07], attack: 0.04, release: 0.07, vibrato: nil),
    // A formant about 500 Hz: in the bass its harmonics three to five.
    winds("bassoon", [0.5, 0.8, 1, 0.8, 0.5, 0.28, 0.16, 0.1, 0.06], attack: 0.04, release: 0.07, vibrato: nil),
    // A sawtooth's harmonics, falling a little faster.
    winds(
      "strings", (1...10).map { 1 / (Double($0) * Double($0).squareRoot()) }, attack: 0.11, release: 0.16, vibrato: 5.2),
    // Principal, octave, twelfth, superoctave.
    winds("organ", [1, 0.7, 0.35, 0.4, 0, 0.2, 0, 0.2], attack: 0.02, release: 0.04, vibrato: nil),
    // A hammer at an eighth of the string; the higher harmonics fade first.
    strings("piano", [1, 0.62, 0.42, 0.3, 0.2, 0.13, 0.07, 0.02, 0.04], seconds: 3.2),
    // Plucked at a fifth.
    strings("plucked", [1, 0.6, 0.42, 0.22, 0.03, 0.12, 0.09, 0.06], seconds: 1.6),
  ]

  /// Power of the default timbre's partials where it sustains: 0.6^2 times the sum of its squared shares.
  private static let standardPower = 0.36 * standard.partials.reduce(0) { $0 + $1.volumeShare * $1.volumeShare }

  /// A sound that is kept up: all partials rise and fall together.
  private static func winds(
    _ name: String, _ levels: [Double], attack: Double, release: Double, vibrato: Double?
  ) -> Timbre {
    let effects = vibrato.map { [SoundEffect.vibrato(frequency: $0, width: 0.12, waveform: .sine)] } ?? []
    let envelope = Envelope(unit: .seconds, attack: attack, decay: 0.12, sustainLevel: 0.85, release: release)
    return timbre(name, levels, power: standardPower / (0.85 * 0.85)) { _ in (envelope, effects) }
  }

  /// A sound that decays: the n-th partial in `seconds / sqrt(n)`.
  private static func strings(_ name: String, _ levels: [Double], seconds: Double) -> Timbre {
    timbre(name, levels, power: 4 * standardPower) { number in
      let decay = seconds / Double(number).squareRoot()
      return (Envelope(unit: .seconds, attack: 0.004, decay: decay, sustainLevel: 0.02, release: 0.05), [])
    }
  }

  private static func timbre(
    _ name: String, _ levels: [Double], power: Double, _ partial: (Int) -> (Envelope, [SoundEffect])
  ) -> Timbre {
    let scale = (power / levels.reduce(0) { $0 + $1 * $1 }).squareRoot()
    var timbre = Timbre(
      name: name, fundamental: .sine, envelope: partial(1).0, effects: partial(1).1, overtones: [])
    timbre.partials = levels.enumerated().filter { $0.element > 0 }.map { index, level in
      let (envelope, effects) = partial(index + 1)
      return Partial(
        waveform: .sine, frequencyRatio: Double(index + 1), volumeShare: scale * level, envelope: envelope,
        effects: effects)
    }
    return timbre
  }
}
