/// What a performer is told of a song: its phrases, chords and dynamics.
extension SongWorld {
  /// Decibels of a bar's tension: calm, moving, high.
  private static let loudness = [0, 2, 4.5]

  /// The reading of a song of this world. Phrases are the plan's, halves of longer ones their parts; the first part leads.
  func analysis(of record: SongRecord) -> ScoreAnalysis {
    let (plan, bar) = (record.plan, meter.steps)
    /// The piece's step of a step of the bars; the first one's begins with the pickup.
    func place(_ step: Int) -> Int { step == 0 ? 0 : plan.upbeat + step }
    var analysis = ScoreAnalysis()
    for phrase in plan.phrases {
      let end = phrase.first + phrase.count
      analysis.phrases.append(place(phrase.first * bar)..<place(end * bar))
      guard phrase.count >= 4 else { continue }
      let middle = phrase.first + phrase.count / 2
      analysis.subphrases += [
        place(phrase.first * bar)..<place(middle * bar), place(middle * bar)..<place(end * bar),
      ]
    }
    analysis.tonic = degreeOfScale(0)
    let home = keys.first?.harmony.members.prefix(3) ?? [0, 2, 4]
    analysis.tonicChord = home.map(degreeOfScale)
    let spans = meter.spans.count
    for (span, number) in record.chords.enumerated() {
      let key = keys[plan.phrase(ofBar: span / spans).key]
      guard let chord = key.harmony.chords.first(where: { $0.index == number }) else { continue }
      let root = key.tonic + chord.root
      analysis.harmonies.append(
        .init(
          step: place(span / spans * bar + record.spanStarts[span % spans]), root: degreeOfScale(root),
          members: key.harmony.members.prefix(chord.hasSeventh ? 4 : 3).map { degreeOfScale(root + $0) }))
    }
    analysis.dynamics = plan.bars.enumerated().map { index, settings in
      .init(step: place(index * bar), decibels: Self.loudness[min(2, max(0, settings.tension))])
    }
    return analysis
  }
}
