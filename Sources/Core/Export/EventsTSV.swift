import Foundation

/// The events of a piece as sinethesizer's TSV file.
///
/// Columns: timbre, start_time, duration (seconds), frequency (a note name, or Hz), volume, location, effects. Numbers
/// are the shortest decimals that read back as the same double.
public enum EventsTSV {
  /// The first line.
  public static let header = "timbre\tstart_time\tduration\tfrequency\tvolume\tlocation\teffects"

  /// The names that sinethesizer knows: A0...C8.
  static let namedKeys = 21...108

  /// The first line for counterpoint: the columns of sinethesizer 0.6, with the line that a note belongs to.
  static let counterpointHeader = "instrument\tstart_time\tduration\tfrequency\tvelocity\teffects\tline_id"

  /// The whole file's text, notes in the order of `Piece.notes`.
  ///
  /// A piece against a given part has the columns of the original's version 0.4.6 (`counterpointHeader`).
  public static func text(of piece: Piece) -> String {
    if piece.parts.contains(where: \.isGiven) { return counterpointText(of: piece) }
    var text = header + "\n"
    for note in piece.notes {
      let part = piece.parts[note.part]
      text += part.timbre
      text += "\t" + number(note.onsetSeconds)
      text += "\t" + number(note.durationSeconds)
      text += "\t" + frequency(note.pitch, tuning: piece.tuning)
      text += "\t" + (note.gain == 1 ? part.volume.description : number(part.volume.value * note.gain))
      text += "\t\(part.location)\t\(part.effects)\n"
    }
    return text
  }

  private static func counterpointText(of piece: Piece) -> String {
    let identifiers = piece.parts.map(\.identifier)
    let lines = piece.notes.map { note in
      let part = piece.parts[note.part]
      return [
        part.timbre, number(note.onsetSeconds), number(note.durationSeconds),
        frequency(note.pitch, tuning: piece.tuning),
        note.gain == 1 ? part.volume.description : number(part.volume.value * note.gain), part.effects,
        identifiers[note.part],
      ].joined(separator: "\t")
    }
    return ([counterpointHeader] + lines).joined(separator: "\n") + "\n"
  }

  /// A name where the keyboard has one, else Hz.
  static func frequency(_ pitch: Pitch, tuning: Tuning) -> String {
    guard tuning.isTwelveToneEqual, namedKeys.contains(pitch.key), let key = MIDIKey(pitch.key) else {
      return number(pitch.frequency)
    }
    return key.name
  }

  /// A double as sinethesizer's readers and writers spell it: shortest digits that read back the same, with an exponent
  /// below 1e-4 and from 1e16 on. Swift's own spelling has the exponent from 2^54 on.
  static func number(_ value: Double) -> String {
    let text = "\(value)"
    guard value.magnitude >= 1e16, value.magnitude < 0x1p54, text.hasSuffix(".0") else { return text }
    let sign = value < 0 ? "-" : ""
    let digits = text.drop { $0 == "-" }.dropLast(2)
    var fraction = digits.dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    let point = fraction.isEmpty ? "" : "."
    return "\(sign)\(digits.prefix(1))\(point)\(fraction)e+\(digits.count - 1)"
  }
}
