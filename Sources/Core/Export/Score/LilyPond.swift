/// A piece for LilyPond 2.24: `score.ly`, from which it engraves a score.
///
/// Pitches are spelled as the key asks for; outside twelve-tone equal temperament it is the nearest spelling, with the
/// deviation in cents above it.
public struct LilyPond {
  private let notation: Notation
  private let piece: Piece

  /// The file's text.
  public static func text(_ piece: Piece) -> String { LilyPond(Notation(piece)).text }

  init(_ notation: Notation) {
    self.notation = notation
    piece = notation.piece
  }

  /// The file's text.
  var text: String {
    let staffs = piece.parts.indices.map(staff).joined()
    return """
      \\version "2.24.0"
      \\header {
        title = \(Self.quoted(piece.title))
        tagline = ##f
      }

      global = {
        \\time \(piece.meter)
      \(key)\(partial)\(tempos)}

      \\score {
        \\new StaffGroup <<
      \(staffs)  >>
        \\layout { }
      }

      """
  }

  private var key: String {
    guard let key = piece.key else { return "" }
    // The tonic's name without an octave.
    return "  \\key \(Self.letter(SpelledPitch(key: 0, fifths: key.tonicFifths))) \\\(key.mode.rawValue)\n"
  }

  private var partial: String {
    piece.pickupSteps > 0 ? "  \\partial \(length(piece.pickupSteps))\n" : ""
  }

  /// The tempos, with spaces of their lengths in between.
  private var tempos: String {
    let changes = piece.tempo.changes.filter { $0.step < piece.stepCount }
    let ends = changes.dropFirst().map(\.step) + [piece.stepCount]
    let beat = ScoreText.beat(of: piece)
    return zip(changes, ends).map { change, end in
      let perMinute = min(9999, max(1, (60 / (change.stepSeconds * Double(beat.steps))).rounded()))
      return "  \\tempo \(beat.value.lilyPond) = \(Int(perMinute)) s\(length(end - change.step))\n"
    }.joined()
  }

  /// A length as a fraction of a whole note.
  private func length(_ steps: Int) -> String {
    var (a, b) = (steps, 4 * piece.stepsPerQuarter)
    while b != 0 { (a, b) = (b, a % b) }
    return "1*\(steps / a)/\(4 * piece.stepsPerQuarter / a)"
  }

  private func staff(_ index: Int) -> String {
    let bars = notation.parts[index]
    let voices = (bars.first?.voices ?? []).indices.map { voice in
      bars.map { "        " + self.bar($0, voice: voice) + " |\n" }.joined()
    }
    let body = voices.map { "{\n\($0)      }" }.joined(separator: " \\\\ ")
    let music = voices.count > 1 ? "<< \(body) >>" : body
    return """
          \\new Staff \\with { instrumentName = \(Self.quoted(piece.parts[index].name)) } <<
            \\global
            \\clef "\(notation.clefs[index].lilyPond)"
            \(music)
          >>

      """
  }

  private func bar(_ bar: Notation.Bar, voice: Int) -> String {
    let elements = bar.voices[voice]
    if elements.isEmpty { return "s\(length(bar.steps.count))" }
    let words = elements.map { element in
      let value = element.value
      let opening = element.beginsBracket ? "\\tuplet \(value.actual)/\(value.normal) { " : ""
      return opening + self.element(element, voice: voice) + (element.endsBracket ? " }" : "")
    }
    return words.joined(separator: " ")
  }

  private func element(_ element: Notation.Element, voice: Int) -> String {
    if element.isWholeBarRest { return "R\(length(element.duration))" }
    var value = element.value
    (value.actual, value.normal) = (1, 1)
    if element.isRest { return (voice > 0 ? "s" : "r") + value.lilyPond }
    let spellings = element.degrees.map(notation.spelling(ofDegree:))
    let names = spellings.map { Self.name($0.pitch) }
    let note = names.count == 1 ? names[0] : "<\(names.joined(separator: " "))>"
    return note + value.lilyPond + (element.isTiedTo ? "~" : "")
      + (element.isTiedFrom ? "" : Self.cents(spellings.map(\.cents)))
  }

  /// What lies between the keys, above the note.
  private static func cents(_ cents: [Double]) -> String {
    let rounded = cents.map { Int($0.rounded()) }
    guard rounded.contains(where: { $0 != 0 }) else { return "" }
    let words = rounded.map { $0 > 0 ? "+\($0)" : "\($0)" }.joined(separator: " ")
    return "^\\markup \\tiny \"\(words)\""
  }

  private static func letter(_ pitch: SpelledPitch) -> String {
    SpelledPitch.letters[pitch.letter].lowercased()
      + String(repeating: pitch.alteration < 0 ? "es" : "is", count: abs(pitch.alteration))
  }

  private static func name(_ pitch: SpelledPitch) -> String {
    // The octave below middle C has no mark.
    let octaves = pitch.octave - 3
    return letter(pitch) + String(repeating: octaves < 0 ? "," : "'", count: abs(octaves))
  }

  private static func quoted(_ text: String) -> String {
    let printable = String(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    return "\"" + printable.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
