/// The key that a piece is notated in: a tonic and a mode.
///
/// Notes are counted along the line of fifths: ... F -1, C 0, G 1, D 2 ...; each step up is a sharp more in the
/// signature of the major key.
public struct KeySignature: Sendable, Hashable {
  /// The modes of the diatonic scale, each with the sharps that its signature has more than that of the major key on the
  /// same tonic.
  public enum Mode: String, Sendable, CaseIterable {
    case major, minor, dorian, phrygian, lydian, mixolydian, locrian

    /// Fifths from the major key's signature to this mode's, on one tonic.
    var fifths: Int {
      switch self {
      case .lydian: 1
      case .major: 0
      case .mixolydian: -1
      case .dorian: -2
      case .minor: -3
      case .phrygian: -4
      case .locrian: -5
      }
    }

    /// The degrees of the scale in semitones above the tonic, 0..<12.
    var degrees: Set<Int> { Set((fifths - 1...fifths + 5).map { Tuning.divide(7 * $0, by: 12).index }) }

    /// Whether the third above the tonic is a major one.
    public var isMajor: Bool { fifths >= -1 }
  }

  /// Sharps of the signature; flats are negative. -7...7.
  public let fifths: Int
  /// The mode.
  public let mode: Mode

  /// A signature of so many sharps.
  ///
  /// - Returns: nil if there are more than seven.
  public init?(fifths: Int, mode: Mode) {
    guard (-7...7).contains(fifths) else { return nil }
    self.fifths = fifths
    self.mode = mode
  }

  /// The key on a key of the keyboard (only its pitch class counts), spelled with as few signs as possible: B flat, not
  /// A sharp; of six sharps and six flats, the flats in minor and the sharps in major, as most music has it.
  public init(tonic key: Int, mode: Mode) {
    // 7 semitones are a fifth: the tonic's place on the line of fifths, then the signature's, folded to -5...6.
    let tonic = Tuning.divide(7 * Tuning.divide(key, by: 12).index, by: 12).index
    var fifths = Tuning.divide(tonic + mode.fifths + 5, by: 12).index - 5
    if fifths == 6, mode == .minor { fifths = -6 }
    self.fifths = fifths
    self.mode = mode
  }

  /// The key of a scale of twelve equal divisions on a tonic, if it is one of the modes.
  ///
  /// - Returns: nil for any other scale.
  init?(tonic key: Int, degrees: Set<Int>) {
    guard let mode = Mode.allCases.first(where: { $0.degrees == degrees }) else { return nil }
    self.init(tonic: key, mode: mode)
  }

  /// The tonic's place on the line of fifths.
  var tonicFifths: Int { fifths - mode.fifths }

  /// The tonic as it is spelled, without an octave: `Bb`, `F#`.
  public var tonicName: String { SpelledPitch.name(fifths: tonicFifths) }

  /// `Bb major`.
  public var name: String { "\(tonicName) \(mode.rawValue)" }

  /// The spelling of a key of the keyboard: the scale's own notes as the signature has them, others as they are mostly
  /// written in the key (a raised fourth, second, fifth and first degree of the major scale; a lowered seventh, third and
  /// sixth).
  public func spelling(ofKey key: Int) -> SpelledPitch {
    // Twelve neighbours on the line of fifths: in C major from E flat (-3) to G sharp (8).
    let place = Tuning.divide(7 * Tuning.divide(key, by: 12).index - (fifths - 3), by: 12).index + fifths - 3
    return SpelledPitch(key: key, fifths: place)
  }
}

/// A pitch as it is written: a letter with sharps or flats, and an octave.
public struct SpelledPitch: Sendable, Hashable {
  /// The letter from C, 0...6.
  public let letter: Int
  /// Sharps; flats are negative.
  public let alteration: Int
  /// The octave; 4 begins with middle C. B sharp 3 is the key C4.
  public let octave: Int

  /// The letters from C on.
  public static let letters = ["C", "D", "E", "F", "G", "A", "B"]
  private static let semitones = [0, 2, 4, 5, 7, 9, 11]

  /// A key spelled as a note of the line of fifths (C 0, G 1, ...), which must be of the key's pitch class.
  init(key: Int, fifths: Int) {
    // F C G D A E B: seven letters a fifth apart, then again with a sharp more.
    let (sharps, index) = Tuning.divide(fifths + 1, by: 7)
    letter = [3, 0, 4, 1, 5, 2, 6][index]
    alteration = sharps
    octave = Tuning.divide(key - alteration - Self.semitones[letter], by: 12).period - 1
  }

  /// The number of the letter in all octaves: C0 is 0, D0 1, C1 7.
  public var position: Int { 7 * octave + letter }

  /// `Bb4`, `F#3`.
  public var name: String { Self.letters[letter] + Self.signs(alteration) + String(octave) }

  static func name(fifths: Int) -> String {
    let spelled = SpelledPitch(key: 0, fifths: fifths)
    return letters[spelled.letter] + signs(spelled.alteration)
  }

  private static func signs(_ alteration: Int) -> String {
    String(repeating: alteration < 0 ? "b" : "#", count: abs(alteration))
  }
}
