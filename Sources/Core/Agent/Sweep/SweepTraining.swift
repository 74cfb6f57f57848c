/// One training of a sweep: a function of (configuration, populations, pieces, seed), like everything in here.
public struct SweepTraining: Sendable {
  /// Its combination's number.
  public let combination: Int
  /// The seed.
  public let seed: UInt64
  let configuration: Configuration
  let configurationDigest: String
  let populations: Int
  let pieces: Int

  /// All trainings of a sweep, combination by combination.
  public static func all(_ sweep: SweepConfiguration) -> [SweepTraining] {
    sweep.combinations.enumerated().flatMap { index, combination in
      let digest = combination.configuration.digest
      return sweep.seeds.map { seed in
        SweepTraining(
          combination: index, seed: seed, configuration: combination.configuration, configurationDigest: digest,
          populations: combination.populations, pieces: sweep.pieces)
      }
    }
  }

  /// The name of its result's file: what it is a function of, so that a sweep that is made larger finds what is done.
  public var fileName: String {
    "\(configurationDigest.prefix(16))-\(populations)-\(pieces)-\(seed).json"
  }

  /// Checks that there is memory for so many such trainings at a time.
  ///
  /// - Throws: `SystemMemory.RefusedError`.
  public func checkMemory(trainings: Int) throws(SystemMemory.RefusedError) {
    try configuration.checkMemory(trainings: trainings)
  }

  /// Trains, composes and judges, on the calling thread.
  ///
  /// - Parameter isStopping: asked after every population and piece.
  /// - Returns: nil if it was stopped.
  public func run(isStopping: () -> Bool) -> SweepResult? {
    let training = Training(configuration: configuration, seed: seed, threads: 1, populations: populations)
    var curve = TrainingCurve()
    while training.populationsDone < populations {
      if isStopping() { return nil }
      curve.append(training.trainPopulation())
    }
    var rewards: [Double] = []
    var compared: [[Cell]] = []
    for episode in 0..<pieces {
      if isStopping() { return nil }
      let piece = training.composePiece(episode: episode)
      rewards.append(piece.score.total)
      if compared.count < SweepResult.comparedPieces { compared.append(Cell.all(piece)) }
    }
    let mean = rewards.mean
    let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, rewards.count - 1))
    return SweepResult(
      configurationDigest: configurationDigest, populations: populations, pieces: pieces, seed: seed, reward: mean,
      deviation: variance.squareRoot(), best: rewards.max() ?? 0, apart: Cell.meanDifference(compared),
      distinct: Double(Set(compared).count) / Double(max(1, compared.count)), curve: curve)
  }
}

/// A step of a part on which a degree sounds: what two pieces have in common or not.
private struct Cell: Hashable, Comparable {
  var part: Int
  var step: Int
  var degree: Int

  static func < (a: Cell, b: Cell) -> Bool { (a.part, a.step, a.degree) < (b.part, b.step, b.degree) }

  /// In ascending order.
  static func all(_ piece: Piece) -> [Cell] {
    piece.parts.enumerated().flatMap { part, value in
      value.notes.flatMap { note in
        (note.onset..<max(note.onset, note.end)).map { Cell(part: part, step: $0, degree: note.degree) }
      }
    }.sorted()
  }

  /// The mean number of cells that one of two pieces has and the other has not, over all pairs.
  static func meanDifference(_ pieces: [[Cell]]) -> Double {
    let sets = pieces.map { Set($0) }
    var sum = 0
    for (index, set) in sets.enumerated() {
      for other in sets[..<index] {
        let common = set.count <= other.count ? set.count(where: other.contains) : other.count(where: set.contains)
        sum += set.count + other.count - 2 * common
      }
    }
    return Double(sum) / Double(max(1, sets.count * (sets.count - 1) / 2))
  }
}
