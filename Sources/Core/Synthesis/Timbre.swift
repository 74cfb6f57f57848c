/// The sound of an instrument of the sine synthesizer: partials over a fundamental.
public struct Timbre: Sendable, Hashable, Codable {
  /// One oscillation of the sound.
  public struct Partial: Sendable, Hashable, Codable {
    /// The shape of its period.
    public var waveform: Waveform
    /// Its frequency as a multiple of the fundamental's.
    public var frequencyRatio: Double
    /// Its share of the event's volume.
    public var volumeShare: Double
    /// How its volume runs over the note.
    public var envelope: Envelope
    /// What is done to it alone, in this order.
    public var effects: [SoundEffect]

    /// A partial of these parts.
    public init(
      waveform: Waveform, frequencyRatio: Double, volumeShare: Double, envelope: Envelope, effects: [SoundEffect] = []
    ) {
      self.waveform = waveform
      self.frequencyRatio = frequencyRatio
      self.volumeShare = volumeShare
      self.envelope = envelope
      self.effects = effects
    }
  }

  /// What rolls and events call it.
  public var name: String
  /// The fundamental first.
  public var partials: [Partial]

  /// A timbre of these parts; the fundamental's share is what the overtones leave of 1.
  public init(
    name: String, fundamental: Waveform, envelope: Envelope, effects: [SoundEffect], overtones: [Partial]
  ) {
    self.name = name
    let rest = 1 - overtones.reduce(0) { $0 + $1.volumeShare }
    partials =
      [
        Partial(
          waveform: fundamental, frequencyRatio: 1, volumeShare: rest, envelope: envelope, effects: effects)
      ] + overtones
  }

  /// `default_timbre`: sine and its third harmonic with vibrato, three quiet triangles above.
  public static let standard: Timbre = {
    func envelope(level: Double, release: Double) -> Envelope {
      Envelope(unit: .sharesOfNote, attack: 0.15, decay: 0.15, sustainLevel: level, release: release)
    }
    let vibrato = SoundEffect.vibrato(frequency: 4, width: 0.2, waveform: .sine)
    return Timbre(
      name: "default_timbre", fundamental: .sine, envelope: envelope(level: 0.6, release: 0.2), effects: [vibrato],
      overtones: [
        Partial(
          waveform: .sine, frequencyRatio: 3, volumeShare: 0.2, envelope: envelope(level: 0.6, release: 0.3),
          effects: [vibrato]),
        Partial(
          waveform: .triangle, frequencyRatio: 5, volumeShare: 0.1, envelope: envelope(level: 0.5, release: 0.4)),
        Partial(
          waveform: .triangle, frequencyRatio: 7, volumeShare: 0.05, envelope: envelope(level: 0.4, release: 0.5)),
        Partial(
          waveform: .triangle, frequencyRatio: 9, volumeShare: 0.025, envelope: envelope(level: 0.3, release: 0.6)),
      ])
  }()
}
