/// A piece as MusicXML 4.0 (partwise), for notation programs: `score.musicxml`.
///
/// A division is a step. Pitches are spelled as the key asks for; outside twelve-tone equal temperament it is the nearest
/// spelling, and `alter` says how far away it is: -0.31 is 31 cents below the letter.
public struct MusicXML {
  private let notation: Notation
  private let piece: Piece
  /// For every part, number of the MusicXML part.
  private var text = ""

  /// The file's text.
  ///
  /// - Parameter programVersion: Version of the program that writes it.
  public static func text(_ piece: Piece, programVersion: String) -> String {
    MusicXML(Notation(piece), programVersion: programVersion).text
  }

  init(_ notation: Notation, programVersion: String) {
    self.notation = notation
    piece = notation.piece
    text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <score-partwise version="4.0">
        <work><work-title>\(Self.escaped(piece.title))</work-title></work>
        <identification>
          <encoding><software>rl-musician \(Self.escaped(programVersion))</software></encoding>
        </identification>
        <part-list>

      """
    for (index, part) in piece.parts.enumerated() { text += Self.scorePart(part, number: index + 1) }
    text += "  </part-list>\n"
    for index in piece.parts.indices { appendPart(index) }
    text += "</score-partwise>\n"
  }

  private static func scorePart(_ part: Part, number: Int) -> String {
    let location = part.location.value.isNaN ? 0 : min(1, max(-1, part.location.value))
    let channel = Int(MIDIPerformance.melodicChannels[(number - 1) % MIDIPerformance.melodicChannels.count]) + 1
    return """
          <score-part id="P\(number)">
            <part-name>\(escaped(part.name))</part-name>
            <score-instrument id="P\(number)-I1"><instrument-name>\(escaped(part.name))</instrument-name></score-instrument>
            <midi-instrument id="P\(number)-I1">
              <midi-channel>\(channel)</midi-channel>
              <midi-program>\(min(127, max(0, part.program)) + 1)</midi-program>
              <pan>\(ScoreText.decimal(90 * location, 2))</pan>
            </midi-instrument>
          </score-part>

      """
  }

  private mutating func appendPart(_ index: Int) {
    text += "  <part id=\"P\(index + 1)\">\n"
    let isPickup = piece.pickupSteps > 0
    let octavesUp = writtenOctavesUp(index)
    for (number, bar) in notation.parts[index].enumerated() {
      let implicit = isPickup && number == 0 ? " implicit=\"yes\"" : ""
      text += "    <measure number=\"\(isPickup ? number : number + 1)\"\(implicit)>\n"
      if number == 0 { text += attributes(index, octavesUp: octavesUp) }
      for (voice, elements) in bar.voices.enumerated() where voice == 0 || !elements.isEmpty {
        if voice > 0 { text += "      <backup><duration>\(bar.steps.count)</duration></backup>\n" }
        for element in elements {
          if index == 0, voice == 0 { text += tempos(in: element) }
          text += notes(element, voice: voice, octavesUp: octavesUp)
        }
      }
      text += "    </measure>\n"
    }
    text += "  </part>\n"
  }

  private func attributes(_ index: Int, octavesUp: Int) -> String {
    // Written higher, the clef with it.
    let clef = notation.clef(ofPart: index, octavesUp: octavesUp)
    var text = "      <attributes>\n        <divisions>\(piece.stepsPerQuarter)</divisions>\n"
    if let key = piece.key {
      text += "        <key><fifths>\(key.fifths)</fifths><mode>\(key.mode.rawValue)</mode></key>\n"
    }
    text +=
      "        <time><beats>\(piece.meter.numerator)</beats><beat-type>\(piece.meter.denominator)</beat-type></time>\n"
    let change = clef.octaves == 0 ? "" : "<clef-octave-change>\(clef.octaves)</clef-octave-change>"
    text += "        <clef><sign>\(clef.sign)</sign><line>\(clef.line)</line>\(change)</clef>\n"
    if octavesUp > 0 {
      text +=
        "        <transpose><diatonic>0</diatonic><chromatic>0</chromatic><octave-change>\(-octavesUp)</octave-change>"
        + "</transpose>\n"
    }
    return text + "      </attributes>\n"
  }

  /// The tempos that begin within an element.
  private func tempos(in element: Notation.Element) -> String {
    piece.tempo.changes.filter { (element.onset..<element.onset + element.duration).contains($0.step) }.map { change in
      let beat = ScoreText.beat(of: piece)
      let offset = change.step - element.onset
      let perQuarter = 60 / (change.stepSeconds * Double(piece.stepsPerQuarter))
      return """
              <direction placement="above">
                <direction-type>
                  <metronome>
                    <beat-unit>\(beat.value.typeName)</beat-unit>\(String(repeating: "<beat-unit-dot/>", count: beat.value.dots))
                    <per-minute>\(ScoreText.decimal(60 / (change.stepSeconds * Double(beat.steps)), 2))</per-minute>
                  </metronome>
                </direction-type>
        \(offset == 0 ? "" : "        <offset>\(offset)</offset>\n")        <sound tempo="\(ScoreText.decimal(perQuarter, 6))"/>
              </direction>

        """
    }.joined()
  }

  private func notes(_ element: Notation.Element, voice: Int, octavesUp: Int) -> String {
    if element.isRest {
      let rest = element.isWholeBarRest ? "<rest measure=\"yes\"/>" : "<rest/>"
      let hidden = voice > 0 ? " print-object=\"no\"" : ""
      let notations = Self.notations(Self.brackets(element))
      return "      <note\(hidden)>\(rest)\(duration(element, voice: voice))\(notations)</note>\n"
    }
    return element.degrees.enumerated().map { index, degree in
      let chord = index > 0 ? "<chord/>" : ""
      var ties = ""
      var tied = ""
      for (isTied, type) in [(element.isTiedFrom, "stop"), (element.isTiedTo, "start")] where isTied {
        ties += "<tie type=\"\(type)\"/>"
        tied += "<tied type=\"\(type)\"/>"
      }
      let notations = Self.notations(tied + (index == 0 ? Self.brackets(element) : ""))
      return
        "      <note>\(chord)\(pitch(degree, octavesUp: octavesUp))\(duration(element, voice: voice, ties: ties))\(notations)</note>\n"
    }.joined()
  }

  private static func notations(_ text: String) -> String { text.isEmpty ? "" : "<notations>\(text)</notations>" }

  /// Where the bracket of a ratio begins and ends; a note alone has one, too.
  private static func brackets(_ element: Notation.Element) -> String {
    (element.beginsBracket ? "<tuplet type=\"start\" bracket=\"yes\"/>" : "")
      + (element.endsBracket ? "<tuplet type=\"stop\"/>" : "")
  }

  private func duration(_ element: Notation.Element, voice: Int, ties: String = "") -> String {
    let (value, steps) = (element.value, element.duration)
    let head = "<duration>\(steps)</duration>\(ties)<voice>\(voice + 1)</voice>"
    if element.isWholeBarRest { return head }
    let dots = String(repeating: "<dot/>", count: value.dots)
    let ratio =
      value.isRatio
      ? "<time-modification><actual-notes>\(value.actual)</actual-notes><normal-notes>\(value.normal)</normal-notes>"
        + "</time-modification>" : ""
    return head + "<type>\(value.typeName)</type>\(dots)\(ratio)"
  }

  /// Octaves that a part is written higher than it sounds: MusicXML's octaves are 0 to 9, so that a part with notes below
  /// is a transposing instrument's.
  private func writtenOctavesUp(_ index: Int) -> Int {
    let octaves = piece.parts[index].notes.map { notation.spelling(ofDegree: $0.degree).pitch.octave }
    return max(0, -(octaves.min() ?? 0))
  }

  private func pitch(_ degree: Int, octavesUp: Int) -> String {
    let (spelled, cents) = notation.spelling(ofDegree: degree)
    let alter = Double(spelled.alteration) + cents / 100
    let alteration = abs(alter) < 0.005 ? "" : "<alter>\(ScoreText.decimal(alter, 2))</alter>"
    return "<pitch><step>\(SpelledPitch.letters[spelled.letter])</step>\(alteration)"
      + "<octave>\(min(9, max(0, spelled.octave + octavesUp)))</octave></pitch>"
  }

  static func escaped(_ text: String) -> String { SVGText.escape(text) }
}

/// What both kinds of score say in the same words.
enum ScoreText {
  /// The value that a meter's beat has, and its steps.
  static func beat(of piece: Piece) -> (value: NoteValue, steps: Int) {
    let steps = piece.meter.beatSteps(perQuarter: piece.stepsPerQuarter)
    if let value = NoteValue(steps: steps, perQuarter: piece.stepsPerQuarter) { return (value, steps) }
    return (NoteValue(ratio: 1, perQuarter: 1), piece.stepsPerQuarter)
  }

  /// A number with up to so many decimals, without zeros at the end.
  static func decimal(_ value: Double, _ decimals: Int) -> String {
    SVGText.number(value, decimals: decimals).replacing("\u{2212}", with: "-")
  }
}

extension Piece {
  /// A title for people: where it came from.
  public var title: String {
    guard let provenance else { return "Piece" }
    var title = "Seed \(provenance.seed), population \(provenance.population)"
    if let episode = provenance.episode { title += ", piece \(episode + 1)" }
    return title
  }
}
