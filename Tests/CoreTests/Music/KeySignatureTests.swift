import Testing

@testable import Core

@Suite struct KeySignatureTests {
  @Test(
    arguments: [
      (60, .major, 0, "C"), (65, .major, -1, "F"), (70, .major, -2, "Bb"), (66, .major, 6, "F#"),
      (61, .major, -5, "Db"),
      (62, .minor, -1, "D"), (63, .minor, -6, "Eb"), (61, .minor, 4, "C#"), (68, .minor, 5, "G#"), (71, .major, 5, "B"),
      (62, .dorian, 0, "D"), (70, .dorian, -4, "Bb"), (65, .lydian, 0, "F"), (67, .mixolydian, 0, "G"),
      (64, .phrygian, 0, "E"), (71, .locrian, 0, "B"),
    ] as [(Int, KeySignature.Mode, Int, String)])
  func signatures(tonic: Int, mode: KeySignature.Mode, fifths: Int, name: String) {
    let key = KeySignature(tonic: tonic, mode: mode)
    #expect(key.fifths == fifths && key.tonicName == name)
    #expect(KeySignature(tonic: tonic, degrees: mode.degrees) == key)
  }

  @Test func theScalesOwnNotesHaveTheirLetters() {
    for tonic in 0..<12 {
      for mode in KeySignature.Mode.allCases {
        let key = KeySignature(tonic: 60 + tonic, mode: mode)
        let letters = mode.degrees.sorted().map { key.spelling(ofKey: 60 + tonic + $0) }
        #expect(Set(letters.map(\.letter)).count == 7, "\(key.name)")
        #expect(letters.allSatisfy { abs($0.alteration) <= 1 })
      }
    }
  }

  @Test(arguments: [
    (KeySignature(tonic: 65, mode: .major), 70, "Bb4"), (KeySignature(tonic: 62, mode: .minor), 61, "C#4"),
    (KeySignature(tonic: 60, mode: .major), 66, "F#4"), (KeySignature(tonic: 60, mode: .major), 63, "Eb4"),
    (KeySignature(tonic: 60, mode: .major), 61, "C#4"), (KeySignature(tonic: 61, mode: .minor), 60, "B#3"),
    (KeySignature(tonic: 66, mode: .major), 59, "B3"), (KeySignature(tonic: 66, mode: .major), 65, "E#4"),
    (KeySignature(tonic: 63, mode: .minor), 71, "Cb5"), (KeySignature(tonic: 60, mode: .major), 0, "C-1"),
  ])
  func spellings(key: KeySignature, number: Int, name: String) {
    #expect(key.spelling(ofKey: number).name == name)
  }

  /// Every spelling sounds as the key does.
  @Test func spellingsAreTheKey() {
    let semitones = [0, 2, 4, 5, 7, 9, 11]
    for fifths in -7...7 {
      guard let key = KeySignature(fifths: fifths, mode: .major) else { continue }
      for number in 0...127 {
        let spelled = key.spelling(ofKey: number)
        #expect(12 * (spelled.octave + 1) + semitones[spelled.letter] + spelled.alteration == number)
        #expect(abs(spelled.alteration) <= 2)
      }
    }
  }

  @Test func whatTheRulesAskFor() throws {
    func key(_ text: String) throws -> KeySignature? {
      try Configuration(text: text, file: "test").environment.performance.key
    }
    #expect(try key("") == KeySignature(tonic: 64, mode: .major))
    let minor = "environment: {scoring_fn_params: {absence_of_outer_notes: {tonic_position: 9, scale: minor}}}"
    #expect(try key(minor) == KeySignature(tonic: 69, mode: .minor))
    let pentatonic = "environment: {scoring_fn_params: {absence_of_outer_notes: {scale: [0, 2, 4, 7, 9]}}}"
    #expect(try key(pentatonic) == nil)
    #expect(try key("environment: {scoring_coefs: {lines: 1}}") == nil)
    #expect(try key("tuning: 19edo") == nil)
  }
}
