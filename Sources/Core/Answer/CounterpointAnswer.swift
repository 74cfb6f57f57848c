/// Voices against a melody that was played, drawn from the shipped policy: what has to be there at once.
struct CounterpointAnswer: Sendable {
  let piece: Piece
  private(set) var remarks: [String] = []
  /// What is composed, for those who make it better.
  let configuration: Configuration
  let seed: UInt64
  let meter: Meter

  /// Splices tried for the first answer, and for later ones.
  private static let (firstMoves, laterMoves) = (4000, 60_000)
  /// First parts tried until the others have room: with 20, three voices took 0.7 s to some melodies.
  private static let attempts = 3

  /// Nil if no counterpoint to the melody keeps all rules.
  init?(_ melody: PhraseMelody, voices: Int, seed: UInt64) {
    let bar = CounterpointTask.stepsPerBar
    if melody.barSteps != bar {
      remarks.append("counterpoint counts bars of four quarters, whatever the meter")
    }
    // The first note may begin late in the first bar, but not after it.
    let text = MelodyText.text(melody.line)
    let all: [CounterpointSide] = [.above, .below, .above]
    let wishes = [Array(all.prefix(voices)), [.above], [.below]]
    var found: (configuration: Configuration, composer: CounterpointComposer)?
    for (index, wish) in wishes.enumerated() where found == nil && (index == 0 || wish != wishes[0]) {
      let sides = wish.map(\.rawValue).joined(separator: ", ")
      let yaml = """
        piece: {parts: [\(sides)], rendering_params: {measure_in_seconds: \(Double(bar) * melody.stepSeconds)}}
        agent: {search_moves: \(Self.laterMoves)}
        """
      guard let configuration = try? Configuration(text: yaml, file: "answer", melody: text),
        let composer = try? CounterpointComposer(configuration)
      else { continue }
      found = (configuration, composer)
      if index > 0 { remarks.append("there is room for one voice only, \(sides) the melody") }
    }
    guard let found else { return nil }
    (configuration, self.seed, meter) = (found.configuration, seed, melody.meter)
    let lines = found.composer.drawn(
      seed: seed, search: .init(moves: Self.firstMoves, attempts: Self.attempts))
    let wanted = found.composer.configuration.sides.count
    if lines.count < wanted { remarks.append("there is no room for all voices: \(lines.count) of \(wanted)") }
    let provenance = Provenance(
      seed: seed, population: 0, episode: nil, configurationDigest: found.configuration.digest)
    piece = found.composer.configuration.piece(lines, provenance: provenance).inWholeBars(of: meter)
  }
}

/// A counterpoint that becomes better while it is played.
///
/// Each `improve` trains a population on the melody, draws a line of the policy, searches from it, and keeps the better
/// piece. Owned by one task.
public final class AnswerPractice {
  /// The best so far.
  public private(set) var piece: Piece
  private let training: Training
  private let meter: Meter

  /// Populations until the learning rate has fallen to a tenth.
  private static let populations = 60

  init(_ answer: CounterpointAnswer) {
    (piece, meter) = (answer.piece, answer.meter)
    training = Training(
      configuration: answer.configuration, seed: answer.seed, threads: 1, populations: Self.populations)
  }

  /// Learns from the melody for a while and composes again.
  ///
  /// - Returns: whether `piece` is a better one now.
  public func improve() -> Bool {
    _ = training.trainPopulation()
    let next = training.composePiece(episode: 0)
    guard next.score.total > piece.score.total else { return false }
    piece = next.inWholeBars(of: meter)
    return true
  }
}

extension Piece {
  /// In whole bars of the meter that was played in, so that it can be played over and over.
  fileprivate func inWholeBars(of meter: Meter) -> Piece {
    var piece = self
    piece.meter = meter
    let bar = piece.stepsPerBar
    piece.stepCount = (piece.stepCount + bar - 1) / bar * bar
    return piece
  }
}
