import Foundation

/// The events of a piece as sinethesizer's TSV file.
///
/// Of a piano roll, in the columns of sinethesizer 0.2: timbre, start_time, duration (seconds), frequency (a note name, or
/// Hz), volume, location, effects. Of a piece in parts, in those of 0.6: instrument, start_time, duration, frequency,
/// velocity (the volume), effects, line_id (the part); there a place beside the middle is an effect. Numbers are the
/// shortest decimals that read back as the same double.
public enum EventsTSV {
  /// The first line of a piece in parts.
  public static let partsHeader = "instrument\tstart_time\tduration\tfrequency\tvelocity\teffects\tline_id"

  /// The first line of a piano roll.
  public static let header = "timbre\tstart_time\tduration\tfrequency\tvolume\tlocation\teffects"

  /// The names that sinethesizer knows: A0...C8.
  static let namedKeys = 21...108

  /// The whole file's text, notes in the order of `Piece.notes`.
  public static func text(of piece: Piece) -> String {
    let tails = piece.parts.map { part in
      piece.isRoll ? "\t\(part.location)\t\(part.effects)\n" : "\t\(effects(of: part))\t\(part.identifier)\n"
    }
    var text = (piece.isRoll ? header : partsHeader) + "\n"
    for note in piece.notes {
      let part = piece.parts[note.part]
      text += part.timbre
      text += "\t" + number(note.onsetSeconds)
      text += "\t" + number(note.durationSeconds)
      text += "\t" + frequency(note.pitch, tuning: piece.tuning)
      text += "\t" + (note.gain == 1 ? part.volume.description : number(part.volume.value * note.gain))
      text += tails[note.part]
    }
    return text
  }

  /// A part's effects, and its place as one of them: nothing of it in the ear that is turned away, at the far left and
  /// right.
  private static func effects(of part: Part) -> String {
    let location = min(1, max(-1, part.location.value))
    guard location != 0, !location.isNaN else { return part.effects }
    let panning =
      #"{"name": "panning", "left_amplitude_ratio": \#(number(1 - max(0, location))), "#
      + #""right_amplitude_ratio": \#(number(1 + min(0, location)))}"#
    guard let end = part.effects.lastIndex(of: "]"), part.effects.contains("{") else { return "[\(panning)]" }
    return part.effects[..<end] + ", \(panning)]"
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
