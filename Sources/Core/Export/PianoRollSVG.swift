/// A piano roll as a picture that musicians read: pitch upwards beside a keyboard, bars and beats along the bottom.
///
/// Bars and beats are the piece's; of a piano roll a step is a beat and four make a bar, as in the MIDI file. Every part
/// has a colour; a given one is hollow. Colours follow the reader's light or dark scheme. All cells of one kind are one
/// path, so that a picture stays small whatever is in it.
public struct PianoRollSVG {
  private let piece: Piece
  private let roll: PianoRoll
  private let allNotes: [Note]
  private let lowestDegree: Int
  private let rowHeight: Double
  private let stepWidth: Double
  private let headerLines: [String]

  private var rowCount: Int { roll.rowCount }
  private var stepCount: Int { roll.stepCount }
  private var top: Double { 44 + 16 * Double(headerLines.count) }
  private let left = 72.0
  private var width: Double { left + stepWidth * Double(stepCount) + 16 }
  private var bottom: Double { top + rowHeight * Double(rowCount) }
  private var height: Double { bottom + 44 + (hasLegend ? 18 : 0) }
  private var hasLegend: Bool { piece.parts.count > 1 }

  private init(_ piece: Piece) {
    self.piece = piece
    roll = piece.roll
    allNotes = piece.notes
    lowestDegree = piece.degrees.lowerBound
    // Large rolls get smaller cells, but never unreadable ones: then the picture grows.
    rowHeight = max(5, min(14, 900 / Double(roll.rowCount)))
    stepWidth = max(4, min(22, 1400 / Double(roll.stepCount)))
    let characters = Int(max(76, (stepWidth * Double(roll.stepCount) + left) / 6))
    headerLines =
      SVGText.wrap(Self.facts(piece, noteCount: allNotes.count), width: characters)
      + SVGText.wrap(Self.rules(piece), width: characters)
  }

  /// The picture of a piece.
  public static func text(_ piece: Piece) -> String {
    let picture = PianoRollSVG(piece)
    let size = [max(picture.width, 460), picture.height].map(SVGText.coordinate)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size[0]) \(size[1])" width="\(size[0])" height="\(size[1])">
      \(style)<rect class="page" width="100%" height="100%"/>
      \(picture.header)\(picture.rows)\(picture.grid)\(picture.notes)\(picture.keyboard)\(picture.time)</svg>

      """
  }

  private static let style = """
    <style>
    .page{fill:#fff}.rows{fill:#edeff3}.thin,.bar,.edge{fill:none;stroke:#d5d9e0;stroke-width:.5}
    .bar{stroke:#9aa3b2;stroke-width:1}.edge{stroke:#c3c9d3;stroke-width:1}
    .notes{fill:#2f6fde;stroke:#1d4fa8;stroke-width:1;stroke-linejoin:round}
    .part1{fill:#d9822b;stroke:#a85f12}.part2{fill:#2b9c5a;stroke:#17713c}.part3{fill:#9b51c7;stroke:#6f2f97}
    .part4{fill:#c7433f;stroke:#942b28}.part5{fill:#1f95a8;stroke:#0f6a79}.given{fill-opacity:.15;stroke-width:1.5}
    .white{fill:#fff;stroke:#9aa3b2;stroke-width:.5}.black{fill:#333a45}
    text{font-family:Helvetica,Arial,sans-serif;font-size:11px;fill:#4a5261}
    .title{font-size:16px;font-weight:bold;fill:#1b2130}.key{font-size:9px;text-anchor:end}
    .number{font-weight:bold;fill:#1b2130;text-anchor:middle}.beat{font-size:8px;text-anchor:middle}
    @media (prefers-color-scheme:dark){
    .page{fill:#14181f}.rows{fill:#1d232d}.thin{stroke:#2b323e}.bar{stroke:#5d6778}.edge{stroke:#3b4452}
    .notes{fill:#6ea3ff;stroke:#a9c8ff}.part1{fill:#f0a860;stroke:#f7cfa4}.part2{fill:#5fce8d;stroke:#a5e6bf}
    .part3{fill:#c48ae6;stroke:#e0c1f3}.part4{fill:#ee7f7b;stroke:#f7b8b6}.part5{fill:#5cc9da;stroke:#a6e4ed}
    .white{fill:#dfe3ea;stroke:#14181f}.black{fill:#0a0c10}
    text{fill:#a5aebd}.title,.number{fill:#eef1f6}}
    </style>

    """

  // MARK: header

  private var header: String {
    let title = "Score " + SVGText.number(piece.score.total)
    var text = SVGText.text(piece.score.entries.isEmpty ? "Piano roll" : title, x: 16, y: 28, style: "title")
    for (index, line) in headerLines.enumerated() {
      text += SVGText.text(line, x: 16, y: 46 + 16 * Double(index), style: "fact")
    }
    return text
  }

  private static func facts(_ piece: Piece, noteCount: Int) -> [String] {
    var facts: [String] = []
    if let provenance = piece.provenance {
      facts += ["seed \(provenance.seed)", "population \(provenance.population)"]
      if let episode = provenance.episode { facts.append("piece \(episode + 1)") }
    }
    let lowest =
      piece.isRoll ? piece.lowestNote.name : MIDIKey(piece.pitch(ofDegree: piece.degrees.lowerBound).key)?.name ?? "–"
    return facts + [
      "\(noteCount) \(noteCount == 1 ? "note" : "notes")", "lowest \(lowest)", piece.tuning.name,
      "\(SVGText.number(piece.tempo.stepSeconds(at: 0) * Double(piece.beatSteps), decimals: 3)) s a beat",
    ]
  }

  private static func rules(_ piece: Piece) -> [String] {
    piece.score.entries.map { "\($0.rule) \(SVGText.number($0.weighted))" }
  }

  // MARK: rows

  private func y(_ row: Int) -> Double { top + rowHeight * Double(row) }
  private func x(_ step: Int) -> Double { left + stepWidth * Double(step) }

  /// The degree of the piece's tuning.
  private func degree(_ row: Int) -> Int { lowestDegree + rowCount - 1 - row }

  private func pitch(_ row: Int) -> Pitch {
    piece.pitch(ofDegree: degree(row))
  }

  /// Rows of black keys are shaded; in other tunings than the keyboard's, every second degree of a period.
  private func isBlack(_ row: Int) -> Bool {
    guard piece.tuning.isTwelveToneEqual else {
      return Tuning.divide(degree(row), by: piece.tuning.degreeCount).index % 2 == 1
    }
    return [1, 3, 6, 8, 10].contains((pitch(row).key % 12 + 12) % 12)
  }

  /// Where a period begins: C on the keyboard, degree 0 in other tunings.
  private func isPeriodStart(_ row: Int) -> Bool {
    let tuning = piece.tuning
    return tuning.isTwelveToneEqual ? pitch(row).key % 12 == 0 : degree(row) % tuning.degreeCount == 0
  }

  private static func path(_ style: String, _ data: String) -> String {
    data.isEmpty ? "" : "<path class=\"\(style)\" d=\"\(data)\"/>\n"
  }

  private static func rectangle(x: Double, y: Double, width: Double, height: Double) -> String {
    let numbers = [x, y, width, height, -width].map(SVGText.coordinate)
    return "M\(numbers[0]) \(numbers[1])h\(numbers[2])v\(numbers[3])h\(numbers[4])z"
  }

  private var rows: String {
    let shaded = (0..<rowCount).filter(isBlack).map {
      Self.rectangle(x: left, y: y($0), width: stepWidth * Double(stepCount), height: rowHeight)
    }
    return Self.path("rows", shaded.joined())
  }

  // MARK: grid and notes

  private var grid: String {
    let (right, length) = (x(stepCount), bottom - top)
    func vertical(_ step: Int) -> String { "M\(SVGText.coordinate(x(step))) \(SVGText.coordinate(top))v\(length)" }
    let bars = Set(piece.bars.map(\.lowerBound) + [stepCount])
    let beats = (0...stepCount).filter { isBeat($0) && !bars.contains($0) }
    // Below a line of C or degree 0 lies the end of a period.
    let edges = (0..<rowCount).filter(isPeriodStart).map {
      "M\(SVGText.coordinate(left)) \(SVGText.coordinate(y($0 + 1)))H\(SVGText.coordinate(right))"
    }
    return Self.path("thin", beats.map(vertical).joined()) + Self.path("edge", edges.joined())
      + Self.path("bar", bars.sorted().filter { $0 <= stepCount }.map(vertical).joined())
  }

  /// Whether a beat begins at a step, counted from the first whole bar.
  private func isBeat(_ step: Int) -> Bool {
    Tuning.divide(step - piece.pickupSteps, by: piece.beatSteps).index == 0
  }

  private var notes: String {
    let inset = rowHeight > 8 ? 1.5 : 1
    return piece.parts.indices.map { part in
      let rectangles = allNotes.filter { $0.part == part && $0.degree - lowestDegree < rowCount }.map { note in
        Self.rectangle(
          x: x(note.onsetStep) + 1, y: y(rowCount - 1 - (note.degree - lowestDegree)) + inset,
          width: stepWidth * Double(note.endStep - note.onsetStep) - 2, height: rowHeight - 2 * inset)
      }
      return Self.path(style(ofPart: part), rectangles.joined())
    }.joined()
  }

  private func style(ofPart part: Int) -> String {
    let colour = part % 6 == 0 ? "" : " part\(part % 6)"
    return "notes\(colour)\(piece.parts[part].isGiven ? " given" : "")"
  }

  /// The parts' names beside their colours.
  private var legend: String {
    guard hasLegend else { return "" }
    var text = ""
    var x = left
    for (index, part) in piece.parts.enumerated() {
      text += Self.path(style(ofPart: index), Self.rectangle(x: x, y: bottom + 43, width: 14, height: 8))
      let name = part.name + (part.isGiven ? " (given)" : "")
      text += SVGText.text(name, x: x + 19, y: bottom + 51, style: "fact")
      x += 36 + 6.2 * Double(name.count)
    }
    return text
  }

  // MARK: keyboard and time

  private var keyboard: String {
    func key(_ row: Int) -> String { Self.rectangle(x: left - 26, y: y(row), width: 25, height: rowHeight) }
    let (black, white) = ((0..<rowCount).filter(isBlack), (0..<rowCount).filter { !isBlack($0) })
    var text = Self.path("white", white.map(key).joined()) + Self.path("black", black.map(key).joined())
    let every = rowHeight >= 9 ? 1 : Int((9 / rowHeight).rounded(.up))
    for row in 0..<rowCount {
      // Where names of all rows would overlap, periods have theirs, or else every so many rows.
      let isNamed =
        every == 1 || (piece.tuning.isTwelveToneEqual ? isPeriodStart(row) : degree(row) % every == 0)
      if isNamed {
        text += SVGText.text(pitch(row).name, x: left - 30, y: y(row) + rowHeight / 2 + 3, style: "key")
      }
    }
    return text
  }

  private var time: String {
    let bars = piece.bars
    // A bar's number takes up to 30 units.
    var every = 1
    while Double(every * piece.stepsPerBar) * stepWidth < 30 { every *= 2 }
    var text = ""
    // A pickup is no bar.
    let first = piece.pickupSteps > 0 && bars.count > 1 ? 1 : 0
    for (number, bar) in bars.dropFirst(first).enumerated() where number % every == 0 {
      text += SVGText.text("\(number + 1)", x: x(bar.lowerBound) + stepWidth / 2, y: bottom + 15, style: "number")
    }
    if stepWidth * Double(piece.beatSteps) >= 12 {
      for bar in bars {
        let begin =
          bar.count < piece.stepsPerBar && bar.lowerBound == 0 ? bar.upperBound - piece.stepsPerBar : bar.lowerBound
        for step in bar where isBeat(step) && step != begin {
          text += SVGText.text(
            "\((step - begin) / piece.beatSteps + 1)", x: x(step) + stepWidth / 2, y: bottom + 14, style: "beat")
        }
      }
    }
    return text + SVGText.text("bar and beat", x: left, y: bottom + 33, style: "fact") + legend
  }
}
