extension PhraseQuantizer.Phrase {
  /// The melody as a line of text with durations in eighth notes: `D4:4 r:2 F#4:2`, as `--melody` takes it. Sixteenth notes
  /// that share an eighth leave the first of them.
  public var melodyText: String {
    var words: [String] = []
    var place = 0
    for note in notes {
      let onset = note.onset / 2
      guard onset >= place, let key = MIDIKey(note.degree) else { continue }
      if onset > place { words.append("r:\(onset - place)") }
      let end = max(onset + 1, (note.end + 1) / 2)
      words.append("\(key.name):\(end - onset)")
      place = end
    }
    return words.joined(separator: " ")
  }
}
