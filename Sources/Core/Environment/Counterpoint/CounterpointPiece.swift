extension CounterpointConfiguration {
  /// Composed lines as a piece in parts: the melody first, then the composed parts in their order, so that MIDI channels
  /// are the original's.
  ///
  /// A step is an eighth note, a bar is one of four quarters. The score is the first composed part's; further parts' are
  /// added to it, measure by measure.
  func piece(_ lines: [CounterpointLine], provenance: Provenance?) -> Piece {
    var melody = Part(
      name: "Cantus firmus",
      notes: task.melody.notes.map { note($0.onset, $0.end, key: $0.key) })
    melody.isGiven = true
    melody.program = rendering.programs.given
    melody.timbre = rendering.instruments.given
    let composed = lines.enumerated().map { index, line in
      var part = Part(
        name: lines.count > 1 ? "Counterpoint \(index + 1)" : "Counterpoint",
        notes: line.notes.map { note($0.onset, $0.end, key: task.key($0.position)) })
      part.program = rendering.programs.composed
      part.timbre = rendering.instruments.composed
      return part
    }
    var parts = [melody] + composed
    for index in parts.indices {
      parts[index].velocity = Double(rendering.velocity)
      parts[index].volume = rendering.volume
      parts[index].effects = rendering.effects
    }
    var piece = Piece(
      parts: parts, stepCount: task.stepCount, tempo: TempoMap(stepSeconds: rendering.stepSeconds),
      score: score(lines), provenance: provenance)
    piece.stepsPerQuarter = 2
    piece.silentSteps = CounterpointTask.stepsPerBar * rendering.trailingBars
    piece.key = KeySignature(tonic: task.scale.tonic, mode: task.scale.kind == .major ? .major : .minor)
    return piece
  }

  /// What the measures say of all composed parts together.
  func score(_ lines: [CounterpointLine]) -> ScoreBreakdown {
    var sum = ScoreBreakdown(entries: [])
    for line in lines {
      let score = scores.evaluate(line)
      if sum.entries.isEmpty {
        sum = score
      } else {
        for index in sum.entries.indices { sum.entries[index].raw += score.entries[index].raw }
      }
    }
    return sum
  }

  private func note(_ onset: Int, _ end: Int, key: Int) -> PartNote {
    PartNote(onset: onset, duration: end - onset, degree: key, velocity: rendering.velocity)
  }
}
