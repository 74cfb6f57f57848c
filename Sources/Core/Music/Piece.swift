/// A composed piece: a plain value, everything an exporter or a player needs to know.
public struct Piece: Sendable {
  /// What was composed.
  public var roll: PianoRoll
  /// How it is to sound.
  public var settings: PerformanceSettings
  /// What the rules said of it.
  public var score: ScoreBreakdown
  /// Where it came from; nil for a roll that was read from a file.
  public var provenance: Provenance?

  /// A piece of these parts.
  public init(roll: PianoRoll, settings: PerformanceSettings, score: ScoreBreakdown, provenance: Provenance?) {
    self.roll = roll
    self.settings = settings
    self.score = score
    self.provenance = provenance
  }

  /// Length of the roll in seconds, without the tail of the last notes.
  public var rollSeconds: Double { Double(roll.stepCount) * settings.stepSeconds }
}

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
  /// Name of the sine synthesizer's timbre.
  public var timbre = "default_timbre"
  /// Volume of an event of the sine synthesizer, as the configuration writes it (`0.2`, `1`).
  public var volume = ConfigurationNumber(0.2)
  /// Location of an event from -1 (left) to 1 (right), as the configuration writes it.
  public var location = ConfigurationNumber(integer: 0)
  /// The events' effects: a JSON list as in sinethesizer's TSV; empty for none.
  public var effects = ""

  /// The default settings.
  public init() {}
}

/// Where a piece came from.
public struct Provenance: Sendable, Hashable {
  /// The run's seed.
  public var seed: UInt64
  /// Populations the agent had been trained for.
  public var population: Int
  /// The episode's number among the run's test episodes, from 0; nil for a candidate's episode during training.
  public var episode: Int?
  /// SHA-256 of the effective configuration, hexadecimal.
  public var configurationDigest: String

  /// A provenance of these parts.
  public init(seed: UInt64, population: Int, episode: Int?, configurationDigest: String) {
    self.seed = seed
    self.population = population
    self.episode = episode
    self.configurationDigest = configurationDigest
  }
}

/// What each rule said of a roll, and the weighted sum.
public struct ScoreBreakdown: Sendable, Hashable {
  /// One rule's part.
  public struct Entry: Sendable, Hashable {
    /// The rule's YAML name.
    public var rule: String
    /// The rule's own score.
    public var raw: Double
    /// What the configuration multiplies it by.
    public var coefficient: Double
    /// `coefficient * raw`; the addition turns the -0 of a negative coefficient into 0.
    public var weighted: Double { coefficient * raw + 0 }

    /// An entry of these parts.
    public init(rule: String, raw: Double, coefficient: Double) {
      self.rule = rule
      self.raw = raw
      self.coefficient = coefficient
    }
  }

  /// In the configuration's order; rules with coefficient 0 are left out.
  public var entries: [Entry]

  /// A breakdown of these entries.
  public init(entries: [Entry]) { self.entries = entries }

  /// The weighted sum, added in the order of `entries`.
  public var total: Double { entries.reduce(0) { $0 + $1.weighted } }
}
