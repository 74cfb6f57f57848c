import Foundation

/// A scale as a Scala `.scl` file gives it.
///
/// The format, https://www.huygens-fokker.org/scala/scl_format.html: comments begin with `!`; then a line of description
/// (it may be empty), a line with the number of notes (0 is allowed), and a line for each note; what follows a number on
/// its line, and lines after the last note, are remarks. Degree 0, 1/1, is not in the file; the last note is the interval
/// at which the scale repeats. Notes may stand in any order.
///
/// Ableton's `.ascl` adds comments for programs; of these `@ABL REFERENCE_PITCH` is used:
/// https://help.ableton.com/hc/en-us/articles/10998372840220-ASCL-Specification.
public struct ScalaScale: Sendable, Hashable {
  /// The line of description; may be empty.
  public let description: String
  /// Cents of degrees 1...n above 1/1; the last is the period.
  public let pitchesInCents: [Double]
  /// A degree and its frequency in Hz; nil where the file leaves the pitch open.
  public let reference: ScalaReference?

  /// The most notes that are accepted; the format allows such a limit.
  public static let noteLimit = 1024

  /// Reads a file's bytes; `file` is its name in errors.
  public init(bytes: some Collection<UInt8>, file: String) throws(DataError) {
    var lines = try ScalaLines(bytes: bytes, file: file)
    description = String(try lines.next("the description").text)
    let countLine = try lines.next("the number of notes")
    guard let countText = countLine.firstWord, countText.allSatisfy(\.isASCIIDigit), let count = Int(countText),
      count <= Self.noteLimit
    else {
      throw lines.error(countLine, "the number of notes must be an integer from 0 to \(Self.noteLimit)")
    }
    var pitches: [Double] = []
    for number in 0..<count {
      let line = try lines.next("note \(number + 1) of \(count)")
      switch ScalaPitch.cents(line.text) {
      case .success(let cents): pitches.append(cents)
      case .failure(let reason): throw lines.error(line, "\(reason)")
      }
    }
    pitchesInCents = pitches
    reference = try ScalaReference(comments: lines, degreeCount: max(1, count))
  }

  /// The tuning of these notes.
  ///
  /// A scale without notes has 1/1 alone and no period; it is taken to repeat at the octave, so that a roll of it can
  /// still be heard.
  ///
  /// - Parameter lowest: Where degree 0 should lie: of all degrees 0 that the reference pitch allows, it is the nearest.
  public func tuning(name: String, lowest: MIDIKey) -> Tuning {
    let tuning = Tuning(
      name: name, degreesInCents: [0] + pitchesInCents.dropLast(), periodInCents: pitchesInCents.last ?? 1200)
    return tuning.rooted(at: reference?.rootFrequency(in: tuning, lowest: lowest))
  }
}

extension Substring {
  /// Without spaces and tabs at both ends.
  var trimmed: Substring {
    var text = drop(while: ScalaPitch.isBlank)
    while let last = text.last, ScalaPitch.isBlank(last) { text.removeLast() }
    return text
  }
}
