/// The chords of a key as a vocabulary: which there are, and which may follow which.
///
/// Where a tuning has the major or the minor scale, the vocabulary is tradition's: triads and sixth chords, sevenths,
/// dominants of other degrees, the cadential fourth and sixth. Progressions are those of functional harmony (Piston,
/// *Harmony*, 1941: the table of usual root progressions), as a mask: what is not in `next` is never heard. In any other
/// scale every degree has one shape of chord (`SongScale`), all progressions are possible, and the table only says
/// which chords close a phrase.
struct SongHarmony {
  /// What raises or lowers degrees of the scale while a chord sounds.
  enum Alteration: Int, CaseIterable {
    case none, leadingTone, dominantOfFifth, dominantOfSixth, dominantOfFourth, dominantOfSecond
  }

  /// What a chord does.
  enum Function: Equatable {
    case plain
    /// The key's own dominant.
    case dominant
    /// Another degree's dominant: it leads to the chord on that degree.
    case applied(target: Int)
  }

  /// A chord of the vocabulary.
  struct Chord {
    /// Its number in weights, masks and files.
    var index: Int
    /// Its name in files: a Roman numeral and figures.
    var name: String
    /// Degree of the root above the tonic.
    var root: Int
    /// Which member is in the bass: 0 the root, 1 the third, 2 the fifth, 3 the seventh.
    var bass = 0
    var hasSeventh = false
    var alteration = Alteration.none
    var function = Function.plain
    /// Whether the root, not the third, is the leading tone (the diminished chord on the seventh degree).
    var leadsByRoot = false
    /// The names of what may follow; nil for everything.
    var next: [String]?
  }

  let chords: [Chord]
  /// Degrees between the members of a chord and its root: root, third, fifth, seventh.
  let members: [Int]
  /// All chords, as a mask.
  let all: UInt32
  /// By name: every episode's plan asks for dozens of masks.
  private let bits: [String: UInt32]

  private init(chords: [Chord], members: [Int] = [0, 2, 4, 6]) {
    self.chords = chords
    self.members = members
    bits = Dictionary(uniqueKeysWithValues: chords.map { ($0.name, 1 << UInt32($0.index)) })
    all = bits.values.reduce(0, |)
  }

  /// The chords of these names that exist, as a mask.
  func mask(_ names: [String]) -> UInt32 { names.reduce(0) { $0 | bits[$1, default: 0] } }

  /// Those of its chords that are kept.
  func filter(_ isKept: (Chord) -> Bool) -> SongHarmony {
    SongHarmony(chords: chords.filter(isKept), members: members)
  }

  /// Its chords in the scale as it is, nothing raised or lowered.
  var unaltered: SongHarmony {
    SongHarmony(
      chords: chords.map { chord in
        var chord = chord
        chord.alteration = .none
        return chord
      }, members: members)
  }

  // MARK: Traditional harmony

  /// The vocabulary of a major or a minor key.
  static func traditional(isMinor: Bool) -> SongHarmony {
    let own: Alteration = isMinor ? .leadingTone : .none
    var chords = [
      Chord(index: 0, name: "I", root: 0, next: nil),
      Chord(
        index: 1, name: "I6", root: 0, bass: 1,
        next: [
          "I", "ii", "ii6", "IV", "V", "V6", "vii6", "V7", "V65", "V43", "ii65", "V65/V", "V7/V", "ii7", "IV7", "vi",
        ]),
      Chord(
        index: 3, name: "ii6", root: 1, bass: 1,
        next: ["V", "V7", "I64", "vii6", "V65/V", "V42", "ii65", "V6", "V65"]),
      Chord(index: 4, name: "iii", root: 2, next: ["vi", "IV", "ii6", "IV7", "vi7", "IV6", "VII"]),
      Chord(
        index: 5, name: "IV", root: 3,
        next: ["I", "I6", "ii", "ii6", "ii65", "V", "V6", "V7", "V65", "vii6", "I64", "V42", "V65/V", "ii7"]),
      Chord(index: 6, name: "IV6", root: 3, bass: 1, next: ["V", "V6", "V65", "ii6", "ii65", "I", "vii6"]),
      Chord(
        index: 7, name: "V", root: 4, alteration: own, function: .dominant,
        next: ["I", "I6", "vi", "V7", "V65", "V42", "V6", "IV6", "V65/vi"]),
      Chord(
        index: 8, name: "V6", root: 4, bass: 1, alteration: own, function: .dominant,
        next: ["I", "V65", "vi", "V", "V42"]),
      Chord(
        index: 9, name: "vi", root: 5,
        next: [
          "ii", "ii6", "IV", "IV6", "V", "V6", "V65/V", "ii65", "V65/ii", "ii7", "iii", "I6", "IV7", "V7/V",
        ]),
      Chord(
        index: 10, name: "vii6", root: 6, bass: 1, alteration: own, function: .dominant, leadsByRoot: true,
        next: ["I", "I6"]),
      Chord(
        index: 11, name: "V7", root: 4, hasSeventh: true, alteration: own, function: .dominant, next: ["I", "vi"]),
      Chord(
        index: 12, name: "V65", root: 4, bass: 1, hasSeventh: true, alteration: own, function: .dominant, next: ["I"]),
      Chord(
        index: 13, name: "V43", root: 4, bass: 2, hasSeventh: true, alteration: own, function: .dominant,
        next: ["I", "I6"]),
      Chord(
        index: 14, name: "V42", root: 4, bass: 3, hasSeventh: true, alteration: own, function: .dominant, next: ["I6"]),
      Chord(index: 15, name: "ii65", root: 1, bass: 1, hasSeventh: true, next: ["V", "V7", "I64", "V6"]),
      Chord(
        index: 16, name: "V65/V", root: 1, bass: 1, hasSeventh: true, alteration: .dominantOfFifth,
        function: .applied(target: 4), next: ["V", "I64", "V42"]),
      Chord(
        index: 17, name: "V7/V", root: 1, hasSeventh: true, alteration: .dominantOfFifth,
        function: .applied(target: 4), next: ["V", "V7", "I64"]),
      Chord(
        index: 20, name: "V65/IV", root: 0, bass: 1, hasSeventh: true, alteration: .dominantOfFourth,
        function: .applied(target: 3), next: ["IV", "ii6"]),
      Chord(index: 22, name: "I64", root: 0, bass: 2, next: ["V", "V7"]),
      Chord(index: 27, name: "vi7", root: 5, hasSeventh: true, next: ["ii6", "ii", "ii65", "IV", "V65/V", "V7/V"]),
      Chord(index: 28, name: "IV7", root: 3, hasSeventh: true, next: ["V", "V7", "V6", "vii6", "ii6", "I64", "ii65"]),
    ]
    if isMinor {
      chords += [
        Chord(
          index: 18, name: "VII65", root: 6, bass: 1, hasSeventh: true, function: .applied(target: 2), next: ["iii"]),
        Chord(index: 19, name: "VII", root: 6, next: ["iii", "VII65", "vi"]),
      ]
    } else {
      chords += [
        Chord(
          index: 2, name: "ii", root: 1,
          next: ["V", "V6", "V7", "V65", "V43", "ii6", "vii6", "I64", "V65/V", "V7/V", "ii7"]),
        Chord(
          index: 18, name: "V65/vi", root: 2, bass: 1, hasSeventh: true, alteration: .dominantOfSixth,
          function: .applied(target: 5), next: ["vi"]),
        Chord(
          index: 19, name: "V7/vi", root: 2, hasSeventh: true, alteration: .dominantOfSixth,
          function: .applied(target: 5), next: ["vi"]),
        Chord(
          index: 21, name: "V65/ii", root: 5, bass: 1, hasSeventh: true, alteration: .dominantOfSecond,
          function: .applied(target: 1), next: ["ii"]),
        Chord(index: 26, name: "ii7", root: 1, hasSeventh: true, next: ["V", "V7", "V43", "V65", "I64"]),
      ]
    }
    return SongHarmony(chords: chords)
  }

  // MARK: Any other scale

  /// A vocabulary of one shape of chord on every degree, each with two members in the bass.
  ///
  /// - Parameter dominant: the degree whose chord closes a phrase that goes on.
  static func uniform(degrees: Int, shape: [Int], dominant: Int) -> SongHarmony {
    var chords: [Chord] = []
    for root in 0..<min(degrees, 15) {
      let function: Function = root == dominant ? .dominant : .plain
      chords.append(Chord(index: 2 * root, name: "\(root)", root: root, function: function, next: nil))
      chords.append(Chord(index: 2 * root + 1, name: "\(root)b", root: root, bass: 1, function: function, next: nil))
    }
    return SongHarmony(chords: chords, members: shape)
  }
}
