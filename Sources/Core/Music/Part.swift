/// A part: a line of a piece with what it sounds like. (A *voice* is the synthesizer's.)
public struct Part: Sendable, Hashable {
  /// What people call it: the track's name, the name beside the staff.
  public var name: String
  /// General MIDI program, 0...127.
  public var program = 0
  /// The usual MIDI velocity of its notes before clipping to 0...127, as configured; may be fractional, then it is
  /// truncated. A note of this velocity sounds at `volume`.
  public var velocity = 100.0
  /// Name of the sine synthesizer's timbre.
  public var timbre = "default_timbre"
  /// Volume of an event of the sine synthesizer, as the configuration writes it (`0.2`, `1`).
  public var volume = ConfigurationNumber(0.2)
  /// Location from -1 (left) to 1 (right), as the configuration writes it.
  public var location = ConfigurationNumber(integer: 0)
  /// The events' effects: a JSON list as in sinethesizer's TSV; empty for none.
  public var effects = ""
  /// Whether the line was given, not composed.
  public var isGiven = false
  /// The notes; exporters order them themselves. They may overlap: a piano roll is one part with chords.
  public var notes: [PartNote]

  /// A part of these notes that sounds like the default configuration.
  public init(name: String, notes: [PartNote] = []) {
    self.name = name
    self.notes = notes
  }

  /// `velocity` as MIDI has it, 0...127.
  public var nominalVelocity: Int { Self.clipped(velocity) }

  /// A velocity truncated and clipped to 0...127.
  static func clipped(_ velocity: Double) -> Int { velocity.isNaN ? 0 : Int(min(127, max(0, velocity))) }

  /// The name as identifiers are written: lower-case ASCII letters and digits, underscores between them; `part` if
  /// nothing is left.
  public var identifier: String {
    let words = name.utf8.map { byte -> Character in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): Character(Unicode.Scalar(byte))
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): Character(Unicode.Scalar(byte + 32))
      default: " "
      }
    }
    let identifier = String(words).split(separator: " ").joined(separator: "_")
    return identifier.isEmpty ? "part" : identifier
  }
}

/// A note of a part, on the piece's steps.
public struct PartNote: Sendable, Hashable {
  /// The first step, 0 or more.
  public var onset: Int
  /// Steps it lasts, 1 or more.
  public var duration: Int
  /// Degree of the piece's tuning; degree 0 sounds at the piece's `lowestNote`. May be negative.
  public var degree: Int
  /// MIDI velocity, 0...127. A note of velocity 0 is silent in MIDI.
  public var velocity: Int

  /// A note of these parts.
  public init(onset: Int, duration: Int, degree: Int, velocity: Int) {
    self.onset = onset
    self.duration = duration
    self.degree = degree
    self.velocity = velocity
  }

  /// The step after its last.
  public var end: Int { onset + duration }
}
