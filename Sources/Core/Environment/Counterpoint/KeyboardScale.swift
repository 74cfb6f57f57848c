/// A scale of seven degrees laid over the 88 keys of a piano (A0 to C8): what a counterpoint moves on.
///
/// A *position* is a key's place among the keys of the scale, 0 for the lowest on the keyboard; only differences of
/// positions matter. A *degree* counts from the tonic, 1 to 7. Harmonic minor holds the raised seventh only.
public struct KeyboardScale: Sendable, Hashable {
  /// The scale types of the configuration.
  public enum Kind: String, Sendable, CaseIterable {
    case major
    case naturalMinor = "natural_minor"
    case harmonicMinor = "harmonic_minor"

    /// Semitones above the tonic, ascending.
    public var semitones: [Int] {
      switch self {
      case .major: [0, 2, 4, 5, 7, 9, 11]
      case .naturalMinor: [0, 2, 3, 5, 7, 8, 10]
      case .harmonicMinor: [0, 2, 3, 5, 7, 8, 11]
      }
    }
  }

  /// The keys of a piano, as MIDI numbers.
  public static let keyboard = 21...108

  /// Pitch class of the tonic: 0 is C, 11 is B.
  public let tonic: Int
  /// Which scale.
  public let kind: Kind
  /// The scale's keys, as MIDI numbers, by position: at most 52.
  public let keys: [Int]
  private let degrees: [Int]
  private let positions: [Int: Int]

  /// The scale of this kind on a tonic, of which the pitch class counts.
  public init(tonic: Int, kind: Kind) {
    self.tonic = (tonic % 12 + 12) % 12
    self.kind = kind
    var keys: [Int] = []
    var degrees: [Int] = []
    for key in Self.keyboard {
      guard let degree = kind.semitones.firstIndex(of: (key - self.tonic + 120) % 12) else { continue }
      keys.append(key)
      degrees.append(degree + 1)
    }
    self.keys = keys
    self.degrees = degrees
    positions = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0.element, $0.offset) })
  }

  /// The position of a key; nil if it is none of the scale's.
  public func position(of key: Int) -> Int? { positions[key] }

  /// The degree, 1 to 7, of a position.
  public func degree(at position: Int) -> Int { degrees[position] }

  /// Whether a position belongs to the tonic triad: degrees 1, 3 and 5.
  public func isStable(_ position: Int) -> Bool { [1, 3, 5].contains(degrees[position]) }

  /// `C major`, `F# natural_minor`.
  public var name: String { "\(tonicName) \(kind.rawValue)" }

  /// The tonic as a note name without octave, with a sharp for a black key.
  public var tonicName: String { String((MIDIKey(60 + tonic)?.name ?? "C4").dropLast()) }

  /// The pitch class that a name without octave stands for: `C`, `F#`, `Bb`; nil for anything else.
  public static func pitchClass(named name: String) -> Int? {
    guard let last = name.last, !last.isNumber else { return nil }
    return MIDIKey(name: name + "4").map { $0.number % 12 }
  }

  /// Whether two keys sound well together: unison, thirds, fifth, sixths and octave, by semitones alone.
  ///
  /// A fourth is a dissonance; an augmented second counts as the minor third that it sounds like.
  public static func isConsonant(_ a: Int, _ b: Int) -> Bool { [0, 3, 4, 7, 8, 9].contains(abs(a - b) % 12) }
}
