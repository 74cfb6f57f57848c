/// A melody as a line of text: `D4 F4 E4 D4`, or with durations in eighths `D4:4 r:2 F#4:2`.
///
/// A note without a duration lasts a bar of eight eighths; `r` is a rest. Names are those of `MIDIKey`.
public enum MelodyText {
  /// Why a text is no melody.
  public struct Fault: Error {
    /// What is there.
    public var found: String
    /// What may be there.
    public var allowed: String
  }

  static let form = "notes like D4, F#4 or Bb3, each with a duration in eighths or none (D4:4), r for a rest"

  /// Reads a melody.
  public static func read(_ text: String) throws(Fault) -> GivenLine {
    var notes: [GivenLine.Note] = []
    var step = 0
    let limit = CounterpointConfiguration.barLimit * CounterpointTask.stepsPerBar
    for word in text.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      let quoted = TextQuoting.quote(Array(word.utf8), limit: 40)
      guard parts.count <= 2, let duration = parts.count == 2 ? Int(parts[1]) : CounterpointTask.stepsPerBar,
        duration >= 1, duration <= limit
      else { throw Fault(found: quoted, allowed: form) }
      if parts[0] != "r" {
        guard let key = MIDIKey(name: String(parts[0])) else { throw Fault(found: quoted, allowed: form) }
        notes.append(.init(key: key.number, onset: step, end: step + duration))
      }
      step += duration
      guard step <= limit else {
        throw Fault(found: "more than \(limit) eighths", allowed: "at most \(CounterpointConfiguration.barLimit) bars")
      }
    }
    guard let line = GivenLine(notes: notes), !notes.isEmpty else { throw Fault(found: "no note", allowed: form) }
    return line
  }

  /// A line as `read` takes it.
  public static func text(_ line: GivenLine) -> String {
    var words: [String] = []
    var step = 0
    for note in line.notes {
      if note.onset > step { words.append("r:\(note.onset - step)") }
      let name = MIDIKey(note.key)?.name ?? "C4"
      words.append(note.end - note.onset == CounterpointTask.stepsPerBar ? name : "\(name):\(note.end - note.onset)")
      step = note.end
    }
    return words.joined(separator: " ")
  }
}
