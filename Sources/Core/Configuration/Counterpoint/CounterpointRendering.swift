/// `piece.rendering_params` of a configuration for counterpoint.
public struct CounterpointRendering: Sendable {
  /// Something of the melody's part and the same of the composed ones.
  public struct Pair<Value: Sendable>: Sendable {
    /// The melody's.
    public var given: Value
    /// The composed parts'.
    public var composed: Value
  }

  /// `dir`: where pieces go.
  public var outputFolder: String
  /// `measure_in_seconds`: how long a bar of eight steps lasts.
  public var barSeconds: Double
  /// `midi`: General MIDI programs.
  public var programs: Pair<Int>
  /// `midi.velocity`: the loudness of every note, 0...127.
  public var velocity: Int
  /// `midi.trailing_silence_in_measures`: bars of silence behind the last one, where the MIDI file ends.
  public var trailingBars: Int
  /// `sinethesizer`: timbres.
  public var instruments: Pair<String>
  /// `sinethesizer.velocity`: amplitude of every note.
  public var volume: ConfigurationNumber
  /// `sinethesizer.effects`: a JSON list as in the events TSV; empty for none.
  public var effects: String

  /// Seconds a step lasts.
  public var stepSeconds: Double { barSeconds / Double(CounterpointTask.stepsPerBar) }

  init(_ section: ConfigurationSection, timbres: [String: Timbre]) throws(ConfigurationError) {
    outputFolder = try section.string("dir", default: "outputs")
    guard !outputFolder.isEmpty, !outputFolder.utf8.contains(0) else {
      throw section.error("dir", allowed: "the path of a folder")
    }
    barSeconds = try section.number("measure_in_seconds", default: 1, in: 0.001...120)
    let midi = try section.section("midi")
    programs = Pair(
      given: try midi.integer("cantus_firmus_instrument", default: 0, in: 0...127),
      composed: try midi.integer("counterpoint_instrument", default: 0, in: 0...127))
    velocity = try midi.integer("velocity", default: 100, in: 0...127)
    trailingBars = try midi.integer("trailing_silence_in_measures", default: 2, in: 0...1000)
    let sine = try section.section("sinethesizer")
    let names = timbres.keys.sorted()
    instruments = Pair(
      given: try sine.choice("cantus_firmus_instrument", default: Timbre.brass.name, of: names),
      composed: try sine.choice("counterpoint_instrument", default: Timbre.bowedString.name, of: names))
    volume = try sine.numberAsWritten("velocity", default: ConfigurationNumber(0.8), in: 0...1000)
    effects = try PerformanceSettings.effects(sine)
  }
}

extension Timbre {
  /// What `timbres` has beside the default one where counterpoint is composed: the original's two instruments by name.
  static let counterpoint = [brass, bowedString]

  /// `brass`: a bright sum of harmonics that speaks quickly.
  static let brass = harmonic(
    "brass", shares: [0.2, 0.16, 0.12, 0.08, 0.05, 0.03], attack: 0.06, sustain: 0.75, vibrato: nil)

  /// `bowed_string`: harmonics like a sawtooth's under a slow bow, with vibrato.
  static let bowedString = harmonic(
    "bowed_string", shares: [0.17, 0.11, 0.08, 0.06, 0.04, 0.03, 0.02], attack: 0.2, sustain: 0.8,
    vibrato: .vibrato(frequency: 5, width: 0.12, waveform: .sine))

  private static func harmonic(
    _ name: String, shares: [Double], attack: Double, sustain: Double, vibrato: SoundEffect?
  ) -> Timbre {
    let envelope = Envelope(
      unit: .sharesOfNote, attack: attack, decay: 0.1, sustainLevel: sustain, release: 0.12)
    let effects = vibrato.map { [$0] } ?? []
    return Timbre(
      name: name, fundamental: .sine, envelope: envelope, effects: effects,
      overtones: shares.enumerated().map { index, share in
        Partial(
          waveform: .sine, frequencyRatio: Double(index + 2), volumeShare: share, envelope: envelope, effects: effects)
      })
  }
}
