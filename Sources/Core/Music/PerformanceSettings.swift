/// How a roll is turned into sound: configuration's `environment.rendering_params`, with the tuning.
public struct PerformanceSettings: Sendable, Hashable {
  /// The tuning whose degrees the rows are.
  public var tuning = Tuning.twelveToneEqual
  /// The pitch of the last row.
  public var lowestNote = MIDIKey(60)!
  /// Seconds a step lasts, greater than 0.
  public var stepSeconds = 0.5
  /// General MIDI program, 0...127.
  public var program = 0
  /// MIDI velocity before clipping to 0...127; may be fractional, then it is truncated.
  public var velocity = 100.0
  /// How MIDI says a tuning other than twelve-tone equal temperament; nil for `MIDITuningOutput.automatic`.
  public var tuningOutput: MIDITuningOutput?
  /// Semitones of a full pitch bend with MPE, 1...96.
  public var mpeBendRange = MPE.defaultBendRange
  /// Name of the sine synthesizer's timbre.
  public var timbre = "default_timbre"
  /// Volume of an event of the sine synthesizer, as the configuration writes it (`0.2`, `1`).
  public var volume = ConfigurationNumber(0.2)
  /// Location of an event from -1 (left) to 1 (right), as the configuration writes it.
  public var location = ConfigurationNumber(integer: 0)
  /// The events' effects: a JSON list as in sinethesizer's TSV; empty for none.
  public var effects = ""
  /// The key that the rules ask for; nil if none does.
  public var key: KeySignature?

  /// The default settings.
  public init() {}
}
